"""`pollbook why`: why somebody is, or is not, on a roll, test by test."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from cli.look import moment_from, require_known
from cli.office import viewed
from cli.place import Place
from cli.privacy.access import opening, purpose_named
from cli.screen import progress, say, say_json, say_wrapped, table
from ledger.storage.store import Ledger
from ledger.streams.certificate import ListCertified
from ledger.streams.entry import EntryNow
from projections.catch_up import Views
from projections.moment import Moment
from projections.roll.merged import MergedRow, merged_into
from projections.roll.why import Ground, Reasons, reasons


def show_why(
    place: Place,
    person: str,
    election: str,
    as_of: str | None,
    known_at: str | None,
    asked: tuple[str, str],
    *,
    as_json: bool,
) -> None:
    """Show why somebody is, or is not, on a roll: `asked` is for which purpose, and who asks."""
    moment = moment_from(as_of, known_at)
    purpose_named(asked[0])
    with viewed(place) as (ledger, views):
        require_known(moment, ledger)
        merged = merged_of(ledger, views, person, moment)
        found = reasons(ledger, election, person, moment, merged)
    with opening(place, "why", *asked) as now:
        now.log(len(found.grounds) + len(found.entries.entries), person)
    if as_json:
        say_json(plain_reasons(found))
        return
    say_reasons(found, moment)


def merged_of(ledger: Ledger, views: Views, person: str, moment: Moment) -> tuple[MergedRow, ...]:
    """Give who is merged into a person at a moment, from views that are brought up to date first."""
    with progress("reading", ledger.head().size - views.next_position) as bar:
        views.catch_up(ledger, progress=bar.by)
    return merged_into(views.database, ledger, person, moment)


def say_merged(merged: Sequence[MergedRow]) -> None:
    """Print who was merged into somebody."""
    for each in merged:
        on_record = " and ".join(each.streams)
        say_wrapped(f"Merged into them on {each.since[:10]}, by {' and '.join(each.basis)}: {on_record}.")


def plain_merged(merged: Sequence[MergedRow]) -> list[dict[str, Any]]:
    """Give who was merged into somebody as plain values."""
    return [each._asdict() for each in merged]


def say_reasons(found: Reasons, moment: Moment) -> None:
    """Print why somebody is, or is not, on a roll."""
    on = "on the roll" if found.live else "not on the roll"
    say_wrapped(f"{found.person} is {on} of election {found.election} ({moment.says()}).")
    if found.kept:
        say_wrapped(f"They were merged into {found.kept}: their entries are under that key.")
    say_merged(found.merged)
    for each in found.entries.entries.values():
        say_wrapped(_entry(found, each))
    for measure in found.measures:
        what = {"hold-paper": "their paper is held back", "suspend-entry": "their entry is suspended"}[measure.measure]
        say_wrapped(
            f"Case {measure.case}: {what} from {measure.effective} until {measure.until}; it stays on the roll."
        )
    for ground in found.grounds:
        say()
        say_wrapped(_ground(ground))
        if ground.certificate:
            say_wrapped(_list(ground.certificate, ground.batch))
        if ground.verdicts:
            rows = [(each.code, each.outcome, each.why) for each in ground.verdicts]
            say(table(("test", "", "why"), rows))
        for line in _follows(found, ground):
            say_wrapped(line)
    if not found.grounds:
        say_wrapped("They are in no register and made no application for this election.")


def _entry(found: Reasons, each: EntryNow) -> str:
    named = (("affiliate", each.affiliate), ("region", each.region), ("unit", each.unit))
    where = "".join(f", {name} {value}" for name, value in named if value)
    what = f"Entry {each.number}, section {each.section}, as {each.category}{where}"
    if each.number in found.waiting:
        return f"{what}: waits for its build to be complete."
    if each.live:
        return f"{what}: stands since {each.since}."
    removed = found.removed[each.number]
    basis = f", by {removed.basis}" if removed.basis else ""
    return f"{what}: was removed at {each.since} by the {removed.actor}. Cause: {removed.cause}{basis}."


def _ground(ground: Ground) -> str:
    source = f"register {ground.register}" if ground.register else "an application"
    return f"By {source}, as {ground.named} ({ground.stream}):"


def _list(said: ListCertified, batch: str | None) -> str:
    certified = f"certified on {said.effective[:10]} as of {said.as_of}, {said.stream}"
    return f"On a list of {said.affiliate} ({batch}), {certified}."


def _follows(found: Reasons, ground: Ground) -> Iterator[str]:
    """Say what follows from the tests."""
    if ground.category is None:
        yield "No category of the franchise takes it."
        return
    if not ground.counts:
        yield "The file that it came in is not taken in whole: it does not count yet."
    failing = [each.code for each in ground.verdicts if each.outcome != "passed"]
    if failing:
        yield f"It gives no entry, for not passing {', '.join(failing)}."
        return
    if not ground.counts:
        return
    if ground.refusal is not None:
        by = f"ruling {ground.refusal.ruling} on {ground.refusal.basis}"
        yield f"It gives no entry, for it was refused by {by}: {', '.join(ground.refusal.grounds)}."
        return
    if ground.held:
        yield f"It is not admitted while a case about it is open: {', '.join(ground.held)}."
        return
    entry = next((each for each in found.live if each.section == ground.category.section), None)
    kept = found.kept_instead(ground)
    gone = next((each for each in found.entries.entries.values() if each.section == ground.category.section), None)
    if entry is not None:
        yield f"It gives an entry in section {ground.category.section}: entry {entry.number}."
    elif kept is not None:
        yield f"It gives no entry beside entry {kept.number}, for one person has one vote."
    elif gone is not None and gone.number in found.removed:
        yield f"It gives an entry in section {ground.category.section}: entry {gone.number}, which was removed."
    elif found.kept is not None:
        yield f"The entry is theirs into whom they were merged: pollbook why {found.kept} {found.election}"
    elif found.roll.frozen:
        yield f"It gives an entry, but there is none; the roll was frozen at {found.roll.frozen.effective}."
    else:
        yield f"It gives an entry, which the next build adds: pollbook build-roll {found.election}"


def plain_reasons(found: Reasons) -> dict[str, Any]:
    """Give the reasons as plain values."""
    return {
        "person": found.person,
        "election": found.election,
        "on_the_roll": bool(found.live),
        "merged_into": found.kept,
        "merged": plain_merged(found.merged),
        "entries": [
            {**each._asdict(), "waiting": each.number in found.waiting} for each in found.entries.entries.values()
        ],
        "measures": [
            {"case": each.case, "measure": each.measure, "from": each.effective, "until": each.until}
            for each in found.measures
        ],
        "grounds": [
            {
                "stream": each.stream,
                "register": each.register,
                "category": each.named,
                "passed": each.passed,
                "taken_in": each.counts,
                "batch": each.batch,
                "certificate": each.certificate and _plain_certificate(each.certificate),
                "refused_by": each.refusal and f"{each.refusal.basis}/{each.refusal.ruling}",
                "open_cases": list(each.held),
                "tests": [verdict._asdict() for verdict in each.verdicts],
            }
            for each in found.grounds
        ],
    }


def _plain_certificate(said: ListCertified) -> dict[str, str]:
    return {"stream": said.stream, "affiliate": said.affiliate, "certified": said.effective, "as_of": said.as_of}
