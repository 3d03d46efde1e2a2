"""`pollbook queue`: what applications wait for, who has waited longest, and when the queue clears."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime

from cli.look import moment_from, require_known
from cli.office import system_clock, vault_of, viewed
from cli.place import Place
from cli.privacy.access import log_opening, purpose_named
from cli.report import counted
from cli.screen import progress, say, say_json, say_wrapped, table
from cli.seal.key import key_path
from ledger.errors import RefusedError, UsageError, nearest
from ledger.record import Record
from ledger.storage.store import Ledger
from ledger.streams.applications import register_of
from projections.applications.projection import ApplicationProjection
from projections.applications.queue import HOURS, MEANINGS, PAGE, Queue, Waiter, queue_of, rows_waiting, waiters
from projections.catch_up import PastViews, Views
from projections.moment import Moment

HOUR = 3600
PAGE_MAX = 1_000_000


@contextmanager
def applications_at(place: Place, moment: Moment) -> Iterator[tuple[Ledger, Views]]:
    """Open the ledger and its views as of a moment; the past is read anew, in memory."""
    with viewed(place) as (ledger, views):
        require_known(moment, ledger)
        past = None if moment.is_now else PastViews(moment, [ApplicationProjection()])
        seen = past or views
        with progress("reading", ledger.head().size - seen.next_position) as bar:
            seen.catch_up(ledger, progress=bar.by)
        try:
            yield ledger, seen
        finally:
            if past:
                past.close()


def require_applications(views: Views, ledger: Record, election: str) -> None:
    """Refuse an election to which nobody has applied (`no-applications`)."""
    if views.database.execute("SELECT 1 FROM application WHERE election = ? LIMIT 1", (election,)).fetchone():
        return
    known = [name for (name,) in views.database.execute("SELECT DISTINCT election FROM application_hour")]
    raise RefusedError(
        "no-applications",
        f"election {election}",
        expected="an election with applications on record",
        found=f"none{nearest(election, known)}",
        remedy="Correct the id, or see the elections: pollbook events --type election-called.v1",
    )


def show_queue(
    place: Place,
    election: str,
    name: str,
    page: int,
    as_of: str | None,
    known_at: str | None,
    asked: tuple[str, str],
    *,
    as_json: bool,
) -> None:
    """Show the queue, or a page of those who wait for one thing.

    Args:
        asked: for which purpose, and who asks; only of a page of people.

    Raises:
        UsageError: `bad-moment`, `unknown-check`, `purpose-required`.
        RefusedError: `no-applications`.
    """
    moment = moment_from(as_of, known_at)
    if name:
        purpose_named(asked[0])
    with applications_at(place, moment) as (ledger, views):
        require_applications(views, ledger, election)
        head = ledger.head().recorded
        now = system_clock() if moment.is_now else min(filter(None, (moment.as_of, moment.known_at, head)))
        queue = queue_of(views.database, election, now)
        rejected = _rejected(place, ledger, views, election) if moment.is_now and not name else None
        if name:
            _require_name(queue, name)
            people = waiters(views.database, election, name, page)
    if name:
        log_opening(place, "queue", len(people), *asked)
        _say_waiters(people, name, page, as_json=as_json)
    elif as_json:
        say_json(_plain(queue, rejected))
    else:
        _say(queue, election, rejected)


def _rejected(place: Place, ledger: Ledger, views: Views, election: str) -> dict[str, int] | None:
    """Count rows of files that were rejected and came in no other way, by code; None where the vault is not at hand."""
    if not key_path(ledger.ledger_id).is_file():
        return None
    with closing(vault_of(place, ledger)) as vault:
        return rows_waiting(views.database, vault.members.rejected_in(register_of(election)))


def _require_name(queue: Queue, name: str) -> None:
    known = sorted({each.name for each in queue.waiting})
    if name not in known:
        raise UsageError(
            "unknown-check",
            f"--list {name}",
            expected=" or ".join(known) or "nothing, for nobody waits",
            found=f"{name!r}{nearest(name, known)}",
            remedy="Correct the option",
        )


def _plain(queue: Queue, rejected: dict[str, int] | None) -> dict[str, object]:
    waiting = [each._asdict() for each in queue.waiting]
    rates = {"hours": HOURS, "received": queue.received, "decided": queue.decided, "clears": queue.clears}
    return {
        "now": queue.now,
        "applications": queue.applications,
        "open": queue.open,
        "oldest": queue.oldest or None,
        "waiting": waiting,
        "rate": rates,
        "by_hand": queue.by_hand._asdict(),
        "rejected_rows": rejected,
    }


def _say(queue: Queue, election: str, rejected: dict[str, int] | None) -> None:
    say_wrapped(f"{queue.open:,} of {queue.applications:,} applications to {election} are open at {queue.now}")
    if queue.waiting:
        rows = [
            (MEANINGS.get(each.name, each.name), each.outcome, f"{each.applications:,}", _age(each.oldest, queue.now))
            for each in queue.waiting
        ]
        say()
        say(table(("wait for", "found", "applications", "oldest, hours"), rows, right=(2, 3)))
        say("One may wait for several things")
    _say_beside(queue, rejected)
    say()
    received, decided = (f"{number / HOURS:,.1f}" for number in (queue.received, queue.decided))
    say_wrapped(f"In the last {HOURS} hours {received} an hour were received, {decided} decided")
    if queue.open:
        clears = f"the queue clears at {queue.clears}" if queue.clears else "the queue does not clear"
        say_wrapped(f"At that rate {clears}")
        say_wrapped(
            f"Who waits: pollbook queue {election} --list NAME --purpose WORD, with " + ", ".join(_names(queue))
        )


def _say_beside(queue: Queue, rejected: dict[str, int] | None) -> None:
    """Say what stands beside the queue: checks let pass by hand, and rows that never became applications."""
    if queue.by_hand.ever:
        say()
        checks = counted(queue.by_hand.ever, "check")
        say_wrapped(f"{checks} let pass by hand, {queue.by_hand.open:,} of applications that are open")
    if rejected:
        say()
        say(table(("rejected rows, not put right", "rows"), [(code, f"{n:,}") for code, n in rejected.items()], (1,)))
        say_wrapped("To see them: pollbook rejected BATCH; files taken in: pollbook events --type batch-received.v1")


def _names(queue: Queue) -> list[str]:
    return sorted({each.name for each in queue.waiting})


def _age(since: str, now: str) -> str:
    """Give how many whole hours have passed."""
    return f"{int((datetime.fromisoformat(now) - datetime.fromisoformat(since)).total_seconds()) // HOUR:,}"


def _say_waiters(people: list[Waiter], name: str, page: int, *, as_json: bool) -> None:
    if as_json:
        say_json([each._asdict() for each in people])
        return
    rows = [
        (each.person, each.outcome or "-", each.received, "-" if each.score is None else f"{each.score / 100:g}")
        for each in people
    ]
    say(table(("application", "found", "received", "score, %"), rows, right=(3,)))
    say(f"page {page} of those who wait for {name}; {PAGE} to a page")
