"""A case file as plain text for a terminal, and as Markdown. No text of anybody's can be read as markup of ours."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from projections.cases.page import LATER, Entry, Page

ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
ESCAPES = str.maketrans({char: f"\\{char}" for char in "\\`*_[]~|$#!"} | ENTITIES)
MARK = "later"


def text_of_page(page: Page, width: int) -> str:
    """Write a page as lines of at most `width` characters; ends with a newline."""
    if page.reader == "public":
        return "\n".join(_wrapped(line, width) for line in page.lines) + "\n"
    blocks = [
        _wrapped(f"Case {page.title}, for the {page.reader} ({page.moment})", width),
        *(_wrapped(line, width) for line in page.lines),
    ]
    if page.flags:
        flags = [_wrapped(f"{each.code}: {each.says}", width, "  ") for each in page.flags]
        blocks.append("\n".join(["For the reviewer", *flags]))
    before = [each for each in page.timeline if not each.later]
    after = [each for each in page.timeline if each.later]
    blocks.append(
        "\n".join(_entries(before, width, f"As it stood at ruling {page.ruling}" if page.ruling else "So far"))
    )
    if after:
        blocks.append("\n".join(_entries(after, width, f"Later. {LATER}")))
    if page.notes:
        blocks.append("\n".join(_wrapped(note, width) for note in page.notes))
    return "\n\n".join(blocks) + "\n"


def _entries(entries: list[Entry], width: int, heading: str) -> Iterator[str]:
    """Write events as paragraphs beside their positions; those that came later are marked, each."""
    yield _wrapped(heading, width)
    indent = max((len(str(each.position)) for each in entries), default=0) + 2
    for each in entries:
        lead = f"{each.position}  ".rjust(indent) + (f"{MARK}: " if each.later else "")
        text = " ".join(each.says)
        yield textwrap.fill(text, width, initial_indent=lead, subsequent_indent=" " * indent, break_on_hyphens=False)


def _wrapped(text: str, width: int, indent: str = "") -> str:
    return textwrap.fill(text, width, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)


def markdown_of_page(page: Page) -> str:
    """Write a page as Markdown; ends with a newline.

    Source: GitHub Flavored Markdown, section 2.4 (backslash escapes).
    """
    if page.reader == "public":
        return "\n\n".join(map(_escaped, page.lines)) + "\n"
    blocks = [f"# Case {_escaped(page.title)}", *map(_escaped, page.lines)]
    blocks.append(f"For the {page.reader}; {_escaped(page.moment)}.")
    if page.flags:
        blocks += ["## For the reviewer", "\n".join(f"- `{each.code}`: {_escaped(each.says)}" for each in page.flags)]
    before = [each for each in page.timeline if not each.later]
    after = [each for each in page.timeline if each.later]
    blocks.append(f"## As it stood at ruling {page.ruling}" if page.ruling else "## So far")
    blocks += map(_paragraph, before)
    if after:
        blocks += ["## Later", LATER, *map(_paragraph, after)]
    if page.notes:
        blocks.append("\n".join(f"- {_escaped(note)}" for note in page.notes))
    return "\n\n".join(blocks) + "\n"


def _paragraph(entry: Entry) -> str:
    mark = f" *({MARK})*" if entry.later else ""
    return f"**{entry.position}**{mark} {_escaped(' '.join(entry.says))}"


def _escaped(text: str) -> str:
    return text.translate(ESCAPES)
