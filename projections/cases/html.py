"""A case file as HTML that reads without scripts and without a network, with a screen reader, and on paper.

Whatever comes from the ledger or the vault is escaped; what came after the ruling is greyed, and says so in words.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from html import escape

from projections.cases.page import LATER, Entry, Page

STYLE = """
body { font: 17px/1.55 Georgia, 'Times New Roman', serif; max-width: 42rem; margin: 2rem auto; padding: 0 1rem;
  color: #1a1a1a; background: #fff; }
h1 { font-size: 1.5rem; line-height: 1.25; } h2 { font-size: 1.1rem; margin-top: 2rem; }
.headline { font-size: 1.1rem; border-left: 4px solid #1a1a1a; padding-left: 1rem; }
.about, time { color: #595959; }
ol.timeline { list-style: none; padding: 0; }
ol.timeline > li { border-top: 1px solid #ddd; padding: 0.6rem 0 0.6rem 3.5rem; position: relative;
  overflow-wrap: anywhere; }
ol.timeline .at { position: absolute; left: 0; color: #595959; font-variant-numeric: tabular-nums; }
li.later { color: #595959; background: #f6f6f6; } .mark { font-variant: small-caps; font-weight: bold; }
p { margin: 0.3rem 0; }
@media print { body { margin: 0; max-width: none; font-size: 11pt; } li { break-inside: avoid; } }
"""


def html_of_page(page: Page) -> str:
    """Write a page as a whole document."""
    style = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    title = "Case" if page.reader == "public" else f"Case {page.title}"
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-{style}'\">\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n"
        f"{html_part(page)}</main>\n</body>\n</html>\n"
    )


def html_part(page: Page) -> str:
    """Write a page as a fragment that begins with its heading, for a document that brings its own style."""
    if page.reader == "public":
        return "<h1>Case</h1>\n" + "".join(f'<p class="headline">{escape(line)}</p>\n' for line in page.lines)
    parts = [
        f"<h1>Case {escape(page.title)}</h1>\n",
        *(f'<p class="headline">{escape(line)}</p>\n' for line in page.lines),
        f'<p class="about">For the {page.reader}; {escape(page.moment)}. Numbers are positions in the ledger.</p>\n',
    ]
    if page.flags:
        flags = "".join(f"<li><code>{escape(each.code)}</code>: {escape(each.says)}</li>\n" for each in page.flags)
        parts.append(f'<h2 id="flags">For the reviewer</h2>\n<ul>\n{flags}</ul>\n')
    before = [each for each in page.timeline if not each.later]
    after = [each for each in page.timeline if each.later]
    heading = f"As it stood at ruling {page.ruling}" if page.ruling else "So far"
    parts.append(f'<h2 id="timeline">{heading}</h2>\n{_list(before)}')
    if after:
        parts.append(f'<h2 id="later">Later</h2>\n<p class="about">{LATER}</p>\n{_list(after)}')
    parts += [f'<p class="about">{escape(note)}</p>\n' for note in page.notes]
    return "".join(parts)


def _list(entries: Iterable[Entry]) -> str:
    return f'<ol class="timeline">\n{"".join(map(_entry, entries))}</ol>\n'


def _entry(entry: Entry) -> str:
    """Write one event; the first sentence says when it took effect, and is its own paragraph."""
    first, *rest = map(escape, entry.says)
    mark = '<span class="mark">later</span> ' if entry.later else ""
    more = f"<p>{' '.join(rest)}</p>" if rest else ""
    kind = ' class="later"' if entry.later else ""
    return f'<li{kind}><span class="at">{entry.position}</span><p>{mark}{first}</p>{more}</li>\n'
