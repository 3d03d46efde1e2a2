"""Whether each panel was properly made up: its sittings and quorum, who withdrew, who should have, how it voted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from ledger.decision import AnyState, fold
from ledger.record import Record
from ledger.streams.body import Body, body_stream
from ledger.streams.concern import barring, contests_of, elections_of
from ledger.streams.interest import Interests, interests_stream
from projections.moment import Moment
from projections.oversight.reading import Oversight
from projections.oversight.rows import CaseRow, RulingRow, SittingRow


class Conflict(NamedTuple):
    """A member who was there when a case was ruled on, and had declared an interest in it.

    Attributes:
        kind, candidate, since: of the interest; without a candidate it is in the whole contest.
        recused: whether they withdrew; else they could vote.
    """

    panel: str
    sitting: str
    case: str
    ruling: int
    member: str
    kind: str
    candidate: str | None
    since: str
    recused: bool


class SittingLine(NamedTuple):
    """One sitting of a panel.

    Attributes:
        present: members who were there; `strangers`, who were there and, as is known by now, were no members.
        rulings: of the election, made there; `recusals`, how often a member who was there withdrew from one.
        conflicts: how often a member who was there had an interest; `barred`, how often they did not withdraw then.
        split: rulings with votes against; `dissenting`, these votes.
    """

    panel: str
    sitting: str
    start: str
    present: int
    quorum: int
    strangers: tuple[str, ...]
    rulings: int
    recusals: int
    conflicts: int
    barred: int
    split: int
    dissenting: int

    @property
    def quorate(self) -> bool:
        """Whether enough members were there."""
        return self.present >= self.quorum


class PanelLine(NamedTuple):
    """One panel: what its sittings come to, and the cases of the election that it has or had.

    Attributes:
        sittings: on record, whatever they were about; `inquorate` among them.
        cases: that it has, or has ruled on; `open`, those among them that it has and on which no ruling is made.
        recused_open: members who withdrew from these.
    """

    panel: str
    name: str
    quorum: int
    sittings: int
    inquorate: int
    cases: int
    open: int
    recused_open: int
    rulings: int
    recusals: int
    conflicts: int
    barred: int
    split: int
    dissenting: int


class PanelRecord(NamedTuple):
    """A panel with its sittings and the conflicts found, in the order of time."""

    line: PanelLine
    sittings: tuple[SittingLine, ...]
    conflicts: tuple[Conflict, ...]


class Sat(NamedTuple):
    """Who sat where, and what they had declared: panel -> body, person -> interests, contest of these -> election."""

    bodies: Mapping[str, Body]
    interests: Mapping[str, Interests]
    elections: Mapping[str, str]


def panels_of(oversight: Oversight) -> list[str]:
    """Name the panels that have, or ruled on, a case of the election."""
    had = {each.panel for each in oversight.cases} | {each.panel for each in oversight.rulings}
    return sorted(each for each in had if each)


def who_sat(ledger: Record, oversight: Oversight, moment: Moment) -> Sat:
    """Read who sat on the panels of an election, and what they had declared: a short stream each."""
    bodies = {panel: as_known(ledger, body_stream(panel), moment) for panel in panels_of(oversight)}
    people = {person for each in oversight.sittings if each.body in bodies for person in each.present}
    interests = {each: as_known(ledger, interests_stream(each), moment) for each in sorted(people)}
    return Sat(bodies, interests, elections_known(ledger, interests.values(), moment))


def elections_known(ledger: Record, interests: Iterable[Interests], moment: Moment) -> dict[str, str]:
    """Read which elections the contests belong to in which people declared an interest."""
    return elections_of(as_known(ledger, each, moment) for each in contests_of(interests))


def as_known(ledger: Record, empty: AnyState, moment: Moment) -> AnyState:
    """Give a stream as it stood at a moment."""
    return fold(empty, (event for _, event in moment.past(ledger.stream(empty.stream))))


def panel_records(oversight: Oversight, sat: Sat) -> list[PanelRecord]:
    """Give the record of every panel of an election, by id."""
    cases = {each.case: each for each in oversight.cases}
    return [_record(panel, oversight, sat, cases) for panel in panels_of(oversight)]


def _record(panel: str, oversight: Oversight, sat: Sat, cases: Mapping[str, CaseRow]) -> PanelRecord:
    made = [each for each in oversight.rulings if each.panel == panel]
    held = sorted((each for each in oversight.sittings if each.body == panel), key=lambda each: each.start)
    rulings: dict[str | None, list[RulingRow]] = {}
    for each in made:
        rulings.setdefault(each.sitting, []).append(each)
    found: list[Conflict] = []
    lines = []
    for sitting in held:
        here = rulings.get(sitting.sitting, [])
        conflicts = list(_conflicts(sitting, here, sat, cases))
        lines.append(_sitting(sitting, sat.bodies[panel], here, conflicts))
        found += conflicts
    return PanelRecord(_line(panel, oversight, sat.bodies[panel], lines, made), tuple(lines), tuple(found))


def _conflicts(
    sitting: SittingRow, rulings: Iterable[RulingRow], sat: Sat, cases: Mapping[str, CaseRow]
) -> Iterator[Conflict]:
    """Find the members present at a sitting who had an interest in what was ruled on."""
    for ruling in rulings:
        case = cases[ruling.case]
        for person in sitting.present:
            held = barring(sat.interests[person].declared.values(), case, sat.elections, sitting.start)
            for each in held[:1]:
                recused = person in ruling.recused or person in case.recused
                at = (sitting.body, sitting.sitting, ruling.case, ruling.ruling, person)
                yield Conflict(*at, each.kind, each.candidate, each.since, recused)


def _sitting(sitting: SittingRow, body: Body, rulings: list[RulingRow], conflicts: list[Conflict]) -> SittingLine:
    known = body.sittings.get(sitting.sitting)
    return SittingLine(
        panel=sitting.body,
        sitting=sitting.sitting,
        start=sitting.start,
        present=len(sitting.present) if sitting.attended is None else sitting.attended,
        quorum=sitting.quorum,
        strangers=body.strangers(known) if known else (),
        rulings=len(rulings),
        recusals=sum(each.withdrew or 0 for each in rulings),
        conflicts=len(conflicts),
        barred=sum(not each.recused for each in conflicts),
        split=sum(each.votes_against > 0 for each in rulings),
        dissenting=sum(each.votes_against for each in rulings),
    )


def _line(
    panel: str, oversight: Oversight, body: Body, sittings: list[SittingLine], made: list[RulingRow]
) -> PanelLine:
    has = [each for each in oversight.cases if each.panel == panel]
    still = [each for each in has if each.is_open]
    sums = {
        name: sum(getattr(each, name) for each in sittings)
        for name in ("rulings", "recusals", "conflicts", "barred", "split", "dissenting")
    }
    return PanelLine(
        panel=panel,
        name=body.constituted.name if body.constituted else "",
        quorum=body.constituted.quorum if body.constituted else 0,
        sittings=len(sittings),
        inquorate=sum(not each.quorate for each in sittings),
        cases=len({each.case for each in has} | {each.case for each in made}),
        open=len(still),
        recused_open=sum(len(each.recused) for each in still),
        **sums,
    )
