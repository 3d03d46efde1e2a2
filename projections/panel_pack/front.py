"""The pages that a reader begins with: the overview, the cases still open, and how to read and check the pack."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from ledger.seal.note import parse_note
from projections.oversight.reading import Oversight
from projections.oversight.rows import CaseRow
from projections.panel_pack.manifest import SUMS, About
from projections.panel_pack.parts import Column, facts, figures, heading, joined, link, para, short_day, table
from projections.panel_pack.register import case_file
from projections.panel_pack.wording import DETECTIONS, STANDINGS
from projections.story.words import counted, day, listed, when

OPEN = "open.html"
OPEN_COLUMNS = (
    Column("Case"),
    Column("Opened", "day"),
    Column("Grounds"),
    Column("Found by"),
    Column("With"),
    Column("Stands"),
    Column("Reply by", "day"),
    Column("Days open", "n"),
)


def front_part(seen: Oversight, about: About, files: int) -> str:
    """Write the overview: what was decided in numbers, a search, and where to find what."""
    return (
        heading(1, "Rulings and appeals")
        + para(
            f"Every decision on who may vote, as the record has it on {day(about.at)}: by whom it was made, on what, "
            "under which rule, and what came of it.",
            "lead",
        )
        + figures(_figures(seen))
        + _search(files)
        + heading(2, "What is here", "contents")
        + f'<ul class="contents">\n{"".join(_contents(seen))}</ul>\n'
    )


def _figures(seen: Oversight) -> Iterator[tuple[str, str, str]]:
    opened = sum(each.is_open for each in seen.cases)
    told = sum(each.told is None for each in seen.rulings)
    made = [each for each in seen.appeals if each.manner != "attempt"]
    allowed = sum(each.outcome in ("allowed", "varied", "remitted") for each in made)
    yield "cases", f"{len(seen.cases):,}", f"{opened:,} still open" if opened else "none still open"
    yield "rulings", f"{len(seen.rulings):,}", f"{told:,} not told to the person yet" if told else "each told"
    yield "appeals", f"{len(made):,}", f"{sum(each.outcome is not None for each in made):,} determined"
    yield "rulings changed on appeal", f"{allowed:,}", "allowed, varied or remitted"


def _search(files: int) -> str:
    return (
        f'<form id="search" class="filter" role="search" aria-label="Search all cases" hidden data-files="{files}">\n'
        '<div class="fields">\n<div class="broad"><label for="text">Search all cases: words, in any order</label>'
        '<div class="line"><input id="text" name="text" type="search" autocomplete="off" spellcheck="false">'
        '<button type="reset">Clear</button></div></div>\n</div>\n'
        '<p class="said"><output for="text"></output></p>\n</form>\n'
        '<ol id="found" class="found"></ol>\n<div id="more" class="more"></div>\n'
    )


def _contents(seen: Oversight) -> Iterator[str]:
    opened = counted(sum(each.is_open for each in seen.cases), "case")
    for file, name, says in (
        ("register.html", "Rulings", f"The register: {counted(len(seen.rulings), 'ruling')}, with filters by ground, "
         "panel, outcome, source and date. Each leads to its case."),
        (OPEN, "Open cases", f"{opened} on which a ruling is still to be made, and where each stands."),
        ("appeals.html", "Appeals", "The docket: where each appeal stands, who reviews it, what came of it."),
        ("deadlines.html", "Deadlines", "What is late, who was never told, and what waits for somebody."),
        ("panels.html", "Panels", "Was each properly made up? Sittings, quorum, recusals, conflicts, split votes."),
        ("consistency.html", "Consistency", "Are like cases treated alike? By ground and by who decided, with how sure "
         "each share is; like cases decided differently; rulings changed on appeal."),
        ("about.html", "About", "How to read these pages, and how to check that nobody changed them."),
    ):  # fmt: skip
        yield f"<li>{link(file, name)}<p>{says}</p></li>\n"


def open_part(seen: Oversight, at: str) -> str:
    """Write the list of cases on which a ruling is still to be made, the oldest first."""
    rows = [each for each in seen.cases if each.is_open]
    title = heading(1, "Open cases")
    if not rows:
        return title + para("There is a ruling on every case, or it was closed.")
    caption = f"{counted(len(rows), 'case')} on which a ruling is still to be made, the oldest first"
    return title + table(caption, OPEN_COLUMNS, (_open_row(each, at) for each in rows))


def _open_row(case: CaseRow, at: str) -> tuple[str, ...]:
    return (
        link(case_file(case.case), case.case),
        short_day(case.opened),
        ", ".join(case.grounds),
        DETECTIONS[case.detection],
        case.panel or "-",
        STANDINGS[case.stands],
        short_day(case.reply_by),
        str(days_between(case.opened, at)),
    )


def days_between(start: str, end: str) -> int:
    """Give the days by the calendar from one moment (UTC) to another."""
    return (datetime.fromisoformat(end[:10]) - datetime.fromisoformat(start[:10])).days


def about_part(about: About, note: bytes) -> str:
    """Write how to read the pack, and how to check it."""
    signers = [signature.name for signature in parse_note(note).signatures]
    made = facts(
        (
            ("Made for", about.audience),
            ("Election", about.election),
            ("Record", about.origin),
            ("Events in it", f"{about.size:,}"),
            ("Root of their hashes", about.root),
            ("Checkpoint signed by", listed(signers)),
            ("Deadlines held against", when(about.at)),
        )
    )
    return (
        heading(1, "About this pack")
        + "".join(map(para, PUBLIC_READING if about.audience == "public" else READING))
        + heading(2, "What it was made from", "made")
        + made
        + heading(2, "How to check it", "check")
        + _steps()
    )


READING = (
    "A case is one question about one person, under one or more adopted grounds. A ruling answers it. A person is "
    "known here by a key, not by name.",
    "The sentence at the head of each case was made from the record, and so was every other; nobody wrote them by "
    "hand. What somebody did write, such as a title or a reason, stands in quotation marks.",
    "Below it stands what was known when the ruling was made, then what came after it: whoever ruled did not have "
    "that.",
    "(private) stands for a text that is not for the readers of this pack; (erased), for one that was erased by order.",
    "Moments are in Coordinated Universal Time (UTC), which London keeps in winter; where a deadline is a local time, "
    "its place is named.",
)

PUBLIC_READING = (
    "The numbers are those of people who were ruled on, made from the record by a program. What is too small to be "
    "told is counted among others, and enough beside it that nothing small can be worked out.",
    "Numbers are published as of some events of the record, and not between them. Each ruling is in one edition, and "
    "an edition is the same whenever it is written, so that the difference of two tells of nobody. What had become of "
    "a ruling is told as of the end of its edition.",
)


def _steps() -> str:
    items = (
        joined(
            (
                "Have the files been changed since they were written? The file ",
                link(SUMS, SUMS),
                " has a digest of each. Ask whoever sent the pack for the digest of that file, by another way than the "
                "pack came. Whoever keeps computers for you can then compare the rest, with sha256sum --check.",
            ),
            "",
        ),
        "Do the pages say what the record says? Whoever has the ledger writes them all again and compares each byte, "
        "with pollbook verify --pack.",
        joined(
            (
                "Is it the record that everybody else has? The file ",
                link("checkpoint", "checkpoint"),
                " was signed over all its events. Compare it with one that you were given elsewhere.",
            ),
            "",
        ),
    )
    return f"<ol>\n{''.join(f'<li>{each}</li>' for each in _written(items))}</ol>\n"


def _written(items: Iterable[str]) -> Iterator[str]:
    for each in items:
        yield joined((each,))
