"""What `pollbook margin --json` and `pollbook whatif --json` print, read again: whose count, and what is claimed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from cli.analysis.margin import WAYS
from cli.source import small_text
from ledger.errors import refused
from ledger.field import ALL, Count, Hash, Id, Marks, Version
from ledger.rules.question import Question
from ledger.whatif_figures import Effect
from ledger.whatif_figures import Verdict as VerdictWord
from projections.margin.claimed import BODY
from projections.margin.recount import Moved, Ranked
from projections.margin.relaxation import Kind
from projections.margin.search import GOALS, Goal
from projections.whatif.rechecked import Claim

Root = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Elected = Id | Literal[""]  # nobody, where the rule refuses to count
LOTS: dict[Goal, str] = {"could": "if only by a lot", "certain": "whatever lots are drawn"}


class Part(BaseModel):
    """A part of what is digested: no value is taken for another, and nothing else is in it."""

    model_config = ConfigDict(strict=True, extra="forbid")


class Papers(Part):
    """So many papers of a section that are marked alike."""

    section: Id
    marks: Marks
    papers: Version


class Side(Part):
    """Papers that are added, and papers that are taken out."""

    added: list[Papers]
    removed: list[Papers]


class Certified(Side):
    """Papers that do it, and whom lots can elect then."""

    elected: list[list[Elected]]


class Told(Part):
    """One number of a margin."""

    verdict: VerdictWord
    least: Count | None
    most: Count | None
    why: str
    certificate: Certified | None
    hidden: bool = False


class Line(Part):
    """The margin of one kind in one section, or over any."""

    kind: Kind
    section: Id
    could: Told
    certain: Told


class Taken(BaseModel):
    """Which record a file was taken from; what else a program prints is not read."""

    model_config = ConfigDict(strict=True)

    position: Count
    root: Root


class MarginFile(Taken):
    """What `pollbook margin --json` prints, as far as a recount reads it."""

    contest: Id
    digest: Hash
    elected: list[Id]
    question: Question
    verdict: VerdictWord
    certificate: Hash
    unsaid: str
    margins: list[Line]
    exclusions_held: dict[str, Any] | None


class Numbers(Part):
    """How many papers a question supposes to be otherwise."""

    left_out: list[Id]
    added: dict[Id, Count]
    removed: dict[Id, Count]
    removed_at_least: dict[Id, Count]


class Verdict(Part):
    """The certificate of a what-if verdict."""

    contest: Id
    count: Hash
    elected: list[Id]
    question: Question
    papers: Numbers
    rulings: dict[str, Any] | None
    verdict: VerdictWord
    effect: Effect
    elected_then: list[list[Elected]]
    needed: Count | None
    example: Side | None
    break_even: dict[str, Any] | None
    shown_by: str
    why: str
    stage_1: dict[str, Any] | None
    recount: Hash | None


class WhatIfFile(Taken):
    """What `pollbook whatif --json` prints, as far as a recount reads it."""

    certificate: Verdict
    digest: Hash
    audience: Literal["public", "scrutineer"]


@dataclass(frozen=True, slots=True)
class Certificates:
    """What a file claims.

    Attributes:
        root: of the tree over the events up to the position, in hexadecimal.
        count: digest of the count that it was taken from.
        stands: who is elected as the result stands, sorted.
        question: that it answers.
        body: all that its digest is of, as the file has it.
        digest: of the body, as the file says.
        whole: of a margin, the verdict of all its lines.
        audience: for which it was printed, of a what-if question.
        verdict: of a what-if question; None of a margin.
        hidden: how many numbers come without the papers that do it.
    """

    contest: str
    position: int
    root: str
    count: str
    stands: tuple[str, ...]
    claims: tuple[Claim, ...]
    question: Question
    body: dict[str, Any]
    digest: str
    whole: VerdictWord | None = None
    audience: str = "public"
    verdict: Verdict | None = None
    hidden: int = 0


def read_certificates(file: Path) -> Certificates:
    """Read a file of certificates.

    Raises:
        RefusedError: `not-a-certificate`, and what `small_text` raises.
    """
    text = small_text(file)
    try:
        values: Any = json.loads(text)
        if isinstance(values, dict) and "margins" in values:
            return _of_margin(MarginFile.model_validate_json(text), values)
        return _of_verdict(WhatIfFile.model_validate_json(text), values)
    except ValidationError as error:
        first = error.errors()[0]
        found = f"{'.'.join(map(str, first['loc'])) or 'the file'}: {first['msg']}"
    except (ValueError, RecursionError):
        found = "a file that is no JSON"
    expected = "what pollbook margin --json or pollbook whatif --json prints"
    raise refused("not-a-certificate", file.name, expected, found, "Write it anew: pollbook margin CONTEST --json")


def _of_margin(read: MarginFile, values: dict[str, Any]) -> Certificates:
    claims, hidden = [], 0
    for line in read.margins:
        for goal in GOALS:
            told: Told = getattr(line, goal)
            hidden += told.hidden
            if told.certificate is not None:
                claims.append(_claim(line, goal, told.most, told.certificate))
    stands = tuple(sorted(read.elected))
    body = {name: values[name] for name in BODY if name != "count"} | {"count": read.digest, "elected": [*stands]}
    return Certificates(
        read.contest,
        read.position,
        read.root,
        read.digest,
        stands,
        tuple(claims),
        read.question,
        body,
        read.certificate,
        read.verdict,
        hidden=hidden,
    )


def _claim(line: Line, goal: Goal, most: int | None, certified: Certified) -> Claim:
    moved = moved_of(certified)
    where = {*moved.added, *moved.removed} if line.section == ALL else {line.section}
    free: dict[str, int | None] = dict.fromkeys(where)
    section = "any sections" if line.section == ALL else line.section
    return Claim(
        f"{WAYS[line.kind]}, {section}, {LOTS[goal]}",
        moved,
        goal,
        tuple(tuple(each) for each in certified.elected),
        {} if line.kind == "removal" else free,
        {} if line.kind == "addition" else free,
        papers=most,
        swaps=line.kind == "change",
    )


def _of_verdict(read: WhatIfFile, values: dict[str, Any]) -> Certificates:
    said = read.certificate
    stands = tuple(sorted(said.elected))
    claims = []
    if said.example is not None:
        goal: Goal = "could" if said.effect == "by-lot" else "certain"
        elected = tuple(tuple(each) for each in said.elected_then)
        numbers = said.papers
        moved = moved_of(said.example)
        claims.append(
            Claim("the example", moved, goal, elected, numbers.added, numbers.removed, numbers.removed_at_least)
        )
    return Certificates(
        said.contest,
        read.position,
        read.root,
        said.count,
        stands,
        tuple(claims),
        said.question,
        values["certificate"],
        read.digest,
        audience=read.audience,
        verdict=said,
    )


def moved_of(side: Side) -> Moved:
    """Give papers as they are recounted; the same marks named twice add up."""
    return Moved(_ranked(side.added), _ranked(side.removed))


def _ranked(papers: list[Papers]) -> Ranked:
    found: Ranked = {}
    for each in papers:
        names = tuple(each.marks.replace("=", ">").split(">"))
        section = found.setdefault(each.section, {})
        section[names] = section.get(names, 0) + each.papers
    return found
