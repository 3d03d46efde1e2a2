"""`paper/<contest>/<section>/<random id>`: one ballot paper each, read in a batch after the poll closed.

Ballot secrecy by construction: the papers of a batch are first reduced to how many are alike, then
dealt out in an order, and under ascending ids, that follow from a secret seed alone, which is
destroyed when the batch is closed. Papers carry no command id, and nobody's name leads to one.
"""

from __future__ import annotations

import hashlib
from array import array
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from pydantic import Field

from ledger.decision import Act, Batch, Command, Outcome, State, Unchanged, decision
from ledger.errors import RefusedError, nearest, refused
from ledger.event import Audience, Canonical, Event
from ledger.field import Id, Marks
from ledger.figures import BatchFigures
from ledger.leaf import BLIND_BYTES, base64url
from ledger.rules.admission import refusals, votes_of
from ledger.rules.count_rule import CountRule
from ledger.rules.marks import unknown
from ledger.streams.batch import BatchClosed, BatchOpened, BatchState, papers_batch
from ledger.streams.contest import Contest, contest_stream, require_contest
from ledger.streams.election import Election, election_stream, rule_of
from ledger.streams.result import Result, require_changeable, result_stream
from ledger.streams.totals import Totals, totals_stream

PAPERS_MAX = 10_000_000  # papers of one batch
ID_BYTES = 8  # of a paper's random id
EXPANDED = "expanded from published totals"


class PaperRead(Event):
    """A ballot paper was read: the marks on it, as they stand, valid or not."""

    audience = Audience.CONTEST
    type: Literal["paper-read.v1"] = "paper-read.v1"
    marks: Marks
    provenance: Literal["expanded from published totals"] | None = None


class Alike(Canonical):
    """How many papers of a batch bear the same marks."""

    count: int = Field(ge=1, le=PAPERS_MAX)
    marks: Marks


class ReadPapers(Command):
    """Read the papers of one contest and section, after the poll closed, as one batch."""

    signed = True

    contest: Id = Field(description="id of the contest")
    section: Id = Field(description="id of the section whose papers they are")
    serial: Id = Field(description="the scrutineer's serial for this batch; names it for ever")
    papers: tuple[Alike, ...] = Field(
        min_length=1,
        description='how many papers bear which marks, as JSON: [{"count":34,"marks":"d-miliband>e-miliband"}, ...]; '
        "ranks joined by >, candidates at one rank by =",
    )
    same_again: bool = Field(False, description="other papers than those of a batch that bears just the same marks")
    expanded: bool = Field(False, description="the papers are made from published totals; every event will say so")

    def said(self) -> dict[str, Any]:
        """Give what is signed: the papers by the digest of what is on them, as the batch is opened with it."""
        alike: Counter[str] = Counter()
        for paper in self.papers:
            alike[paper.marks] += paper.count
        said = self.model_dump(mode="json", exclude_none=True, exclude={"papers"})
        return {**said, "contents": contents_hash(alike)}


@dataclass(frozen=True, slots=True)
class Paper(State):
    """One paper: it is read once, and that is all that can happen to it."""

    def evolve(self, event: Event) -> Paper:
        """Give the paper after it was read."""
        match event:
            case PaperRead():
                return Paper(self.stream, event.version)
        raise TypeError(f"{event.type} does not belong to a paper")


