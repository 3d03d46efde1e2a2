"""The page of a pack that reads without a server, without JavaScript, and on paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from ledger.seal.checkpoint import Checkpoint
from projections.publish.contests import Published

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 52rem; margin: 2rem auto; padding: 0 1rem; color: #1a1a1a; }
pre { overflow-x: auto; background: #f4f4f4; padding: 1rem; font-size: 0.85rem; }
table { border-collapse: collapse; } th, td { text-align: left; padding: 0.2rem 1rem 0.2rem 0; vertical-align: top; }
code { overflow-wrap: anywhere; } a { color: #0645ad; } h2 { border-top: 1px solid #ccc; padding-top: 1rem; }
"""


def index_page(checkpoint: Checkpoint, about: Mapping[str, object], contests: Sequence[Published]) -> str:
    """Write the page: what this is, each contest, how to check."""
    size, leaves = checkpoint.size, int(str(about["leaves"]))
    rows = "".join(
        f"<tr><th scope='row'>{name}</th><td>{value}</td></tr>"
        for name, value in (
            ("Log", f"<code>{escape(checkpoint.origin)}</code>"),
            ("Events", f"{size}"),
            ("Root", f"<code>{checkpoint.root.hex()}</code>"),
            ("In this pack", f"{leaves} events for the audience <em>{escape(str(about['audience']))}</em>"),
            ("Withheld", f"{size - leaves} events about individual electors, present as hashes"),
        )
    )
    parts = "".join(_contest(published) for published in contests)
    return (
        "<!DOCTYPE html>\n<html lang='en'>\n<head>\n<meta charset='utf-8'>\n"
        "<meta name='viewport' content='width=device-width, initial-scale=1'>\n"
        f"<title>Election ledger {escape(checkpoint.origin)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n"
        f"<h1>Election ledger</h1>\n<table>{rows}</table>\n{parts}{_how_to_check()}</main>\n</body>\n</html>\n"
    )


def _contest(published: Published) -> str:
    contest = published.contest
    name = escape(contest.contest)
    candidates = "".join(f"<li>{escape(candidate.name)}</li>" for candidate in contest.candidates)
    recount = "Anybody can recount it from this pack." if published.recountable else "It is not publicly recountable."
    papers = f" <a href='contests/{name}/papers.csv'>Papers</a>." if contest.paper_publication != "none" else ""
    return (
        f"<h2 id='{name}'>{escape(contest.office)}</h2>\n<p>{recount} "
        f"<a href='contests/{name}/result.json'>Figures</a>.{papers}</p>\n<ul>{candidates}</ul>\n"
        f"<pre tabindex='0' aria-label='Stage table'>{escape(published.table())}</pre>\n"
    )


def _how_to_check() -> str:
    return (
        "<h2 id='check'>How to check</h2>\n<ol>\n"
        "<li>Get the log's key and the witnesses' keys from somewhere else than this pack, and write them into a "
        "policy file (see <code>policy.template</code>) outside this folder.</li>\n"
        "<li>Read <code>verify.py</code>: it is short and uses nothing but Python. Better still, get it from somewhere "
        "else, and compare the SHA-256 that it prints.</li>\n"
        "<li>Run <code>python3 -I -S verify.py . --policy ../my-policy</code>.</li>\n"
        "<li>Keep the file <code>checkpoint</code>. With it, nobody can change what stood before it without your "
        "noticing: give it as <code>--kept</code> next time, and compare it with other people's.</li>\n</ol>\n"
    )
