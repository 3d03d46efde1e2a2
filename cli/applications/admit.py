"""`pollbook admit ELECTION`: every application whose tests are all passed is admitted, as one batch."""

from __future__ import annotations

from collections import Counter
from typing import Any

from cli.applications.import_applications import stands
from cli.applications.run_checks import require_election_known
from cli.office import desk_at, opened, system_clock
from cli.parse import actor_value, on_the_command_line
from cli.place import Place
from cli.report import Sealed, counted, say_sealed, tree_of
from cli.screen import progress, say, say_json, say_wrapped, table
from cli.seal.sealing import seal_up
from cli.verbs import interrupted
from ledger.batches.sweep import Sweep, Swept
from ledger.decision import Act
from ledger.desk import name_of
from ledger.record import Record
from ledger.streams.admission import AdmissionClosed, AdmitApplications, admission_stream, admit_applications
from ledger.streams.election import election_stream
from ledger.streams.franchise import franchise_stream
from projections.applications.admissions import Admissions

NOTHING = "sha256:" + "0" * 64  # digest of events that were not recorded


def admit(place: Place, election: str, actor: str, *, dry_run: bool, as_json: bool) -> None:
    """Admit applications in bulk, or say what that would come to; one that was stopped is gone on with.

    Raises:
        RefusedError: `unknown-election`, `interrupted`, and what the desk raises.
    """
    with on_the_command_line():
        who = actor_value(actor, "--as")
    if dry_run:
        with opened(place) as ledger:
            closed = _looked_through(ledger, election, who)
        _print(closed, None, as_json=as_json, dry=True)
        return
    try:
        with desk_at(place) as desk:
            require_election_known(desk.ledger, election)
            number = _number(desk.ledger, election)
            franchise = stands(desk.ledger, franchise_stream(election))
            try:
                with progress("applications", 0) as bar:
                    source = Admissions(desk.ledger, election, franchise, bar.by)
                    command = AdmitApplications(election=election, number=number).of(source)
                    desk.submit(command, actor=who, command_id=name_of(desk.vault, command, who, 0))
            finally:
                sealed = seal_up(place, desk.ledger)
            done = stands(desk.ledger, admission_stream(election, number))
    except KeyboardInterrupt:
        raise interrupted(f"admission to {election}", "Give the same command again to go on") from None
    if done.closed is None:
        raise AssertionError("an admission that was carried out is closed")
    _print(done.closed, sealed, as_json=as_json)


def _number(ledger: Record, election: str) -> int:
    """Give the number of the admission that was begun and is not closed, or of the next."""
    number = 1
    while stands(ledger, admission_stream(election, number)).closed:
        number += 1
    return number


def _looked_through(ledger: Record, election: str, who: str) -> AdmissionClosed:
    """Say what an admission would come to; it is decided as it would be, and nothing is written.

    Of one that was begun and is not closed, what it has recorded already is left out.
    """
    require_election_known(ledger, election)
    number, now = _number(ledger, election), max(system_clock(), ledger.head().recorded)
    franchise = stands(ledger, franchise_stream(election))
    with progress("applications", 0) as bar:
        source = Admissions(ledger, election, franchise, bar.by)
        command = AdmitApplications(election=election, number=number).of(source)
        runs = [stands(ledger, admission_stream(election, each)) for each in (number, number - 1)]
        outcome = admit_applications(
            command, Act(who, now, now), stands(ledger, election_stream(election)), franchise, *runs
        )
        sweep = outcome.batch
        if not isinstance(sweep, Sweep):
            raise AssertionError("an admission that is not closed is carried out")
        counts = Counter[Any]()
        for page in sweep.found.pages(sweep.envelope, frozenset()):
            for event in page:
                counts.update(sweep.counted(event))
    closed = sweep.closed(Swept(counts.total(), 0, counts, NOTHING), now)
    if not isinstance(closed, AdmissionClosed):
        raise AssertionError("an admission is closed by that")
    return closed


def _print(closed: AdmissionClosed, sealed: Sealed | None, *, as_json: bool, dry: bool = False) -> None:
    if as_json:
        admitted = {each.section: each.applications for each in closed.admitted}
        missing = {each.code: each.applications for each in closed.not_admitted}
        counts = {"admitted": admitted, "not_admitted": missing, "changed": closed.changed}
        when = "dry" if dry else "now"
        say_json({"batch": closed.stream, **counts, "when": when, **tree_of(sealed)})
        return
    _say(closed.stream, closed, "would be " if dry else "")
    if dry:
        say("This was a dry run: nothing was written")
    say_sealed(sealed)


def _say(stream: str, closed: AdmissionClosed, says: str) -> None:
    total = sum(each.applications for each in closed.admitted)
    say(f"{stream}: {counted(total, 'application')} {says}admitted")
    if closed.admitted:
        rows = [(each.section, f"{each.applications:,}") for each in closed.admitted]
        say("\n" + table(("section", "admitted"), rows, right=(1,)))
    if closed.not_admitted:
        rows = [(each.code, f"{each.applications:,}") for each in closed.not_admitted]
        say("\n" + table(("not admitted for", "applications"), rows, right=(1,)))
        say_wrapped(f"See what each waits for: pollbook queue {closed.election}; and pollbook application KEY")
    if closed.changed:
        say_wrapped(f"{closed.changed:,} were left out, for something was recorded of them meanwhile: admit again")
