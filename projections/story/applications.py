"""What is told of applications to take part in an election, and of what was paid for them; see `words.tells`."""

from __future__ import annotations

from ledger.streams.admission import AdmissionClosed, AdmissionOpened
from ledger.streams.application_events import (
    ApplicationAdmitted,
    ApplicationLapsed,
    ApplicationReceived,
    ApplicationReceivedLate,
    ApplicationReferred,
    ApplicationRefusalReversed,
    ApplicationRefused,
    ApplicationWithdrawn,
    ChecksRun,
    CureInvited,
    CureLapsed,
    CureSupplied,
    FeeFailed,
    FeeReceived,
    FeeRefunded,
    FeeRetained,
    ReferralCleared,
)
from ledger.streams.checks import ChecksClosed, ChecksOpened
from ledger.streams.cure_events import InvitationClosed, InvitationOpened, LapseClosed, LapseOpened, Tally
from ledger.streams.payment import PaymentMatched
from ledger.streams.payments import PaymentsReceived, PaymentsReconciled
from projections.story.words import Names, Sentences, counted, listed, quoted, short, tells, when

PRIVATE = "Who that is: (private)."


def _of(event: ApplicationReceived | ApplicationReceivedLate) -> str:
    places = [f"{name} {value}" for name, value in (("unit", event.unit), ("region", event.region)) if value]
    where = ", " + ", ".join(places) if places else ""
    return f"{event.stream} to election {event.election} in category {event.category}, by {event.channel}{where}"


def _money(event: FeeReceived | FeeFailed | FeeRefunded | FeeRetained) -> str:
    return f"{event.amount:,} {event.currency} in the smallest unit"


@tells(ApplicationReceived)
def _(event: ApplicationReceived, _names: Names) -> Sentences:
    lower = f", for concession {event.concession}" if event.concession else ""
    due = f"{event.fee_due:,} {event.currency} in the smallest unit, by version {event.fee_version} of the fees{lower}"
    return (
        f"received {_of(event)}",
        f"It came in time, on {when(event.received)}.",
        f"The fee quoted: {due}.",
        f"The declaration made: {short(event.declaration)}.",
        PRIVATE,
    )


@tells(ApplicationReceivedLate)
def _(event: ApplicationReceivedLate, _names: Names) -> Sentences:
    came = f"It came on {when(event.received)}, after the close on {when(event.closed)}, and is not admitted."
    made = f"The declaration made: {short(event.declaration)}." if event.declaration else "No declaration was made."
    return (f"received {_of(event)}, late", came, made, PRIVATE)


@tells(FeeReceived)
def _(event: FeeReceived, _names: Names) -> Sentences:
    return (f"recorded that {_money(event)} came in for {event.stream} on {event.day}",)


@tells(FeeFailed)
def _(event: FeeFailed, _names: Names) -> Sentences:
    return (f"recorded that a payment of {_money(event)} for {event.stream} failed on {event.day}",)


@tells(FeeRefunded)
def _(event: FeeRefunded, _names: Names) -> Sentences:
    return (f"recorded that {_money(event)} went back to the applicant of {event.stream} on {event.day}",)


@tells(FeeRetained)
def _(event: FeeRetained, _names: Names) -> Sentences:
    return (f"kept {_money(event)} that was paid for {event.stream}, from {event.day} on",)


@tells(PaymentMatched)
def _(event: PaymentMatched, _names: Names) -> Sentences:
    return (f"matched {event.stream} to application/{event.application}, as {event.kind}",)


@tells(PaymentsReceived)
def _(event: PaymentsReceived, _names: Names) -> Sentences:
    return (f"received a file of {counted(event.rows, 'payment')} for election {event.election}",)


