"""What is around every page of a pack: head, ways to the other pages, and at the foot what it was made from.

Whatever comes from the ledger or the vault is escaped where it is written (`parts`). A page loads its own style and
script and nothing else, and says so to the browser.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from projections.panel_pack.parts import link

STYLE, SCRIPT = "style.css", "panel.js"
# `file:` beside 'self': a page that is opened from a folder has no origin of its own.
POLICY = "default-src 'none'; style-src 'self' file:; script-src 'self' file:; base-uri 'none'; form-action 'none'"


@dataclass(frozen=True, slots=True)
class Shell:
    """What all pages of a pack have in common.

    Attributes:
        election: its title, as it was called.
        organisation: whose election it is.
        made_for: for whom the pack is, in words.
        made_from: which record, as of when, in words.
        pages: file and name of each page that is led to from every other.
    """

    election: str
    organisation: str
    made_for: str
    made_from: str
    pages: Sequence[tuple[str, str]]

    def page(self, title: str, body: str, *, here: str, scripts: bool = False) -> bytes:
        """Write a whole page.

        Args:
            body: what stands in its main part, from its heading of the first level on.
            here: path of the file in the pack.
            scripts: whether it offers more where scripts run.
        """
        up = "../" * here.count("/")
        script = f'<script src="{up}{SCRIPT}" defer></script>\n' if scripts else ""
        return (
            '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
            f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            '<meta name="referrer" content="no-referrer">\n'
            f"<title>{escape(title)} - {escape(self.election)}</title>\n"
            f'<link rel="stylesheet" href="{up}{STYLE}">\n{script}</head>\n<body>\n'
            '<a class="skip" href="#main">To the text</a>\n'
            f"{self._top(here, up)}"
            f'<main id="main" tabindex="-1">\n{body}</main>\n{self._foot(up)}</body>\n</html>\n'
        ).encode()

    def _top(self, here: str, up: str) -> str:
        ways = "".join(f"<li>{link(up + file, name, here=file == here)}</li>\n" for file, name in self.pages)
        title = f'{escape(self.organisation)}: <span class="title">{escape(self.election)}</span>'
        return f'<header class="top">\n<p>{title}</p>\n<nav aria-label="Pages">\n<ul>\n{ways}</ul>\n</nav>\n</header>\n'

    def _foot(self, up: str) -> str:
        return (
            f'<footer class="foot">\n<p>Made for {escape(self.made_for)}, {escape(self.made_from)}. Every sentence and '
            f"number was written by a program from that record; {link(up + 'about.html#check', 'how to check it')}."
            "</p>\n</footer>\n"
        )
