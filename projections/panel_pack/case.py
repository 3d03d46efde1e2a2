"""The page of one case: the headline sentence, its facts to look over, and what happened, as `case_page` tells it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from projections.cases.facts import AppealSaid, Facts, facts_of
from projections.cases.file import CaseFile
from projections.cases.headline import headline
from projections.cases.page import LATER, Entry, Page
from projections.panel_pack.parts import Markup, facts, heading, joined, link, para, time_of, written
from projections.story.cases import OUTCOMES, TOLD_BY
from projections.story.words import counted, day, listed, when

RULED = "ruling-made.v1"
APPEALED = {
    "none": "None was made",
    "not-told": "None: the person was not told of the ruling yet",
    "no-appeal-lies": "None lies",
    "attempted": "None lies; one was tried",
    "pending": "Received, to be determined",
    "late": "Received late, awaits leave",
    "leave-refused": "Received late, leave refused",
    "withdrawn": "Received, and withdrawn",
}


def case_part(file: CaseFile, page: Page, at: str) -> str:
    """Write the main part of the page of a case.

    Args:
        page: the case as its readers see it; not that of the public, who get no pages of cases.
        at: the moment that deadlines are held against, UTC.
    """
    back = para(joined((link("../register.html", "Register of rulings"), "case " + page.title), " / "), "above")
    lead = "".join(para(line, "lead") for line in page.lines)
    beside = facts(_facts(page.facts)) if page.facts is not None else ""
    parts = [back, heading(1, _title(file, page)), f'<div class="beside">\n<div>\n{lead}</div>\n{beside}</div>\n']
    parts += _flags(page)
    others = [each for each in file.rulings if each.number != page.ruling]
    if others:
        parts.append(heading(2, "Earlier rulings on this case", "earlier"))
        parts += [para(headline(facts_of(file, each, at))) for each in others]
    before = [each for each in page.timeline if not each.later]
    after = [each for each in page.timeline if each.later]
    parts.append(heading(2, "What was known at the ruling" if page.ruling else "What happened so far", "timeline"))
    parts.append(_timeline(before))
    if after:
        parts += [heading(2, "After the ruling", "later"), para(LATER, "quiet"), _timeline(after)]
    parts += [para(note, "note") for note in page.notes]
    return "".join(parts)


def _title(file: CaseFile, page: Page) -> str:
    if page.facts is None:
        return f"Case {page.title}, not ruled on"
    return f"Case {page.title}: ruled {OUTCOMES[page.facts.outcome]}"


def _facts(found: Facts) -> Iterator[tuple[str, str]]:
    """Give what the headline says as facts, for whoever looks for one of them."""
    yield "Ruled", joined((time_of(found.at, exactly=True),))
    panel = found.panel
    if panel is not None:
        withdrew = f", of whom {panel.withdrew} withdrew" if panel.withdrew else ""
        yield "By", f"{panel.name} ({panel.id}), sitting {panel.sitting}"
        yield "Present", f"{panel.present}{withdrew}; the quorum is {panel.quorum}"
        yield "Votes", f"{found.votes[0]} for, {found.votes[1]} against, {found.votes[2]} abstained"
    elif found.decided_by == "auto":
        yield "By", f"the check {found.check_version or ''}, reviewed by {found.reviewed_by or ''}"
    else:
        yield "By", f"the {found.actor}, an officer"
    yield "Grounds", joined((f"{each.title} ({each.id}): {each.met.replace('-', ' ')}" for each in found.grounds), "; ")
    yield "Evidence", listed([f"{each.id} (class {each.evidence_class})" for each in found.evidence], "none")
    yield "Replies", f"{counted(found.replies, 'reply', 'replies')} of the person" if found.replies else "none"
    told = found.told
    yield "Told", f"{when(told.at)}, {TOLD_BY[told.channel]}" if told else Markup('<span class="alert">not yet</span>')
    yield "Appeal", _appeal(found)
    yield "On the roll", listed([f"entry {each.number} {each.action} on {day(each.at)}" for each in found.changed], "")


def _appeal(found: Facts) -> str:
    said: AppealSaid = found.appeal
    state = APPEALED.get(said.state)
    if state is None:
        state = f"Received, and {said.state}" + (f" on {day(said.since)}" if said.since else "")
    end = found.told.appeal_by if found.told else None
    if said.state == "none" and end is not None:
        return f"{state} so far; there is time until {end.local} {end.zone}" if said.open else f"{state} in time"
    return state


def _flags(page: Page) -> Iterator[str]:
    if page.flags:
        items = "".join(f"<li><code>{written(each.code)}</code>: {written(each.says)}</li>\n" for each in page.flags)
        yield f"{heading(2, 'For the reviewer to look at', 'flags')}<ul>\n{items}</ul>\n"


def _timeline(entries: Iterable[Entry]) -> str:
    return f'<ol class="timeline">\n{"".join(map(_entry, entries))}</ol>\n'


def _entry(entry: Entry) -> str:
    """Write one event: when it took effect and its number in the ledger, then what was done, and what that means."""
    first, *rest = entry.says
    lead = f"On {when(entry.effective)} "
    if first.startswith(lead):
        first = first.removeprefix(lead)
        first = first[0].upper() + first[1:]
    kinds = [name for name, holds in (("later", entry.later), ("ruled", entry.type == RULED)) if holds]
    kind = f' class="{" ".join(kinds)}"' if kinds else ""
    more = para(" ".join(rest)) if rest else ""
    clock = entry.effective[11:16]
    return (
        f'<li{kind}>\n<p class="when"><span>{time_of(entry.effective)}</span> <span>{clock} UTC</span> '
        f'<span class="at">event {entry.position}</span></p>\n<div>\n{para(first)}{more}</div>\n</li>\n'
    )
