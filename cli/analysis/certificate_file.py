"""What `pollbook margin --json` and `pollbook whatif --json` print, read again: whose count, and what is claimed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field, ValidationError

from cli.analysis.margin import WAYS
from cli.source import small_text
from ledger.errors import refused
from ledger.field import ALL
from ledger.rules.question import Question
from projections.margin.recount import Moved, Ranked
from projections.margin.relaxation import Kind
from projections.margin.search import GOALS, Goal
from projections.whatif.rechecked import Claim

LOTS: dict[Goal, str] = {"could": "if only by a lot", "certain": "whatever lots are drawn"}


class Papers(BaseModel):
    """So many papers of a section that are marked alike."""

    section: str
    marks: str
    papers: int = Field(ge=1)


class Side(BaseModel):
    """Papers that are added, and papers that are taken out."""

    added: list[Papers]
    removed: list[Papers]


class Certified(Side):
    """Papers that do it, and whom lots can elect then."""

    elected: list[list[str]]


class Told(BaseModel):
    """One number of a margin."""

    most: int | None
    certificate: Certified | None
    hidden: bool = False


class Line(BaseModel):
    """The margin of one kind in one section, or over any."""

    kind: Kind
    section: str
    could: Told
    certain: Told


class MarginFile(BaseModel):
    """What `pollbook margin --json` prints, as far as a recount reads it."""

    contest: str
    position: int
    root: str
    digest: str
    elected: list[str]
    margins: list[Line]


class Numbers(BaseModel):
    """How many papers a question supposes to be otherwise."""

    left_out: list[str]
    added: dict[str, int]
    removed: dict[str, int]
    removed_at_least: dict[str, int]


class Verdict(BaseModel):
    """The certificate of a what-if verdict."""

    contest: str
    count: str
    elected: list[str]
    question: Question
    papers: Numbers
    verdict: str
    effect: str
    elected_then: list[list[str]]
    example: Side | None
    recount: str | None


class WhatIfFile(BaseModel):
    """What `pollbook whatif --json` prints, as far as a recount reads it."""

    position: int
    root: str
    certificate: Verdict


@dataclass(frozen=True, slots=True)
class Certificates:
    """What a file claims.

    Attributes:
        root: of the tree over the events up to the position, in hexadecimal.
        count: digest of the count that it was taken from.
        stands: who is elected as the result stands, sorted.
        verdict: of a what-if question; None of a margin.
        hidden: how many numbers come without the papers that do it.
    """

    contest: str
    position: int
    root: str
    count: str
    stands: tuple[str, ...]
    claims: tuple[Claim, ...]
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
            return _of_margin(MarginFile.model_validate(values))
        return _of_verdict(WhatIfFile.model_validate_json(text))
    except ValidationError as error:
        first = error.errors()[0]
        found = f"{'.'.join(map(str, first['loc'])) or 'the file'}: {first['msg']}"
    except (ValueError, RecursionError):
        found = "a file that is no JSON"
    expected = "what pollbook margin --json or pollbook whatif --json prints"
    raise refused("not-a-certificate", file.name, expected, found, "Write it anew: pollbook margin CONTEST --json")


def _of_margin(read: MarginFile) -> Certificates:
    claims, hidden = [], 0
    for line in read.margins:
        for goal in GOALS:
            told: Told = getattr(line, goal)
            hidden += told.hidden
            if told.certificate is not None:
                claims.append(_claim(line, goal, told.most, told.certificate))
    stands = tuple(sorted(read.elected))
    return Certificates(read.contest, read.position, read.root, read.digest, stands, tuple(claims), hidden=hidden)


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


def _of_verdict(read: WhatIfFile) -> Certificates:
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
    return Certificates(said.contest, read.position, read.root, said.count, stands, tuple(claims), said)


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
