"""The check of applications: each on the terms of its day, and what was decided on it, by the tests as they stood then.

It reads the applications once more, stream by stream and a page at a time, and decides anew what was decided then.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby

from ledger.batches.intake import APPLICATION
from ledger.checks.single import check_payment
from ledger.checks.versions import BY_HAND
from ledger.decision import Act, fold
from ledger.errors import EvidenceError, RefusedError
from ledger.event import Event
from ledger.progress import Progress
from ledger.storage.store import Ledger
from ledger.streams.admission import require_admissible
from ledger.streams.application import Application, require_open
from ledger.streams.application_events import (
    ApplicationAdmitted,
    ApplicationLapsed,
    ApplicationReceived,
    ApplicationReceivedLate,
    ChecksRun,
    CureInvited,
)
from ledger.streams.applying import Claim, Late, Terms
from ledger.streams.batch_head import BatchHead
from ledger.streams.checks import ChecksOpened
from ledger.streams.cure import cure_deadline, require_lapsed
from ledger.streams.cure_events import InvitationOpened, LapseOpened, Told
from ledger.streams.curing import Notice, curable_of, require_invitable, require_lapsing
from ledger.streams.fee import FeeSet, fee_stream
from ledger.streams.franchise import Adopted, FranchiseAdopted, franchise_stream
from ledger.streams.ground import GroundAdopted, Grounds, ground_stream
from ledger.streams.tested import batches_of
from ledger.streams.timetable import StepVaried, TimetableSet, timetable_stream
from projections.applications.admissions import streams_in_order
from projections.verify.application_steps import STEPS, step_again
from projections.verify.finding import Finding
from projections.verify.held import HeldApplications
from projections.verify.payments import Fee, Payments
from projections.verify.record import RecordRead

Rule = FranchiseAdopted | FeeSet | GroundAdopted | TimetableSet | StepVaried
Opening = InvitationOpened | LapseOpened
CHECK = "E10"


@dataclass(slots=True)
class Rules:
    """The rules of elections as they stood at any position."""

    positions: dict[str, list[int]] = field(default_factory=dict)
    events: dict[str, list[Event]] = field(default_factory=dict)
    closed: dict[str, int] = field(default_factory=dict)  # batch -> where it was closed
    opened: dict[str, tuple[int, Opening]] = field(default_factory=dict)  # batch of invitations or lapses -> its event
    held: HeldApplications = field(default_factory=HeldApplications)
    checks: dict[str, set[str]] = field(default_factory=dict)  # run of checks -> names of those that it makes
    paid: Payments = field(default_factory=Payments)
    _terms: dict[tuple[str, int, int], Terms] = field(default_factory=dict)
    _franchises: dict[tuple[str, int], Adopted] = field(default_factory=dict)

    @classmethod
    def of(cls, record: RecordRead, paid: Payments) -> Rules:
        """Take them from a record."""
        rules = cls(held=HeldApplications.of(record.others), paid=paid)
        for position, event in record.others:
            if isinstance(event, Rule):
                rules.positions.setdefault(event.stream, []).append(position)
                rules.events.setdefault(event.stream, []).append(event)
            elif isinstance(event, Opening):
                rules.opened.setdefault(event.stream, (position, event))
            elif isinstance(event, ChecksOpened):
                rules.checks.setdefault(event.stream, {each.check for each in event.checks})
            elif event.version > 1 and event.stream.startswith(("intake/", "checks/")):
                rules.closed.setdefault(event.stream, position)
        return rules

    def _before(self, stream: str, position: int) -> int:
        return bisect_left(self.positions.get(stream, []), position)

    def terms(self, election: str, position: int) -> Terms:
        """Give the terms of applications as they stood before an event."""
        timetable, fees = timetable_stream(election), fee_stream(election)
        which = (election, self._before(timetable.stream, position), self._before(fees.stream, position))
        if which not in self._terms:
            made = (
                fold(timetable, self.events.get(timetable.stream, [])[: which[1]]),
                fold(fees, self.events.get(fees.stream, [])[: which[2]]),
            )
            self._terms[which] = Terms(election, *made)
        return self._terms[which]

    def franchise(self, election: str, position: int) -> Adopted:
        """Give the franchise as it stood before an event."""
        empty = franchise_stream(election)
        which = (election, self._before(empty.stream, position))
        if which not in self._franchises:
            self._franchises[which] = fold(empty, self.events.get(empty.stream, [])[: which[1]])
        return self._franchises[which]

    def grounds(self, election: str, position: int) -> Grounds:
        """Give the grounds as they stood before an event."""
        empty = ground_stream(election)
        return fold(empty, self.events.get(empty.stream, [])[: self._before(empty.stream, position)])

    def head(self, batch: str, position: int) -> BatchHead:
        """Give whether a batch was closed before an event."""
        return BatchHead(batch, 2 if self.closed.get(batch, position) < position else 1)


def check_applications(ledger: Ledger, record: RecordRead, progress: Progress = lambda _: None) -> Iterator[Finding]:
    """E10: applications were received on the terms of their day, and decided on as the tests have it."""
    rules = Rules.of(record, Payments.of(ledger))
    for position, event in rules.opened.values():
        if isinstance(event, InvitationOpened):
            yield from _check_notice(rules, position, event)
    for page in streams_in_order(ledger, APPLICATION):
        try:
            events = list(ledger.events_between(page[0], page[-1]))
        except EvidenceError:  # a finding of the page of the record that it is on
            rules.paid.whole = False
            continue
        for stream, group in groupby(events, key=lambda one: one[1].stream):
            yield from _check(rules, Application(stream), group)
        progress(len(page))
    yield from rules.paid.alone()


def _check(rules: Rules, application: Application, events: Iterator[tuple[int, Event]]) -> Iterator[Finding]:
    for position, event in events:
        match event:
            case ApplicationReceived() | ApplicationReceivedLate():
                yield from _check_terms(rules, position, event)
            case ApplicationAdmitted():
                yield from _check_admission(rules, position, event, application)
            case ChecksRun():
                yield from _check_checks(rules, position, event, application)
            case CureInvited() | ApplicationLapsed():
                check = _check_cure if event.batch in rules.opened else _check_one_cure
                yield from check(rules, position, event, application)
            case _ if isinstance(event, Fee):
                yield from rules.paid.again(position, event, application)
            case _ if type(event) in STEPS:
                beside = rules.grounds(application.election, position)
                yield from step_again(position, event, application, beside, rules.held)
        try:
            application = application.evolve(event)
        except TypeError:  # a stream that does not replay is a finding of its own
            rules.paid.whole = False
            return


def _check_terms(
    rules: Rules, position: int, event: ApplicationReceived | ApplicationReceivedLate
) -> Iterator[Finding]:
    lower = event.concession if isinstance(event, ApplicationReceived) else None
    claim = Claim(event.category, event.channel, lower, event.declaration, event.region, event.unit)
    try:
        terms = rules.terms(event.election, position).of(claim, event.received)
    except RefusedError as refused:
        yield Finding(CHECK, "application-unfit", position, event.stream, refused.expected, refused.found)
        return
    if isinstance(terms, Late):
        expected = f"late, closed {terms.closed}"
    else:
        expected = f"{terms.due} {terms.fee.currency}, version {terms.fee.version}"
    if isinstance(event, ApplicationReceivedLate):
        found = f"late, closed {event.closed}"
    else:
        found = f"{event.fee_due} {event.currency}, version {event.fee_version}"
    if found != expected:
        yield Finding(CHECK, "terms-differ", position, event.stream, expected, found)


def _check_admission(
    rules: Rules, position: int, event: ApplicationAdmitted, application: Application
) -> Iterator[Finding]:
    franchise = rules.franchise(application.election, position)
    heads = [rules.head(name, position) for name in batches_of(application)]
    try:
        cases = rules.held.cases(application.stream, position, event.batch)
        admission = require_admissible(application, franchise, *heads, by=event.actor, cases=cases)
    except RefusedError as refused:
        expected, found = f"{refused.expected} ({refused.code})", refused.found
        yield Finding(CHECK, "admission-unfounded", position, event.stream, expected, found)
        return
    received = application.received
    places = (received.region, received.unit) if received else (None, None)
    wanted = (*admission, franchise.version, *places)
    said = (event.category, event.section, event.tests, event.franchise, event.region, event.unit)
    if said != wanted:
        expected, found = (f"{each[0]}, {each[1]}, version {each[3]}, {len(each[2])} tests" for each in (wanted, said))
        yield Finding(CHECK, "admission-differs", position, event.stream, expected, found)


def _check_checks(rules: Rules, position: int, event: ChecksRun, application: Application) -> Iterator[Finding]:
    """A run makes every check that it was opened with, but those that an officer made; an officer makes just one.

    Beside an officer's stands what the record has of the payment, where money moved since the last.
    """
    if event.batch is not None:
        made = {each.check for each in event.checks}
        held = {name for name, each in application.checks.items() if each.version == BY_HAND}
        missing = sorted(rules.checks.get(event.batch, made) - made - held)
        if missing:
            expected = "every check of the run, but those made by hand"
            yield Finding(CHECK, "check-unfounded", position, event.stream, expected, f"no {', '.join(missing)}")
        return
    by_hand = sorted(each.check for each in event.checks if each.version == BY_HAND)
    if len(by_hand) != 1:
        found = ", ".join(by_hand) or "none"
        yield Finding(CHECK, "check-unfounded", position, event.stream, "one check by hand", found)
        return
    paid = check_payment(application.due, application.money, 0).outcome
    wanted = [("payment", paid)] if application.anew else []
    said = [(each.check, each.outcome) for each in event.checks if each.version != BY_HAND]
    if said != wanted:
        expected, found = (
            ", ".join(f"{check} {outcome}" for check, outcome in each) or "none" for each in (wanted, said)
        )
        expected = f"by hand, and beside it: {expected}"
        yield Finding(CHECK, "check-unfounded", position, event.stream, expected, found)


def _check_notice(rules: Rules, position: int, event: InvitationOpened) -> Iterator[Finding]:
    """Invitations in bulk go by the grounds as they were when the notice was served."""
    cures = [Told(ground=each.ground, test=each.test) for each in event.curable]
    try:
        curable = curable_of(cures, event.served, rules.grounds(event.election, position), event.election)
    except RefusedError as refused:
        yield Finding(CHECK, "invitation-unfounded", position, event.stream, refused.expected, refused.found)
        return
    if curable != event.curable or event.served > event.recorded:
        expected, found = (
            ", ".join(f"{c.test} {c.ground} {c.hours} hours" for c in each) for each in (curable, event.curable)
        )
        wanted = f"{expected}, served by {event.recorded}"
        yield Finding(CHECK, "invitation-differs", position, event.stream, wanted, f"{found}, {event.served}")


def _check_cure(
    rules: Rules, position: int, event: CureInvited | ApplicationLapsed, application: Application
) -> Iterator[Finding]:
    """Decide anew what was decided in bulk: who was told of what, and what lapsed for which cause."""
    begun, opened = rules.opened[event.batch or ""]
    franchise = rules.franchise(application.election, begun)
    heads = [rules.head(name, position) for name in batches_of(application)]
    cases = rules.held.cases(application.stream, position, event.batch)
    wanted: tuple[object, ...]
    try:
        if isinstance(opened, InvitationOpened):
            notice = Notice.opened(opened)
            fault = require_invitable(application, franchise, notice, *heads, cases=cases)
            wanted = (*fault, notice.notice, notice.served)
        else:
            by = min(opened.effective, opened.recorded)  # nobody's time is over by a moment to come
            cause = require_lapsing(application, franchise, by, *heads, cases=cases)
            wanted = (cause, tuple(application.cures))
    except RefusedError as refused:
        expected, found = f"{refused.expected} ({refused.code})", refused.found
        yield Finding(CHECK, "cure-unfounded", position, event.stream, expected, found)
        return
    said: tuple[object, ...] = (getattr(event, "cause", None), event.grounds)
    if isinstance(event, CureInvited):
        said = (event.grounds, event.tests, event.deadline, event.notice, event.served)
    if said != wanted:
        expected, found = (", ".join(map(str, each)) for each in (wanted, said))
        yield Finding(CHECK, "cure-differs", position, event.stream, expected, found)


def _check_one_cure(
    rules: Rules, position: int, event: CureInvited | ApplicationLapsed, application: Application
) -> Iterator[Finding]:
    """Decide anew what an officer decided of one application: until when there is time, or why it lapsed."""
    wanted: tuple[object, ...]
    said: tuple[object, ...]
    try:
        if isinstance(event, CureInvited):
            received = require_open(application)
            grounds = rules.grounds(received.election, position)
            act = Act(event.actor, event.recorded, event.effective)
            told = (event.grounds, event.served, event.deadline.zone)
            wanted = (cure_deadline(application, grounds, *told, act, received.election),)
            said = (event.deadline,)
        else:
            cases = rules.held.cases(application.stream, position, event.batch)
            wanted, said = require_lapsed(application, cases), (event.cause, event.grounds)
    except RefusedError as refused:
        expected, found = f"{refused.expected} ({refused.code})", refused.found
        yield Finding(CHECK, "cure-unfounded", position, event.stream, expected, found)
        return
    if said != wanted:
        expected, found = (", ".join(map(str, each)) for each in (wanted, said))
        yield Finding(CHECK, "cure-differs", position, event.stream, expected, found)
