"""What the headline of a case file says, as facts taken from the events: who decided, on what, and what came of it.

Nobody types any of it. Each fact is what the leaves have, or follows from them by the rules of the ledger.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from ledger.rules.local_time import Dated
from ledger.streams.appeal import Appeal
from ledger.streams.appeal_events import AppealAttempted, AppealReceivedLate
from ledger.streams.entry import EntryRemoved, EntryRestored
from ledger.streams.ground import GroundAdopted, Grounds
from ledger.streams.ruling_events import RulingNotified
from projections.cases.file import CaseFile, RulingRead


class Panel(NamedTuple):
    """Who decided, as a body: those present, less those who withdrew, and how many had to be there.

    `strangers` are those recorded as present who, as is known by now, were no members then.
    """

    id: str
    name: str
    sitting: str
    present: int
    withdrew: int
    quorum: int
    strangers: tuple[str, ...]


class GroundFound(NamedTuple):
    """What was found on one ground: in which version, from 1, as it was in force when the conduct was, if any was."""

    id: str
    title: str
    met: str
    conduct: str
    version: int | None
    published: str | None
    clause: str | None


class Relied(NamedTuple):
    """Evidence relied on: its class, whether the person was shown it in the notice, and if it was withdrawn since."""

    id: str
    evidence_class: str
    disclosure: str
    shown: bool
    withdrawn: str | None


class Told(NamedTuple):
    """When and how the person was told, and until when they may appeal."""

    at: str
    channel: str
    appeal_by: Dated | None


class RemedySaid(NamedTuple):
    """A remedy ordered: until when, and when it was done."""

    remedy: str
    due: Dated | None
    done: str | None
    reason: str | None


class AppealSaid(NamedTuple):
    """The appeal against the ruling.

    Attributes:
        state: none, not-told, no-appeal-lies, attempted, pending, late, leave-refused, withdrawn, or its outcome.
        open: whether there is anything still to come of it: time to appeal, or an appeal to be determined.
        since: when it came to that state, where something did.
        late: whether it was received after the time to appeal had ended.
    """

    state: str
    open: bool
    to: str | None
    clause: str | None
    received: str | None = None
    since: str | None = None
    late: bool = False
    attempts: int = 0
    votes: tuple[int, int] | None = None
    remedies: tuple[RemedySaid, ...] = ()


class Changed(NamedTuple):
    """An entry of the person that was removed or restored by the ruling or the appeal."""

    number: int
    action: str
    at: str
    cause: str


class Poll(NamedTuple):
    """A contest that the case has to do with, and when its poll closed."""

    contest: str
    closed: str | None


@dataclass(frozen=True, slots=True)
class Facts:
    """A ruling as the headline tells it; moments are UTC, `YYYY-MM-DDThh:mm:ssZ`.

    Attributes:
        votes: for, against, abstained.
        corrected: how often a slip in its reasons was put right.
        ordered: what it says becomes of entries: (number, action).
        others: types of events beside those of entries that rest on the case, on papers or an application.
    """

    case: str
    ruling: int
    outcome: str
    at: str
    decided_by: str
    actor: str
    panel: Panel | None
    check_version: str | None
    reviewed_by: str | None
    votes: tuple[int, int, int]
    grounds: tuple[GroundFound, ...]
    evidence: tuple[Relied, ...]
    replies: int
    late_replies: int
    interim_reason: str | None
    reasons_words: int
    corrected: int
    told: Told | None
    appeal: AppealSaid
    ordered: tuple[tuple[int, str], ...]
    changed: tuple[Changed, ...]
    papers: str
    others: tuple[str, ...]
    polls: tuple[Poll, ...]


def facts_of(file: CaseFile, read: RulingRead, at: str) -> Facts:
    """Gather what the headline of a ruling says.

    Args:
        at: the moment that deadlines are held against, UTC; the caller owns the clock.
    """
    made = read.made
    ruling = next(each for each in file.case.rulings if each.made.ruling == made.ruling)
    notified = ruling.notified
    told = Told(notified.effective, notified.channel, notified.appeal_by) if notified else None
    return Facts(
        case=file.case.id,
        ruling=made.ruling,
        outcome=made.outcome,
        at=made.effective,
        decided_by=made.decided_by,
        actor=made.actor,
        panel=_panel(read),
        check_version=made.check_version,
        reviewed_by=made.reviewed_by,
        votes=(made.votes_for, made.votes_against, made.abstained),
        grounds=tuple(_grounds(read)),
        evidence=tuple(_evidence(file, read)),
        replies=made.replies,
        late_replies=made.late_replies,
        interim_reason=made.interim_reason,
        reasons_words=made.reasons_words,
        corrected=len(ruling.corrected),
        told=told,
        appeal=appeal_said(read, told, at),
        ordered=tuple((each.number, each.action) for each in made.effects if each.action != "none"),
        changed=tuple(_changed(file, read, notified)),
        papers=made.papers,
        others=tuple(e.type for _, e in file.effects if not isinstance(e, EntryRemoved | EntryRestored)),
        polls=tuple(Poll(name, each.closed_at or None) for name, each in file.contests.items() if each.exists),
    )


def _panel(read: RulingRead) -> Panel | None:
    sitting = read.body.sittings.get(read.made.sitting or "") if read.body else None
    if read.body is None or sitting is None:
        return None
    constituted = read.body.constituted
    recused = {*read.made.recused, *read.before.recused}
    withdrew = sum(person in recused for person in sitting.present)
    present = sitting.attended if sitting.attended is not None else len(sitting.present)
    strangers = tuple(person for person in read.body.strangers(sitting) if person not in recused)
    name = constituted.name if constituted else str(read.made.panel)
    return Panel(str(read.made.panel), name, sitting.sitting, present, withdrew, sitting.quorum_needed, strangers)


def _grounds(read: RulingRead) -> Iterator[GroundFound]:
    for each in read.made.findings:
        version, ground = version_of(read.grounds, each.ground, each.conduct)
        title = ground.title if ground else each.ground
        published = ground.published if ground and version else None
        yield GroundFound(each.ground, title, each.met, each.conduct, version, published, each.clause)


def version_of(grounds: Grounds, ground: str, at: str) -> tuple[int | None, GroundAdopted | None]:
    """Give a ground as it was at a moment (UTC) with the number of its version; where none held, its first version."""
    versions = grounds.grounds.get(ground, ())
    held = grounds.in_force(ground, at)
    if held is None:
        return None, versions[0] if versions else None
    return versions.index(held) + 1, held


def _evidence(file: CaseFile, read: RulingRead) -> Iterator[Relied]:
    notice = read.before.notice
    for name in read.made.evidence:
        added = read.before.evidence.get(name)
        if added is not None:
            shown = notice is not None and name in notice.evidence
            yield Relied(name, added.evidence_class, added.disclosure, shown, file.case.withdrawn.get(name))


def _changed(file: CaseFile, read: RulingRead, notified: RulingNotified | None) -> Iterator[Changed]:
    """Give what became of entries as the person was told of it, in one command, and by the appeal against it."""
    for position, event in file.effects:
        if not isinstance(event, EntryRemoved | EntryRestored) or position < read.position:
            continue
        as_told = notified is not None and event.command == notified.command and event.basis == file.case.stream
        if as_told or event.basis == read.appeal.stream:
            action = "removed" if isinstance(event, EntryRemoved) else "restored"
            yield Changed(event.number, action, event.effective, event.cause)


def appeal_said(read: RulingRead, told: Told | None, at: str) -> AppealSaid:
    """Say where the appeal against a ruling stands, with time held against a moment (UTC)."""
    made, appeal = read.made, read.appeal
    received = appeal.received
    if made.no_appeal is not None or isinstance(received, AppealAttempted):
        tried = "attempted" if appeal.attempts else "no-appeal-lies"
        came = received.effective if received else None
        return AppealSaid(tried, False, None, made.no_appeal, came, came, attempts=appeal.attempts)
    if received is None:
        running = told is None or told.appeal_by is None or at <= told.appeal_by.utc
        return AppealSaid("not-told" if told is None else "none", running, made.appeal, None)
    state, since = _state(appeal)
    votes = (appeal.determined.votes_for, appeal.determined.votes_against) if appeal.determined else None
    remedies = tuple(
        RemedySaid(each.remedy, each.due, appeal.done[number].effective if number in appeal.done else None, each.reason)
        for number, each in appeal.remedies.items()
    )
    late = isinstance(received, AppealReceivedLate)
    came = received.effective
    return AppealSaid(state, appeal.pending, made.appeal, None, came, since, late=late, votes=votes, remedies=remedies)


def _state(appeal: Appeal) -> tuple[str, str | None]:
    """Say how far an appeal has come, and since when."""
    received = appeal.received
    if appeal.determined is not None:
        return appeal.determined.outcome, appeal.determined.effective
    if appeal.withdrawn is not None:
        return "withdrawn", appeal.withdrawn.effective
    if appeal.leave is False:
        return "leave-refused", None
    came = received.effective if received else None
    if isinstance(received, AppealReceivedLate) and appeal.leave is None:
        return "late", came
    return "pending", came
