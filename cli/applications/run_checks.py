"""`pollbook run-checks`: the automatic checks over the applications that need them, as one batch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cli.office import desk_at, viewed
from cli.parse import actor_value, on_the_command_line
from cli.place import Place
from cli.registers.people_file import PeopleFile
from cli.report import Sealed, counted, say_sealed, tree_of
from cli.screen import progress, say, say_json, say_wrapped, table
from cli.seal.sealing import seal_up
from ledger.checks.barred import BarredList
from ledger.checks.details import details
from ledger.checks.score import MATCHER
from ledger.checks.versions import CHECKS
from ledger.decision import fold
from ledger.desk import Desk, name_of
from ledger.errors import UsageError, nearest, refused
from ledger.event import Event
from ledger.leaf import undisclose
from ledger.record import Record
from ledger.rules.franchise import OfAge
from ledger.streams.application_events import CheckName
from ledger.streams.checks import CheckRunState, CheckVersion, RunChecks, checks_stream
from ledger.streams.franchise import franchise_stream
from projections.applications.check_run import Against, CheckRun, Entry, identity_in
from projections.catch_up import Views

FIRST: tuple[CheckName, ...] = ("duplicate", "payment")  # checks that need nothing but the record
RECEIVED = "batch-received.v1"
MEMBERS = "intake/"
APPLICATIONS = "intake/applications-"


@dataclass(frozen=True, slots=True)
class Given:
    """What the command line gives: files with their mappings, the edition's id, an age and its day."""

    election: str
    edition: str | None = None
    register: Path | None = None
    mapping: Path | None = None
    barred: Path | None = None
    barred_mapping: Path | None = None
    age: int | None = None
    on: str | None = None


def run_checks(place: Place, given: Given, actor: str, *, as_json: bool) -> None:
    """Run the checks and record what they find.

    Raises:
        UsageError: `register-incomplete`, `list-incomplete`, `age-incomplete`.
        RefusedError: `unknown-election`, `nothing-to-check`, and what the desk and the files raise.
    """
    with on_the_command_line():
        who = actor_value(actor, "--as")
    _require_whole(given)
    with desk_at(place) as desk, viewed(place) as (ledger, views):
        require_election_known(ledger, given.election)
        with progress("reading", ledger.head().size - views.next_position) as bar:
            views.catch_up(ledger, progress=bar.by)
        state, run = _prepared(desk, views, given)
        command = _command(desk, given, state, run)
        if not run.total and not state.opened:
            remedy = f"See what is waited for: pollbook queue {given.election}"
            where = f"election {given.election}"
            raise refused("nothing-to-check", where, "applications that need checks", "none", remedy)
        run.check()
        try:
            with progress("applications", run.total) as bar:
                name = name_of(desk.vault, command, who, 0)
                desk.submit(command.of(run), actor=who, command_id=name, progress=bar.to)
        finally:
            sealed = seal_up(place, desk.ledger)
        done = fold(checks_stream(given.election, command.number), _events(desk.ledger, state.stream))
    _print(done, run, sealed, as_json=as_json)


def require_election_known(ledger: Record, election: str) -> None:
    """Refuse an election of which nothing is on record (`unknown-election`)."""
    if not ledger.stream(f"election/{election}"):
        known = [stream.partition("/")[2] for stream in ledger.streams_of("election-called.v1", "election/")]
        found = f"none{nearest(election, known)}"
        raise refused("unknown-election", f"election {election}", "one that is on record", found, "Correct the id")


def _require_whole(given: Given) -> None:
    register = (("--edition", given.edition), ("--register", given.register), ("--mapping", given.mapping))
    needs = (
        ("register-incomplete", *register),
        ("list-incomplete", ("--barred", given.barred), ("--barred-mapping", given.barred_mapping)),
        ("age-incomplete", ("--age", given.age), ("--on", given.on)),
    )
    for code, *options in needs:
        missing = [name for name, value in options if value is None]
        if missing and len(missing) < len(options):
            together = " and ".join(name for name, _ in options)
            found = f"no {' and no '.join(missing)}"
            raise UsageError(code, missing[0], expected=f"{together} together", found=found, remedy="Give the rest")


