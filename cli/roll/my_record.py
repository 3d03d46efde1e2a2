"""`pollbook my-record`: one person's record in plain sentences, on both clocks, and how it stands in each election."""

from __future__ import annotations

import textwrap

from cli.look import moment_from, plain, require_known
from cli.office import viewed
from cli.place import Place
from cli.privacy.access import opening, plain_access, purpose_named
from cli.report import counted
from cli.roll.why import merged_of, plain_merged, plain_reasons, say_merged, say_reasons
from cli.screen import WIDTH, say, say_json, say_wrapped, table
from ledger.streams.access import AccessLogged
from ledger.streams.case import PREFIX as CASE
from projections.privacy.erased import erased_of, with_erased
from projections.roll.my_record import Chapter, chapters, elections_of, items_of, openings_of
from projections.roll.why import reasons, unknown_person
from projections.story.story import story


def show_my_record(
    place: Place, person: str, as_of: str | None, known_at: str | None, asked: tuple[str, str], *, as_json: bool
) -> None:
    """Show one person's record: `asked` is for which purpose, and who asks."""
    moment = moment_from(as_of, known_at)
    purpose_named(asked[0])
    with viewed(place) as (ledger, views):
        require_known(moment, ledger)
        found = list(chapters(ledger, person, moment))
        if not found:
            raise unknown_person(person)
        merged = merged_of(ledger, views, person, moment)
        erased = erased_of(ledger, person)
        elections = elections_of(ledger, found, moment)
        seen, sealed = openings_of(ledger, person, moment), ledger.sealed_size()
        why = [reasons(ledger, election, person, moment, merged) for election in elections]
    with opening(place, "my-record", *asked) as now:
        now.log(sum(len(each.events) for each in found), person)
    if as_json:
        record = {each.stream: [plain(position, event) for position, event in each.events] for each in found}
        tests = [plain_reasons(each) for each in why]
        opened = [plain_access(position, event) for position, event in seen]
        receipts = sorted(position for each in found for position, _ in each.events if position < sealed)
        more = {"items": items_of(found), "opened": opened, "receipts": receipts}
        say_json({"person": person, "merged": plain_merged(merged), "record": record, "elections": tests, **more})
        return
    for chapter in found:
        _say_chapter(chapter, erased)
    if merged and not why:
        say_merged(merged)
        say()
    for each in why:
        say("Tests")
        say_reasons(each, moment)
        say()
    if seen:
        _say_openings(seen)
    say_wrapped(f"The record of {person} ({moment.says()}), and never how anybody voted.")
    _say_items(found)
    if any(chapter.stream.startswith(CASE) for chapter in found):
        say_wrapped("A case in full, for those who may read it: pollbook case ID")
    say_wrapped(f"Who opened data of several people at once: pollbook access. Of this person: --of {person}")
    say_wrapped("A receipt of any line, by its number: pollbook prove NUMBER")


def _say_items(found: list[Chapter]) -> None:
    """Sum the record up."""
    numbers = items_of(found)
    said = [counted(numbers[f"{name}s"], name) for name in ("notice", "ruling", "appeal")]
    issued, returned = numbers["ballots_issued"], numbers["ballots_returned"]
    say_wrapped(f"{', '.join(said)}, {counted(issued, 'ballot')} issued, {returned:,} returned")


def _say_openings(seen: list[tuple[int, AccessLogged]]) -> None:
    rows = [(str(at), event.effective[:16], event.actor, event.what, event.purpose) for at, event in seen]
    say("Who looked into it")
    say(table(("number", "when (UTC)", "who", "what", "why"), rows, right=(0,)))
    say()


def _say_chapter(chapter: Chapter, erased: frozenset[str]) -> None:
    say(chapter.heading)
    for told in with_erased(story(chapter.events, chapter.beside, clocks=True), chapter.events, erased):
        text = " ".join(told.sentences)
        lead = f"{told.position}  ".rjust(8)
        say(textwrap.fill(text, WIDTH, initial_indent=lead, subsequent_indent=" " * 8, break_on_hyphens=False))
    say()
