"""The page of a pack that reads without a server, without scripts, with a screen reader, and on paper.

Whatever comes from the ledger is escaped; the page names nothing that lies elsewhere, and forbids it to be loaded.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from ledger.seal.checkpoint import Checkpoint
from projections.publish.contests import Published
from projections.publish.leaves import Kind
from projections.publish.tables import contest_part, table

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1a1a1a; }
table { border-collapse: collapse; margin: 1rem 0; } caption { text-align: left; font-weight: bold; }
th, td { text-align: left; padding: 0.2rem 1rem 0.2rem 0; vertical-align: top; overflow-wrap: anywhere; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; } tbody tr { border-top: 1px solid #ddd; }
pre { overflow-x: auto; background: #f4f4f4; padding: 1rem; } code { overflow-wrap: anywhere; } a { color: #0645ad; }
h2 { border-top: 1px solid #ccc; padding-top: 1rem; }
"""
CHECK = """\
<h2 id="check">How to check</h2>
<p>This page is not evidence: whoever made this folder could have written anything into it. These steps are.</p>
<ol>
<li>Get the log's key and the witnesses' keys from somewhere else than this folder, and write them into a policy \
file outside it; <a href="policy.template">policy.template</a> says how.</li>
<li>Read the verifier, which uses nothing but Python: its first file checks the record, the second what is declared, \
the third counts the single transferable vote, the fourth asks who had the power to act. Better still, get them from \
somewhere else. Copied here, with the SHA-256 of each, are
<ul>
{verifiers}</ul></li>
<li>Beside this folder, called FOLDER here, run:
<pre tabindex="0" aria-label="Commands"><code>sha256sum FOLDER/verify*.py
python3 -I -S FOLDER/verify.py FOLDER --policy POLICY</code></pre></li>
<li>Keep the file <a href="checkpoint">checkpoint</a>. With it, nobody can change what stood before it without your \
noticing; compare it with other people's.</li>
</ol>
"""


@dataclass(frozen=True, slots=True)
class About:
    """What a pack is.

    Attributes:
        signers: whose names stand on the checkpoint; the page cannot know whose keys they signed with.
        kinds: type of event -> the events of it that are in the pack.
        verifiers: file of the verifier in the pack -> its SHA-256, in hexadecimal digits.
    """

    checkpoint: Checkpoint
    signers: tuple[str, ...]
    audience: str
    kinds: Mapping[str, Kind]
    verifiers: Mapping[str, str]


def index_page(about: About, contests: Sequence[Published]) -> str:
    """Write the page: what this is, what came to be recorded, each contest, what is withheld, how to check."""
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    origin = escape(about.checkpoint.origin)
    parts = "".join(contest_part(published) for published in contests)
    files = about.verifiers.items()
    verifiers = "".join(f'<li><a href="{name}">{name}</a> <code>{digest}</code></li>\n' for name, digest in files)
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>Election ledger {origin}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n"
        f"<h1>Election ledger</h1>\n{_what(about)}{_kinds(about)}{parts}{_withheld(about, contests)}"
        f"{CHECK.format(verifiers=verifiers)}</main>\n</body>\n</html>\n"
    )


def _what(about: About) -> str:
    checkpoint = about.checkpoint
    rows = (
        ("Log", checkpoint.origin),
        ("Events", str(checkpoint.size)),
        ("Root of their hashes", checkpoint.root.hex()),
        ("Names of the signers", ", ".join(about.signers)),
        ("Made for", {"public": "everybody"}.get(about.audience, f"the {about.audience}")),
    )
    return (
        "<p>The record of an election, every decision as an event, in the order in which they were recorded. A "
        "<em>checkpoint</em> is signed over all of them: none can be changed, added or dropped unnoticed.</p>\n"
        + table("The checkpoint", (), rows, numbers=False)
    )


def _kinds(about: About) -> str:
    """Tabulate what came to be recorded, and when."""
    rows: list[tuple[str, ...]] = [
        (name, str(kind.number), kind.first, kind.last) for name, kind in about.kinds.items()
    ]
    rows.append(("in this folder", str(_here(about)), "", ""))
    rows.append(("withheld", str(about.checkpoint.size - _here(about)), "", ""))
    heads = ("Kind of event", "Events", "First recorded (UTC)", "Last recorded (UTC)")
    return f'<h2 id="events">What was recorded</h2>\n{table("Events by kind", heads, rows)}'


def _here(about: About) -> int:
    return sum(kind.number for kind in about.kinds.values())


def _withheld(about: About, contests: Iterable[Published]) -> str:
    number = about.checkpoint.size - _here(about)
    lines = [
        f"<p>{number} of {about.checkpoint.size} events are not in this folder. They are about single electors, or are "
        "papers of contests that do not publish them. Their hashes are here, and each holds 128 random bits, so that "
        "nobody can guess an event and try it against its hash. Whoever an event is about can be given it, with a "
        "proof that it is among these.</p>\n"
        if number
        else "<p>No event is withheld.</p>\n"
    ]
    lines += [
        f"<p>Of the contest <a href='#{escape(one.contest.contest)}'>{escape(one.contest.office)}</a>, no number of "
        f"papers from 1 to {one.shown.smallest - 1} is shown, nor what would let one be worked out.</p>\n"
        for one in contests
        if one.shown is not None and not one.shown.whole
    ]
    return f'<h2 id="withheld">What is withheld, and why</h2>\n{"".join(lines)}'