def _prepared(desk: Desk, views: Views, given: Given) -> tuple[CheckRunState, CheckRun]:
    """Give the run that is begun, or gone on with, and what it will check against."""
    vault = desk.vault
    files = _files(desk, given)
    age = (given.age, given.on) if given.age is not None and given.on is not None else _age(desk.ledger, given.election)
    names: list[CheckName] = list(FIRST)
    names += ["age"] if age else []
    names += ["register-match"] if "register" in files else []
    names += ["sanction-list"] if "barred" in files else []
    register, barred = files.get("register"), files.get("barred")
    against = Against(
        {name: CHECKS[name][-1] for name in sorted(names)},
        edition=(lambda: _entries(register)) if register else None,
        entry_id=(lambda number: f"edition/{given.edition}/{register.entry_id(number)}") if register else str,
        barred=_barred(barred) if barred else None,
        members=lambda: _members(desk),
        age=age,
    )

    def identity(person: str, digest: str) -> Mapping[str, Any] | None:
        text = vault.members.disclosure(person, digest)  # most came in with a file
        found: Mapping[str, Any] | None = undisclose(text)[1] if text else vault.read(digest, "identity")
        return found

    secret = vault.keyed("features of people", b"")
    run = CheckRun(views.database, given.election, against, identity, secret, given.edition)
    run.prepare()
    number, state = 1, checks_stream(given.election, 1)
    while (state := fold(state, _events(desk.ledger, state.stream))).closed:
        number += 1
        state = checks_stream(given.election, number)
    return state, run


def _files(desk: Desk, given: Given) -> dict[str, PeopleFile]:
    files = {}
    if given.register and given.mapping:
        kind = f"edition {given.edition} of the electoral register"
        files["register"] = PeopleFile(given.register, given.mapping, kind, desk.vault)
    if given.barred and given.barred_mapping:
        files["barred"] = PeopleFile(given.barred, given.barred_mapping, "list of those barred", desk.vault)
    return files


def _age(ledger: Record, election: str) -> tuple[int, str] | None:
    """Give the age that the franchise asks of applicants, where it asks the same of all."""
    state = franchise_stream(election)
    rule = fold(state, _events(ledger, state.stream)).rule
    asked = {(t.years, t.on) for c in rule.categories for t in c.tests if isinstance(t, OfAge)} if rule else set()
    if len(asked) > 1:
        found = ", ".join(f"{years} on {day}" for years, day in sorted(asked))
        raise UsageError("age-incomplete", "--age", expected="one age", found=found, remedy="Give --age and --on")
    return asked.pop() if asked else None


def _entries(file: PeopleFile) -> Iterator[Entry]:
    with progress(f"reading {file.file.name}", file.size) as bar:
        for row in file.entries(bar.by):
            yield Entry(*row[:4])


def _barred(file: PeopleFile) -> BarredList:
    rows = ((f"barred/{file.entry_id(row.key)}", row) for row in file.entries())
    return BarredList((against, details(row.name, row.address, row.born, row.email)) for against, row in rows)


def _members(desk: Desk) -> Iterable[tuple[str, Mapping[str, Any]]]:
    """Give everybody in a register of members, in the order of their keys."""
    for number, stem in enumerate(sorted({_stem(stream) for stream in desk.ledger.streams_of(RECEIVED, MEMBERS)})):
        if stem.startswith(APPLICATIONS):
            continue
        with progress(f"members {number + 1}", 0) as bar:
            yield from ((key, identity_in(text)) for key, text in bar.over(desk.vault.members.identities(stem)))


def _stem(stream: str) -> str:
    return stream.rpartition("/")[0] + "/"


def _events(ledger: Record, stream: str) -> Iterator[Event]:
    return (event for _, event in ledger.stream(stream))


def _command(desk: Desk, given: Given, state: CheckRunState, run: CheckRun) -> RunChecks:
    """Make the command; of a run that is gone on with, the desk refuses another edition, list or age."""
    files = _files(desk, given)
    digests = {}
    for name, file in files.items():
        with progress(f"reading {file.file.name}", file.size) as bar:
            digests[f"{name}_file"] = file.digest(bar.by)
    years, on = run.against.age or (None, None)
    return RunChecks(
        election=given.election,
        number=int(state.stream.rpartition("/")[2]),
        checks=tuple(CheckVersion(check=check, version=each) for check, each in run.against.checks.items()),
        matcher=MATCHER,
        edition=given.edition,
        years=years,
        on=on,
        **digests,
    )


def _print(done: CheckRunState, run: CheckRun, sealed: Sealed | None, *, as_json: bool) -> None:
    closed = done.closed
    if closed is None:
        raise AssertionError("a run that was carried out is closed")
    outcomes = [(each.check, each.outcome, each.applications) for each in closed.outcomes]
    if as_json:
        rows = [dict(zip(("check", "outcome", "applications"), each, strict=True)) for each in outcomes]
        counts = {"applications": closed.applications, "changed": closed.changed}
        say_json({"batch": done.stream, **counts, "outcomes": rows, **tree_of(sealed)})
        return
    say(f"{done.stream}: {counted(closed.applications, 'application')} checked, by {MATCHER}")
    say()
    say(table(("check", "outcome", "applications"), [(a, b, f"{c:,}") for a, b, c in outcomes], right=(2,)))
    if closed.changed:
        say_wrapped(f"{closed.changed:,} were left out, for something was recorded of them meanwhile: run them again")
    say_sealed(sealed)
