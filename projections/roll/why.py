"""Why somebody is, or is not, on a roll: every test that the franchise puts to what is on record of them.

The tests are evaluated by the functions that build the roll, on the record as of the same moment.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ledger.decision import AnyState, fold
from ledger.errors import RefusedError
from ledger.event import Event
from ledger.record import Record
from ledger.rules.eligibility import Verdict, evaluate_all
from ledger.rules.franchise import Category, Franchise
from ledger.streams.application import PREFIX as APPLICATION
from ledger.streams.application_events import ApplicationReceived, ApplicationRefused
from ledger.streams.basis import PERSON, Basis
from ledger.streams.case import case_stream, docket_stream
from ledger.streams.case_events import InterimMeasureTaken
from ledger.streams.certificate import ListCertified, certificate_stream
from ledger.streams.entry import Entries, EntryAdded, EntryNow, EntryRemoved, entry_stream, kept_instead
from ledger.streams.franchise import franchise_stream, require_franchise
from ledger.streams.member import IntakeState
from ledger.streams.merge import merge_stream
from ledger.streams.refused_application import holding
from ledger.streams.roll import Roll, roll_stream
from ledger.streams.roll_build import BuildState
from projections.moment import Moment
from projections.roll.merged import MergedRow


@dataclass(frozen=True, slots=True)
class Ground:
    """What an entry may rest on, and what the tests say of it.

    Attributes:
        category: of the franchise; None: none takes it, and there are no tests.
        named: the category that it names itself, and the `register` it came from; None of an application.
        counts: whether the file that it came in was taken in whole.
        refusal: how an application was refused; `held`, ids of the open cases about it: it is not admitted meanwhile.
        batch: stream of the file that it came in, and `certificate`, the affiliate's of that list; None: no such.
    """

    stream: str
    named: str
    register: str | None
    category: Category | None
    verdicts: tuple[Verdict, ...]
    counts: bool = True
    affiliate: str | None = None
    refusal: ApplicationRefused | None = None
    held: tuple[str, ...] = ()
    batch: str | None = None
    certificate: ListCertified | None = None

    @property
    def passed(self) -> bool:
        """Whether it gives an entry, as far as the tests say."""
        return self.category is not None and self.counts and all(each.outcome == "passed" for each in self.verdicts)


@dataclass(frozen=True, slots=True)
class Reasons:
    """Why somebody is, or is not, on a roll.

    Attributes:
        kept: the person that this one was merged into; `merged`, who were merged into this one.
        entries: live or removed; `waiting` those of a build that is not complete.
        removed: number of an entry -> the event that removed it last, restored since or not.
        measures: interim ones in cases about them that are open, each with its end; they take no entry.
    """

    person: str
    election: str
    rule: Franchise
    grounds: tuple[Ground, ...]
    entries: Entries
    waiting: tuple[int, ...]
    removed: Mapping[int, EntryRemoved]
    roll: Roll
    kept: str | None = None
    merged: tuple[MergedRow, ...] = ()
    measures: tuple[InterimMeasureTaken, ...] = ()

    @property
    def live(self) -> tuple[EntryNow, ...]:
        """The entries by which they are on the roll."""
        return tuple(each for each in self.entries.live if each.number not in self.waiting)

    def kept_instead(self, ground: Ground) -> EntryNow | None:
        """Give the entry that leaves no room for one by a ground that passes."""
        if ground.category is None:
            return None
        return kept_instead(self.rule.several, self.live, ground.category.section, ground.affiliate)


def reasons(ledger: Record, election: str, person: str, moment: Moment, merged: tuple[MergedRow, ...] = ()) -> Reasons:
    """Find why somebody is, or is not, on a roll, as of a moment; of who is kept, by the rows merged into them too.

    Raises:
        RefusedError: `no-franchise`, `unknown-person`.
    """

    def past(state: AnyState) -> AnyState:
        return fold(state, (event for _, event in moment.past(ledger.stream(state.stream))))

    rule = require_franchise(past(franchise_stream(election)), election)
    entries = past(entry_stream(election, person))
    people = (person, *(each.person for each in merged))
    bases = [past(Basis(f"{stem}{each}")) for each in people for stem in (PERSON, APPLICATION)]
    if not (entries.exists or any(each.exists for each in bases)):
        raise unknown_person(person)
    cases = [past(case_stream(case)) for each in people for case in past(docket_stream(election, each)).cases]
    grounds = []
    for basis in bases:
        received = basis.application.received if basis.application else None
        elsewhere = isinstance(received, ApplicationReceived) and received.election != election
        if not basis.exists or elsewhere or not basis.category:
            continue
        certificate = past(certificate_stream(*_two(basis.file))).certified if basis.file else None
        certified = certificate is not None if basis.file else None
        batch = f"intake/{basis.file}" if basis.file else None
        counts = past(IntakeState(batch)).reconciled is not None if batch else True
        category = rule.takes(basis.category, basis.register)
        verdicts = tuple(evaluate_all(category, basis.facts(certified=certified))) if category else ()
        affiliate = basis.placed("affiliate")
        refusal = basis.application.refusal if basis.application else None
        held = tuple(holding(basis.stream, cases))
        about = (basis.stream, basis.category, basis.register, category, verdicts, counts, affiliate)
        grounds.append(Ground(*about, refusal, held, batch, certificate))
    past_entries = [event for _, event in moment.past(ledger.stream(entries.stream))]
    waiting = tuple(_waiting(ledger, moment, past_entries))
    removed = {each.number: each for each in past_entries if isinstance(each, EntryRemoved)}
    roll, kept = past(roll_stream(election)), past(merge_stream(person)).kept
    measures = tuple(case.interim for case in cases if case.interim and case.person == person)
    return Reasons(person, election, rule, tuple(grounds), entries, waiting, removed, roll, kept, merged, measures)


def _two(file: str) -> tuple[str, str]:
    register, _, digest = file.partition("/")
    return register, digest


def _waiting(ledger: Record, moment: Moment, events: Iterable[Event]) -> Iterator[int]:
    """Give the numbers of entries whose build is not complete."""
    for event in events:
        if isinstance(event, EntryAdded) and event.batch:
            build = fold(BuildState(event.batch), (each for _, each in moment.past(ledger.stream(event.batch))))
            if not build.closed:
                yield event.number


def unknown_person(person: str) -> RefusedError:
    """Say that nothing is on record of a person."""
    return RefusedError(
        "unknown-person",
        person,
        expected="the key of somebody on record, 24 hexadecimal digits",
        found="nothing on record",
        remedy="Find the key: pollbook find by a name, member-key or application-key by a number",
    )