@tells(PaymentsReconciled)
def _(event: PaymentsReconciled, _names: Names) -> Sentences:
    sums = []
    for each in event.sums:
        of = f" {each.kind}" if each.kind else ""
        money = f", {each.amount:,} {each.currency} in the smallest unit" if each.currency else ""
        sums.append(f"{each.fate} {each.rows:,}{of}{money}")
    what = f"took in a file of {counted(event.rows, 'payment')} for election {event.election}"
    return (what, f"Its rows: {listed(sums, 'none')}.")


@tells(AdmissionOpened)
def _(event: AdmissionOpened, _names: Names) -> Sentences:
    what = f"began admission {event.number} of applications to election {event.election}"
    return (f"{what}, by version {event.franchise} of the franchise",)


@tells(AdmissionClosed)
def _(event: AdmissionClosed, _names: Names) -> Sentences:
    admitted = listed([f"{each.applications:,} to section {each.section}" for each in event.admitted], "nobody")
    missing = listed([f"{each.code} {each.applications:,}" for each in event.not_admitted], "none")
    changed = [f"Left out, as something was recorded of them meanwhile: {event.changed:,}."] if event.changed else []
    what = f"ended admission {event.number} of applications to election {event.election}: admitted {admitted}"
    return (what, f"Not admitted, by what was missing: {missing}.", *changed)


@tells(ChecksRun)
def _(event: ChecksRun, _names: Names) -> Sentences:
    found = []
    for each in event.checks:
        score = "" if each.score is None else f" at {each.score // 100}.{each.score % 100:02} per cent"
        against = f" against {each.against}" if each.against else ""
        found.append(f"{each.check} ({each.version}) {each.outcome}{score}{against}")
    edition = [f"The edition of the electoral register: {event.edition}."] if event.edition else []
    matcher = [f"Compared by {quoted(event.matcher)}."] if event.matcher else []
    return (f"ran checks on {event.stream}: {listed(found, 'none')}", *edition, *matcher)


@tells(ChecksOpened)
def _(event: ChecksOpened, _names: Names) -> Sentences:
    checks = listed([f"{each.check} ({each.version})" for each in event.checks])
    edition = [f"The edition of the electoral register: {event.edition}."] if event.edition else []
    barred = ["A list of those who are barred was given."] if event.barred_file else []
    age = [f"The age asked for: {event.years} on {event.on}."] if event.years is not None else []
    begun = f"began run {event.number} of the checks of applications to election {event.election}: {checks}"
    return (begun, f"Compared by {quoted(event.matcher)}.", *edition, *barred, *age)


@tells(ChecksClosed)
def _(event: ChecksClosed, _names: Names) -> Sentences:
    found = [f"{each.check} {each.outcome} {each.applications:,}" for each in event.outcomes]
    left = f"; {event.changed:,} were left out, for they had changed" if event.changed else ""
    return (
        f"closed {event.stream}: {event.applications:,} applications were checked{left}",
        f"What was found: {listed(found, 'nothing')}.",
    )


@tells(CureInvited)
def _(event: CureInvited, _names: Names) -> Sentences:
    grounds, until = listed(event.grounds), event.deadline
    return (
        f"invited the applicant of {event.stream} to put right: {grounds}",
        f"Notice {event.notice} was served on {when(event.served)}.",
        f"There is time until {until.local} in {until.zone}, {when(until.utc)}.",
    )


@tells(CureSupplied)
def _(event: CureSupplied, _names: Names) -> Sentences:
    late = "It came after the deadline." if event.late else "It came in time."
    what = f"recorded what the applicant of {event.stream} supplied on {when(event.received)}: {listed(event.grounds)}"
    return (what, late, "What was supplied: (private).")


@tells(CureLapsed)
def _(event: CureLapsed, _names: Names) -> Sentences:
    return (f"recorded that nothing was put right in time for {event.stream}: {listed(event.grounds)}",)


def _tallied(tallies: tuple[Tally, ...], none: str = "none") -> str:
    return listed([f"{each.code} {each.applications:,}" for each in tallies], none)


