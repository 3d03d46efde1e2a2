"""The check of what follows a freeze: it is listed, and what needs a second officer after it was agreed to by one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace

from ledger.decision import DECISIONS, fold
from ledger.errors import PollbookError
from ledger.event import Event
from ledger.storage.store import Ledger
from ledger.streams.agreement import Agreement, ChangeAgreed, Reach, Waiting, agreement_stream, waiting_of
from ledger.streams.entry import EntryAmended, EntryRemoved, EntryRestored
from ledger.streams.founding import Founding, LedgerFounded, founding_stream
from ledger.streams.freezes import FreezeListed, Freezes, freezes_stream
from ledger.streams.member_history import Member
from ledger.streams.membership import CHANGES, MemberAmended
from ledger.streams.office import DelegationRevoked, Office, PowerDelegated, office_stream
from ledger.streams.roll import RollFrozen
from projections.verify.finding import Finding
from projections.verify.record import RecordRead
from projections.verify.verbs import verbs_of

AMENDED = MemberAmended.model_fields["type"].default


@dataclass(slots=True)
class Stood:
    """What stood before an event: freezes, the elections whose roll is frozen, agreements, powers, the founding."""

    frozen: set[str] = field(default_factory=set)
    freezes: Freezes = field(default_factory=freezes_stream)
    agreements: dict[str, Agreement] = field(default_factory=dict)
    offices: dict[str, Office] = field(default_factory=dict)
    founding: Founding = field(default_factory=founding_stream)

    def take(self, event: Event) -> None:
        """Take an event in; one that does not replay is a finding of another check."""
        with suppress(TypeError, PollbookError):
            match event:
                case RollFrozen():  # whether or not it is listed: that is a finding by itself
                    self.frozen.add(event.election)
                    later = max((self.freezes.moment, self.freezes.election), (event.effective, event.election))
                    self.freezes = replace(self.freezes, moment=later[0], election=later[1])
                case ChangeAgreed():
                    before = self.agreements.get(event.person, agreement_stream(event.person))
                    self.agreements[event.person] = before.evolve(event)
                case PowerDelegated() | DelegationRevoked():
                    office = self.offices.get(event.office, office_stream(event.office))
                    self.offices[event.office] = office.evolve(event)
                case LedgerFounded():
                    self.founding = self.founding.evolve(event)

    def reach(self, person: str) -> Reach:
        """Give what a change of that person's membership is held against."""
        agreement = self.agreements.get(person, agreement_stream(person))
        second = self.offices.get(agreement.by, office_stream(agreement.by))
        return Reach(agreement, second, self.founding, self.freezes)


def check_freezes(record: RecordRead) -> Iterator[Finding]:
    """E14: every freeze is listed by its own command, and a change that reaches back over one was agreed to.

    So was one to an entry of a frozen roll as a clerical error. The second officer is another office than who recorded
    the change, in a founded ledger with the power for it.
    """
    stood = Stood()
    unlisted: list[tuple[int, RollFrozen]] = []
    for position, event in record.others:
        match event:
            case RollFrozen():
                unlisted.append((position, event))
            case FreezeListed():
                own = [each for each in unlisted if _is_of(event, each[1])]
                unlisted = [each for each in unlisted if each not in own]
                if not own:
                    expected = "a freeze by the same command, before it"
                    yield Finding("E14", "freeze-unlisted", position, event.stream, expected, "none")
            case _ if isinstance(event, CHANGES):
                yield from _check_change(position, event, stood)
            case EntryAmended() | EntryRemoved() | EntryRestored():
                yield from _check_slip(position, event, stood)
        stood.take(event)
    for position, roll in unlisted:
        expected = "a line in freezes/rolls by the same command"
        yield Finding("E14", "freeze-unlisted", position, roll.stream, expected, "none")


def _is_of(listed: FreezeListed, frozen: RollFrozen) -> bool:
    """Whether a line in the list is that of a freeze: a later line would not have been there to be read."""
    return (listed.election, listed.effective, listed.command) == (frozen.election, frozen.effective, frozen.command)


def _check_change(position: int, event: Event, stood: Stood) -> Iterator[Finding]:
    reach = stood.reach(event.stream.partition("/")[2])
    for code, expected, found in reach.faults(_waiting(event), getattr(event, "on", "")):
        yield Finding("E14", code, position, event.stream, expected, found)


def _check_slip(position: int, event: EntryAmended | EntryRemoved | EntryRestored, stood: Stood) -> Iterator[Finding]:
    """Check that nobody put right alone what they say is a clerical error of a frozen roll."""
    if event.cause == "clerical" and event.election in stood.frozen:
        reach = stood.reach(event.stream.rpartition("/")[2])
        for code, expected, found in reach.slip_faults(_waiting(event)):
            yield Finding("E14", code, position, event.stream, expected, found)


def _waiting(event: Event) -> Waiting:
    verb = verbs_of(event.type)[0]  # by hand: a ruling and a remedy are causes of their own
    return waiting_of(event, verb, DECISIONS[verb].command.model_fields)


def check_relisted(record: RecordRead, ledger: Ledger) -> Iterator[Finding]:
    """E14: no later file of a register has somebody otherwise than they were on the day of a freeze before it."""
    freezes = [(at, event.effective) for at, event in record.others if isinstance(event, RollFrozen)]
    if not freezes:
        return
    since = freezes[0][0]
    keys = {
        one.stem + one.key.hex()
        for (_, kind, _), run in record.bulk.runs.items()
        if kind == AMENDED and max(run.positions) > since
        for one in run.ordered()
        if one.position > since
    }
    for name in sorted(keys):
        with suppress(PollbookError):  # of a page that cannot be read, which is a finding of its own
            yield from _check_amended(name, ledger.stream(name), freezes)


def _check_amended(name: str, events: list[tuple[int, Event]], freezes: list[tuple[int, str]]) -> Iterator[Finding]:
    member = Member(name)
    for position, event in events:
        after = fold(member, [event])
        last = max((moment for at, moment in freezes if at < position), default="")
        if isinstance(event, MemberAmended) and last and not member.agrees_until(after, last[:10]):
            expected = f"somebody as they were on {last[:10]}, when a roll was frozen"
            yield Finding("E14", "backdated-over-freeze", position, name, expected, "another history")
        member = after
