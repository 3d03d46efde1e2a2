"""`pollbook build-roll ELECTION`: the entries of everybody who passes the franchise's tests and has none yet."""

from __future__ import annotations

from dataclasses import dataclass

from cli.batch_file import GO_ON
from cli.office import desk_at, opened
from cli.parse import actor_value, id_value, on_the_command_line
from cli.place import Place
from cli.report import Sealed, say_sealed, tree_of
from cli.screen import progress, say, say_json, table
from cli.seal.sealing import seal_up
from cli.verbs import interrupted
from ledger.batches.build import Build, BuildTally
from ledger.batches.build_run import preview
from ledger.decision import Act, fold
from ledger.desk import name_of
from ledger.errors import nearest, refused
from ledger.event import Event
from ledger.record import Record
from ledger.rules.franchise import Franchise, franchise_hash
from ledger.streams.franchise import Adopted, franchise_stream
from ledger.streams.roll import Roll, roll_stream
from ledger.streams.roll_build import BuildRoll, BuildState, build_roll, build_stream
from projections.roll.entitled import EntitledPeople

OPENED = "roll-build-opened.v1"


@dataclass(frozen=True, slots=True)
class Planned:
    """A build that is to be begun, or gone on with: its command, and what it reads."""

    command: BuildRoll
    franchise: Adopted
    roll: Roll
    state: BuildState
    first: bool  # whether none was closed before

    @property
    def rule(self) -> Franchise:
        """The franchise that it goes by."""
        versions = (each.rule for each in self.franchise.versions)
        return next(rule for rule in versions if franchise_hash(rule) == self.command.franchise)


def build_the_roll(place: Place, election: str, actor: str, *, dry_run: bool, as_json: bool) -> None:
    """Build a roll, or say what a build would come to.

    Raises:
        RefusedError: `no-franchise`, what the desk raises, `interrupted`.
    """
    with on_the_command_line():
        who = actor_value(actor, "--as")
        name = id_value(election, "ELECTION")
    try:
        if dry_run:
            with opened(place) as ledger:
                tally = _looked_through(ledger, planned_build(ledger, name))
            _print(name, tally, None, "dry", as_json=as_json)
        else:
            _build(place, name, who, as_json=as_json)
    except KeyboardInterrupt:
        raise interrupted(f"building the roll of {name}", GO_ON) from None


def _build(place: Place, election: str, who: str, *, as_json: bool) -> None:
    with desk_at(place) as desk:
        planned = planned_build(desk.ledger, election)
        try:
            if not planned.first and planned.state.opened is None:
                tally = _looked_through(desk.ledger, planned)
                if not tally.accepted:
                    _print(election, tally, seal_up(place, desk.ledger), "before", as_json=as_json)
                    return
            command = planned.command.of(people_of(desk.ledger, planned))
            with progress("rows", command.source.rows if command.source else 0) as bar:
                name = name_of(desk.vault, command, who, 0)
                desk.submit(command, actor=who, command_id=name, progress=bar.to)
        finally:
            sealed = seal_up(place, desk.ledger)
        state = fold(build_stream(election, command.build), _events(desk.ledger, planned.state.stream))
    done = state.closed
    if done is None:
        raise AssertionError("a build that was carried out is closed")
    failed = {each.test: each.rows for each in done.failed}
    sections = {each.section: each.entries for each in done.sections}
    _print(election, BuildTally(done.accepted, done.held, failed, sections), sealed, "now", as_json=as_json)


def planned_build(ledger: Record, election: str) -> Planned:
    """Plan the next build, or find the one that was begun and is not closed."""
    franchise = fold(franchise_stream(election), _events(ledger, f"franchise/{election}"))
    roll = fold(roll_stream(election), _events(ledger, f"roll/{election}"))
    if franchise.rule is None:
        known = {stream.partition("/")[2] for stream in ledger.streams_of("franchise-adopted.v1", "franchise/")}
        found = f"none{nearest(election, known)}"
        remedy = "Correct the id, or record adopt-franchise"
        raise refused("no-franchise", f"election {election}", "a franchise that was adopted", found, remedy)
    begun = ledger.streams_of(OPENED, f"build/{election}/")
    last = fold(BuildState(begun[-1]), _events(ledger, begun[-1])) if begun else None
    if last and last.opened and not last.closed:
        at, by, number = last.opened.as_of_position, last.opened.franchise, last.opened.build
    else:
        at, by, number = ledger.head().size - 1, franchise_hash(franchise.rule), len(begun) + 1
        last = build_stream(election, number)
    command = BuildRoll(election=election, build=number, as_of_position=at, franchise=by)
    return Planned(command, franchise, roll, last, first=number == 1)


def _events(ledger: Record, stream: str) -> list[Event]:
    return [event for _, event in ledger.stream(stream)]


def people_of(ledger: Record, planned: Planned) -> EntitledPeople:
    """Read the ledger for those whom a build is about."""
    command = planned.command
    with progress("reading", command.as_of_position + 1) as bar:
        return EntitledPeople(ledger, command.election, planned.rule, command.as_of_position, bar.by)


def _looked_through(ledger: Record, planned: Planned) -> BuildTally:
    """Say what a build would come to; it is decided as it would be, and nothing is written."""
    people = people_of(ledger, planned)
    now = ledger.head().recorded
    outcome = build_roll(
        planned.command.of(people), Act("dry-run", now, now), planned.franchise, planned.roll, planned.state
    )
    if not isinstance(outcome.batch, Build):
        raise AssertionError("a build that is not closed is carried out")
    with progress("rows", people.rows) as bar:
        return preview(ledger, outcome.batch, bar.to)


def _print(election: str, tally: BuildTally, sealed: Sealed | None, when: str, *, as_json: bool) -> None:
    failed = sum(tally.failed.values())
    rows = tally.accepted + tally.held + failed
    if as_json:
        done = {"election": election, "rows": rows, "accepted": tally.accepted, "held": tally.held}
        sections, tests = dict(sorted(tally.sections.items())), dict(sorted(tally.failed.items()))
        say_json({**done, "sections": sections, "failed": tests, "when": when, **tree_of(sealed)})
        return
    says = "would be " if when == "dry" else ""
    if when == "before":
        say(f"added nothing to the roll of {election}: everybody who may have an entry has one")
    counts = [(f"{says}added", tally.accepted), ("held already, or another kept", tally.held)]
    counts += [("without an entry", failed), ("rows", rows)]
    say("\n".join(f"{number:>9,} {what}" for what, number in counts))
    for heads, numbers in ((("entries", "section"), tally.sections), (("rows", "first test not passed"), tally.failed)):
        if numbers:
            say("\n" + table(heads, [(f"{number:,}", name) for name, number in sorted(numbers.items())], right=(0,)))
    if when == "dry":
        say("This was a dry run: nothing was written")
    say_sealed(sealed)