@tells(InvitationOpened)
def _(event: InvitationOpened, _names: Names) -> Sentences:
    what = f"began invitations {event.number} of applicants to election {event.election} to put right what is wrong"
    tests = listed([f"{each.test} is ground {each.ground}, {each.hours} hours" for each in event.curable])
    return (
        f"{what}, by version {event.franchise} of the franchise",
        f"Notice {event.notice} was served on {when(event.served)}; the time is that of {event.zone}.",
        f"What there is to put right: {tests}.",
    )


@tells(InvitationClosed)
def _(event: InvitationClosed, _names: Names) -> Sentences:
    changed = [f"Left out, as something was recorded of them meanwhile: {event.changed:,}."] if event.changed else []
    return (
        f"ended invitations {event.number} of applicants to election {event.election}: invited {event.applications:,}",
        f"By ground: {_tallied(event.invited)}.",
        f"Not invited, and why: {_tallied(event.not_invited)}.",
        *changed,
    )


@tells(LapseOpened)
def _(event: LapseOpened, _names: Names) -> Sentences:
    what = f"began lapses {event.number} of applications to election {event.election} that were not put right in time"
    return (f"{what}, by version {event.franchise} of the franchise",)


@tells(LapseClosed)
def _(event: LapseClosed, _names: Names) -> Sentences:
    changed = [f"Left out, as something was recorded of them meanwhile: {event.changed:,}."] if event.changed else []
    return (
        f"ended lapses {event.number} of applications to election {event.election}: {_tallied(event.lapsed)}",
        f"Not lapsed, and why: {_tallied(event.not_lapsed)}.",
        *changed,
    )


@tells(ApplicationReferred)
def _(event: ApplicationReferred, _names: Names) -> Sentences:
    case = f", in case {event.case}" if event.case else ""
    return (f"referred {event.stream} on ground {event.ground}{case}", "Why: (private).")


@tells(ReferralCleared)
def _(event: ReferralCleared, _names: Names) -> Sentences:
    return (f"cleared the referral of {event.stream} on ground {event.ground}", "Why: (private).")


@tells(ApplicationAdmitted)
def _(event: ApplicationAdmitted, _names: Names) -> Sentences:
    places = [f"{name} {value}" for name, value in (("unit", event.unit), ("region", event.region)) if value]
    tests = listed([f"{each.code} {each.outcome}" for each in event.tests], "none")
    return (
        f"admitted {event.stream} to section {event.section} in category {event.category}",
        *([f"It is of {listed(places)}."] if places else []),
        f"The tests, by version {event.franchise} of the franchise: {tests}.",
        "It was decided automatically." if event.decided_by == "automatic" else "An officer decided it.",
    )


@tells(ApplicationLapsed)
def _(event: ApplicationLapsed, _names: Names) -> Sentences:
    why = "the fee was never paid" if event.cause == "unpaid" else "what was wrong was not put right"
    return (f"recorded that {event.stream} lapsed: {why}", f"Grounds that it was told of: {listed(event.grounds)}.")


@tells(ApplicationRefused)
def _(event: ApplicationRefused, _names: Names) -> Sentences:
    by = f"ruling {event.ruling} on {event.basis}"
    return (f"refused {event.stream}, by {by}, as the applicant was told of it", f"Grounds: {listed(event.grounds)}.")


@tells(ApplicationRefusalReversed)
def _(event: ApplicationRefusalReversed, _names: Names) -> Sentences:
    by = "an appeal that was allowed" if event.basis.startswith("appeal/") else f"ruling {event.ruling}"
    return (f"opened {event.stream} again, which was refused, by {by} ({event.basis})",)


@tells(ApplicationWithdrawn)
def _(event: ApplicationWithdrawn, _names: Names) -> Sentences:
    fee = {"refund": "The fee is to be refunded.", "retain": "The fee is kept.", "none": "No fee was paid."}
    return (f"recorded that the applicant withdrew {event.stream}", fee[event.fee_action])
