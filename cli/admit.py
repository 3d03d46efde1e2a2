"""`pollbook admit ELECTION`: every application whose tests are all passed is admitted, as one batch."""

from __future__ import annotations

from cli.import_applications import stands
from cli.office import desk_at
from cli.parse import actor_value, on_the_command_line
from cli.place import Place
from cli.report import Sealed, counted, say_sealed, tree_of
from cli.run_checks import require_election_known
from cli.screen import progress, say, say_json, say_wrapped, table
from cli.sealing import seal_up
from cli.verbs import interrupted
from ledger.desk import name_of
from ledger.streams.admission import AdmissionClosed, AdmissionRun, AdmitApplications, admission_stream
from ledger.streams.franchise import franchise_stream
from projections.admissions import Admissions


def admit(place: Place, election: str, actor: str, *, as_json: bool) -> None:
    """Admit applications in bulk, or go on with an admission that was stopped.

    Raises:
        RefusedError: `unknown-election`, `interrupted`, and what the desk raises.
    """
    with on_the_command_line():
        who = actor_value(actor, "--as")
    try:
        with desk_at(place) as desk:
            require_election_known(desk.ledger, election)
            number, state = 1, stands(desk.ledger, admission_stream(election, 1))
            while state.closed:
                number += 1
                state = stands(desk.ledger, admission_stream(election, number))
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
    _print(done, sealed, as_json=as_json)


def _print(done: AdmissionRun, sealed: Sealed | None, *, as_json: bool) -> None:
    closed = done.closed
    if closed is None:
        raise AssertionError("an admission that was carried out is closed")
    if as_json:
        admitted = {each.section: each.applications for each in closed.admitted}
        missing = {each.code: each.applications for each in closed.not_admitted}
        counts = {"admitted": admitted, "not_admitted": missing, "changed": closed.changed}
        say_json({"batch": done.stream, **counts, **tree_of(sealed)})
        return
    _say(done.stream, closed)
    say_sealed(sealed)


def _say(stream: str, closed: AdmissionClosed) -> None:
    total = sum(each.applications for each in closed.admitted)
    say(f"{stream}: {counted(total, 'application')} admitted")
    if closed.admitted:
        rows = [(each.section, f"{each.applications:,}") for each in closed.admitted]
        say("\n" + table(("section", "admitted"), rows, right=(1,)))
    if closed.not_admitted:
        rows = [(each.code, f"{each.applications:,}") for each in closed.not_admitted]
        say("\n" + table(("not admitted for", "applications"), rows, right=(1,)))
        say_wrapped(f"See what each waits for: pollbook queue {closed.election}; and pollbook application KEY")
    if closed.changed:
        say_wrapped(f"{closed.changed:,} were left out, for something was recorded of them meanwhile: admit again")