@decision(
    ReadPapers,
    contest=lambda c, _: contest_stream(c.contest),
    election=lambda _, states: election_stream(states["contest"].election),
    batch=lambda c, _: papers_batch(c.contest, c.section, c.serial),
    result=lambda c, _: result_stream(c.contest),
    totals=lambda c, _: totals_stream(c.contest, c.section),
    figures=lambda c, port: port.batches(c.contest),
)
def read_papers(
    command: ReadPapers,
    act: Act,
    contest: Contest,
    election: Election,
    batch: BatchState,
    result: Result,
    totals: Totals,
    figures: BatchFigures,
) -> Outcome:
    """Decide that papers may be read; `figures` are the batches of the contest and section.

    Raises:
        RefusedError: `unknown-contest`, `unknown-section`, `poll-open`, `too-many-papers`, `unknown-candidate`,
            `blank-paper`, `duplicate-mark`, `gap-in-ranking`, `overvote`, `ranks-for-crosses`, `batch-withdrawn`,
            `batch-differs`, `already-declared`, `annulled`, `totals-exist`, `same-papers`, in that order.
    """
    definition = require_contest(contest)
    where = f"contest {contest.id}, section {command.section}"
    _require_closed_section(command, act, contest, where)
    alike = merge_alike(command, where, contest, rule_of(election, definition))
    contents = contents_hash(alike)
    total = sum(alike.values())
    provenance = EXPANDED if command.expanded else None
    _require_same(batch, (contents, total, provenance), f"{where}, serial {command.serial}")
    if batch.closed:
        return Outcome()
    _require_new(command, batch, contents, result, totals, figures, where)
    shared: dict[str, Any] = {"contest": contest.id, "section": command.section}
    restricted = definition.paper_publication != "papers"
    at_close = {"effective": contest.closed_at}  # as the papers: at whatever moment, all of a batch is seen or nothing
    opened = BatchOpened(**act.on(batch) | at_close, **shared, contents=contents, total=total, provenance=provenance)
    member = {"actor": act.actor, "batch": batch.stream, "provenance": provenance, **at_close}

    def closed(count: int, digest: str, now: str) -> Event:
        envelope = act.on(batch) | at_close | {"version": 2, "recorded": now}
        return BatchClosed(**envelope, **shared, count=count, digest=digest)

    stem = f"paper/{contest.id}/{command.section}"
    made = Batch(batch.stream, opened, total, contents, partial(deal, alike, stem, member, restricted), closed)
    return Outcome((), made, _no_other(figures, contest, command), restricted)


def _require_same(batch: BatchState, given: tuple[str, int, str | None], where: str) -> None:
    """Refuse a serial that was withdrawn or is that of other papers than those given: contents, total, provenance."""
    if batch.withdrawn:
        raise RefusedError(
            "batch-withdrawn",
            where,
            expected="a serial that is free",
            found="a batch that was withdrawn",
            remedy="Give the papers another serial",
        )
    if batch.exists and (batch.contents, batch.total, batch.provenance) != given:
        contents, total, provenance = given
        raise RefusedError(
            "batch-differs",
            where,
            expected=f"the {batch.total} papers of this serial, {batch.contents}, {batch.provenance or 'read'}",
            found=f"{total} papers, {contents}, {provenance or 'read'}",
            remedy="Give other papers their own serial",
        )


def _no_other(figures: BatchFigures, contest: Contest, command: ReadPapers) -> Unchanged:
    """Guard that no other batch of the contest was opened since they were looked through."""
    return Unchanged(figures.position, ("batch-opened.v1",), (f"batch/paper/{contest.id}/",))


def _require_new(
    command: ReadPapers,
    batch: BatchState,
    contents: str,
    result: Result,
    totals: Totals,
    figures: BatchFigures,
    where: str,
) -> None:
    require_changeable(result, where)
    if totals.exists:
        raise RefusedError(
            "totals-exist",
            where,
            expected="a section that is counted from papers",
            found=f"certified totals, {totals.stream}",
            remedy="Both would count twice",
        )
    same = next(
        (stream for stream, held in sorted(figures.contents.items()) if held == contents and stream != batch.stream), ""
    )
    if same and not command.same_again:
        raise RefusedError(
            "same-papers",
            f"{where}, serial {command.serial}",
            expected="papers that were not read yet",
            found=f"just those of {same}",
            remedy="If these are other papers with the same marks, say so with same_again (--set same_again=true)",
        )


def _require_closed_section(command: ReadPapers, act: Act, contest: Contest, where: str) -> None:
    if command.section not in contest.sections:
        expected = "one of " + ", ".join(contest.sections[:8])
        found = command.section + nearest(command.section, contest.sections)
        raise refused("unknown-section", where, expected, found, "Correct the section")
    if not contest.closed_at or act.now < contest.closed_at:
        expected, remedy = "papers after the poll closed", "Record close-poll once it has closed"
        raise refused("poll-open", where, expected, "a poll that is still open", remedy)


