"""`pollbook my-record`: one person's record in plain sentences, on both clocks, and how it stands in each election."""

from __future__ import annotations

import textwrap

from cli.access import opening, purpose_named
from cli.look import moment_from, plain, require_known
from cli.office import viewed
from cli.place import Place
from cli.screen import WIDTH, say, say_json, say_wrapped
from cli.why import merged_of, plain_merged, plain_reasons, say_merged, say_reasons
from projections.case_list import DOCKETS
from projections.erased import erased_of, with_erased
from projections.roll.my_record import Chapter, chapters, elections_of
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
        why = [reasons(ledger, election, person, moment, merged) for election in elections]
    with opening(place, "my-record", *asked) as now:
        now.log(sum(len(each.events) for each in found), person)
    if as_json:
        record = {each.stream: [plain(position, event) for position, event in each.events] for each in found}
        tests = [plain_reasons(each) for each in why]
        say_json({"person": person, "merged": plain_merged(merged), "record": record, "elections": tests})
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
    say_wrapped(f"The record of {person} ({moment.says()}), and never how anybody voted.")
    if any(chapter.stream.startswith(DOCKETS) for chapter in found):
        say_wrapped("A case with its rulings and appeals: pollbook case ID")
    say_wrapped(f"Who looked at it: pollbook access --of {person}")
    say_wrapped("A receipt of any line, by its number: pollbook prove NUMBER")


def _say_chapter(chapter: Chapter, erased: frozenset[str]) -> None:
    say(chapter.heading)
    for told in with_erased(story(chapter.events, chapter.beside, clocks=True), chapter.events, erased):
        text = " ".join(told.sentences)
        lead = f"{told.position}  ".rjust(8)
        say(textwrap.fill(text, WIDTH, initial_indent=lead, subsequent_indent=" " * 8, break_on_hyphens=False))
    say()
