"""`pollbook invite-cures` and `pollbook lapse`: many told what is wrong, and what is not put right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, TypeVar, cast

from cli.applications.cure_list import invited_in, write_invited
from cli.applications.import_applications import stands
from cli.applications.run_checks import require_election_known
from cli.office import desk_at, system_clock
from cli.parse import Where, actor_value, command_from, on_the_command_line
from cli.place import Place
from cli.privacy.access import purpose_named
from cli.report import Sealed, counted, say_sealed, tree_of
from cli.screen import progress, say, say_json, say_wrapped, table
from cli.seal.sealing import seal_up
from cli.verbs import interrupted
from ledger.desk import Desk, name_of
from ledger.errors import RefusedError
from ledger.rules.local_time import require_zone
from ledger.streams.application_events import CureInvited
from ledger.streams.cure_events import Invitation, Lapse, Tally, invitation_stream, lapse_stream
from ledger.streams.cures import InviteCures, LapseApplications, counted_of
from ledger.streams.curing import Notice, curable_of
from ledger.streams.franchise import franchise_stream
from ledger.streams.ground import ground_stream
from projections.applications.admissions import OpenApplications
from projections.applications.cures import Invitations, Lapses

SHOWN = 20  # applications named that wait for a case
Run = TypeVar("Run", Invitation, Lapse)


class Told(NamedTuple):
    """What the command line gives: TEST=GROUND, the notice's id, when it was served (None: not yet), the zone.

    With `out`, who is told is written to that file, for the `purpose`.
    """

    cures: Sequence[str]
    notice: str
    served: str | None
    zone: str
    out: Path | None = None
    purpose: str = ""


class Came(NamedTuple):
    """What it came to: the batch, None where nothing was recorded; applications; what was done, and not, by code.

    `waiting` are the applications that an open case holds, each with the ids of the cases.
    """

    batch: str | None
    applications: int
    did: Mapping[str, int]
    did_not: Mapping[str, int]
    changed: int = 0
    waiting: Mapping[str, Sequence[str]] = {}


def invite_cures(place: Place, election: str, told: Told, actor: str, *, as_json: bool) -> None:
    """Record invitations in bulk, or go on with those that were stopped; before the notice is served just count.

    Raises:
        UsageError: `actor-missing`, `bad-field`, `unknown-field`.
        RefusedError: `unknown-election`, `interrupted`, and what the desk raises.
    """
    with on_the_command_line():
        who = actor_value(actor, "--as")
        if told.out:
            purpose_named(told.purpose)
        values = {"election": election, "number": 1, "cures": [_cure(each) for each in told.cures]}
        values |= {"notice": told.notice, "served": told.served or system_clock(), "zone": told.zone}
        given = cast(InviteCures, command_from(InviteCures, values, Where("invite-cures")))
    with _desk(place, f"invitations of {election}") as desk, progress("applications", 0) as bar:
        require_election_known(desk.ledger, election)
        number, run = _next(desk, lambda number: invitation_stream(election, number))
        require_zone(given.zone, "--zone")
        curable = curable_of(given.cures, given.served, stands(desk.ledger, ground_stream(election)), election)
        notice = Notice(curable, given.notice, given.served, given.zone)
        franchise = stands(desk.ledger, franchise_stream(election))
        source = Invitations(desk.ledger, election, franchise, bar.by, notice=notice)
        told_so: list[CureInvited] = []
        came, sealed = None, None
        if not (run.opened and told.served):
            came = _counted(source, who, told.served is None, told_so)
        if came is None:
            sealed = _record(place, desk, given.model_copy(update={"number": number}).of(source), who)
            closed = stands(desk.ledger, run).closed
            assert closed is not None  # noqa: S101  # the desk closes what it carries out
            counts = (
                closed.applications,
                _plain(closed.invited),
                _plain(closed.not_invited),
                closed.changed,
                source.waiting,
            )
            came = Came(run.stream, *counts)
            told_so = invited_in(desk.ledger, run.stream) if told.out else []
    if told.out:
        write_invited(place, told.out, told_so, told.purpose, who)
    _print(came, ("invited", "not_invited"), sealed, as_json=as_json)
    if not (as_json or told.served):
        say_wrapped("Nothing was recorded. Serve the notice, on whom --out FILE lists; then say when: --served MOMENT")


def lapse_applications(place: Place, election: str, actor: str, *, as_json: bool) -> None:
    """Record lapses in bulk, or go on with those that were stopped.

    Raises:
        UsageError: `actor-missing`, `bad-field`.
        RefusedError: `unknown-election`, `interrupted`, and what the desk raises.
    """
    with on_the_command_line():
        who = actor_value(actor, "--as")
    with _desk(place, f"lapses of {election}") as desk, progress("applications", 0) as bar:
        require_election_known(desk.ledger, election)
        number, run = _next(desk, lambda number: lapse_stream(election, number))
        source = Lapses(desk.ledger, election, stands(desk.ledger, franchise_stream(election)), bar.by)
        came, sealed = _counted(source, who) if not run.opened else None, None
        if came is None:
            sealed = _record(place, desk, LapseApplications(election=election, number=number).of(source), who)
            closed = stands(desk.ledger, run).closed
            assert closed is not None  # noqa: S101  # the desk closes what it carries out
            did = _plain(closed.lapsed)
            came = Came(run.stream, sum(did.values()), did, _plain(closed.not_lapsed), closed.changed, source.waiting)
    _print(came, ("lapsed", "not_lapsed"), sealed, as_json=as_json)


def _cure(word: str) -> dict[str, str]:
    test, equals, ground = word.partition("=")
    if not equals:
        raise RefusedError(
            "bad-field", "--ground", expected="TEST=GROUND", found=repr(word), remedy="Correct the option"
        )
    return {"test": test, "ground": ground}


@contextmanager
def _desk(place: Place, what: str) -> Iterator[Desk]:
    try:
        with desk_at(place) as desk:
            yield desk
    except KeyboardInterrupt:
        raise interrupted(what, "Give the same command again to go on") from None


def _next(desk: Desk, stream_of: Callable[[int], Run]) -> tuple[int, Run]:
    """Give the number of the batch that is open, or of the one to come, and how it stands."""
    number, run = 1, stands(desk.ledger, stream_of(1))
    while run.closed:
        number += 1
        run = stands(desk.ledger, stream_of(number))
    return number, run


def _counted(
    source: OpenApplications, actor: str, whole: bool = False, told_so: list[CureInvited] | None = None
) -> Came | None:
    """Count what there is to record; unless the `whole` of it is asked for, give None where there is anything.

    Args:
        told_so: invitations are put in, of the whole.
    """
    now = system_clock()
    did: Counter[str] = Counter()
    applications = 0
    for page in source.pages({"actor": actor, "effective": now}, frozenset()):
        if not whole:
            return None
        applications += len(page)
        did.update(code for event in page for code in counted_of(event))
        if told_so is not None:
            told_so += (event for event in page if isinstance(event, CureInvited))
    return Came(None, applications, did, dict(source.left_out), 0, source.waiting)


def _record(place: Place, desk: Desk, command: InviteCures | LapseApplications, actor: str) -> Sealed | None:
    try:
        desk.submit(command, actor=actor, command_id=name_of(desk.vault, command, actor, 0))
    finally:
        sealed = seal_up(place, desk.ledger)
    return sealed


def _plain(tallies: Sequence[Tally]) -> dict[str, int]:
    return {each.code: each.applications for each in tallies}


def _print(came: Came, names: tuple[str, str], sealed: Sealed | None, *, as_json: bool) -> None:
    did, did_not = names
    if as_json:
        counts = {"applications": came.applications, did: dict(came.did), did_not: dict(came.did_not)}
        waiting = {name: list(cases) for name, cases in came.waiting.items()}
        say_json({"batch": came.batch, **counts, "changed": came.changed, "waiting": waiting, **tree_of(sealed)})
        return
    what = did if came.batch else f"to be {did}"
    say(f"{came.batch + ': ' if came.batch else ''}{counted(came.applications, 'application')} {what}")
    for head, tallies in ((f"{what} for", came.did), (f"{did_not.replace('_', ' ')} for", came.did_not)):
        if tallies:
            rows = [(code, f"{number:,}") for code, number in sorted(tallies.items())]
            say("\n" + table((head, "applications"), rows, right=(1,)))
    if came.waiting:
        named = [f"{name} (case {', '.join(cases)})" for name, cases in sorted(came.waiting.items())]
        more = f" and {len(named) - SHOWN:,} more: pollbook cases" if len(named) > SHOWN else ""
        says = "1 waits" if len(named) == 1 else f"{len(named):,} wait"
        say_wrapped(f"Of these {says} for an open case: {', '.join(named[:SHOWN])}{more}")
    if came.changed:
        say_wrapped(f"{came.changed:,} were left out, for something was recorded of them meanwhile: give it again")
    say_sealed(sealed)