def merge_alike(command: ReadPapers, where: str, contest: Contest, rule: CountRule) -> dict[str, int]:
    """Add up papers with the same marks, each checked against the candidates and the rule."""
    total = sum(paper.count for paper in command.papers)
    if total > PAPERS_MAX:
        raise RefusedError(
            "too-many-papers", where, expected=f"at most {PAPERS_MAX}", found=total, remedy="Use several serials"
        )
    alike: dict[str, int] = {}
    known = frozenset(contest.candidates)
    votes = votes_of(rule, contest.definition.seats if contest.definition else 1)
    for row, paper in enumerate(command.papers, 1):
        stranger = unknown(paper.marks, known)
        if stranger is not None:
            raise RefusedError(
                "unknown-candidate",
                f"{where}, marks {paper.marks!r}",
                expected="ids of the contest's candidates",
                found=f"{stranger or 'no name beside ='}{nearest(stranger, known)}",
                remedy="Correct the line; nothing was taken in",
                row=row,
            )
        for fault, code in refusals(paper.marks, known, rule, votes):
            raise RefusedError(
                code,
                where,
                expected=f"no {fault} (the count rule says: {fault} refuse)",
                found=repr(paper.marks),
                remedy="Correct the line; nothing was taken in",
                row=row,
            )
        alike[paper.marks] = alike.get(paper.marks, 0) + paper.count
    return dict(sorted(alike.items()))


def contents_hash(alike: Mapping[str, int]) -> str:
    """Name a multiset of papers: SHA-256 over its lines `<count> <marks>` in the order of the marks."""
    lines = "".join(f"{count} {marks}\n" for marks, count in sorted(alike.items()))
    return "sha256:" + hashlib.sha256(lines.encode()).hexdigest()


def deal(
    alike: dict[str, int], stem: str, envelope: dict[str, Any], restricted: bool, seed: bytes
) -> Callable[[int, int, str], list[Event]]:
    """Deal papers out under ascending random ids, in an order that only the seed knows.

    SHAKE-256 gives the numbers, and not a statistical generator: the ids become public, and from a few
    hundred outputs of such a generator the order of dealing could be worked back.
    """
    total = sum(alike.values())
    kinds = list(alike)
    which = array("I", (kind for kind, count in enumerate(alike.values()) for _ in range(count)))
    keys = _numbers(seed, b"order", total)
    order = array("I", sorted(range(total), key=keys.__getitem__))
    ids = ascending_ids(seed, total)
    blinds = _stream(seed, b"blind", BLIND_BYTES * total) if restricted else b""

    def page(start: int, stop: int, recorded: str) -> list[Event]:
        return [
            PaperRead(
                stream=f"{stem}/{ids[place]:016x}",
                version=1,
                recorded=recorded,
                marks=kinds[which[order[place]]],
                blind=base64url(blinds[BLIND_BYTES * place : BLIND_BYTES * (place + 1)]) if restricted else None,
                **envelope,
            )
            for place in range(start, min(stop, total))
        ]

    return page


def ascending_ids(seed: bytes, total: int) -> array[int]:
    """Draw that many different ids, ascending; repeats are drawn anew."""
    ids = set(_numbers(seed, b"ids", total))
    attempt = 0
    while len(ids) < total:
        attempt += 1
        ids.update(_numbers(seed, b"ids-%d" % attempt, total - len(ids)))
    return array("Q", sorted(ids))


def _numbers(seed: bytes, purpose: bytes, how_many: int) -> array[int]:
    return array("Q", _stream(seed, purpose, ID_BYTES * how_many))


def _stream(seed: bytes, purpose: bytes, size: int) -> bytes:
    return hashlib.shake_256(b"pollbook papers\n" + purpose + b"\n" + seed).digest(size)
