"""`pollbook count`: a contest counted from its papers, as text or in a form for other programs, and drawn."""

from __future__ import annotations

import json
import textwrap
from html import escape
from pathlib import Path
from typing import Any

from cli.look import counted_at, moment_from
from cli.place import Place
from cli.screen import WIDTH, say, say_wrapped, wrapped
from cli.source import os_errors
from ledger.errors import UsageError, nearest
from ledger.rules.crosses import Plurality, YesNo
from projections.count.render import as_csv, as_html, as_json, as_markdown, as_text
from projections.counting import Counted
from projections.moment import Moment

FORMS = ("text", "json", "csv", "markdown", "html")


def count_papers(
    place: Place,
    contest: str,
    form: str,
    out: Path | None,
    plot: Path | None,
    as_of: str | None,
    known_at: str | None,
) -> None:
    """Print or write the stage table of a contest, and draw it.

    Raises:
        UsageError: `unknown-format`, `plot-format`, `plot-extra-missing`, `bad-moment`.
    """
    if form not in FORMS:
        raise UsageError(
            "unknown-format",
            "--format",
            expected=", ".join(FORMS),
            found=form + nearest(form, FORMS),
            remedy="Choose one of them",
        )
    moment = moment_from(as_of, known_at)
    counted, _ = counted_at(place, contest, moment)
    if plot is not None:
        from projections.picture.plot import plot_count

        with os_errors(plot):
            plot_count(counted.published, counted.names, counted.rule.decimals, plot, title=counted.contest.office)
    text = _text(counted, moment, form)
    if out is None:
        say(text)
    else:
        with os_errors(out):
            out.write_text(text + "\n", "utf-8")
    for file in (out, plot):
        if file is not None and (out is not None or form == "text"):
            say(f"wrote {file}")


def _text(counted: Counted, moment: Moment, form: str) -> str:
    table, names, decimals = counted.published, counted.names, counted.rule.decimals
    match form:
        case "json":
            return json.dumps(_json(counted, moment), ensure_ascii=False, indent=2)
        case "csv":
            return as_csv(table, names, decimals).rstrip("\n")
        case "markdown":
            before = "\n\n".join((f"## {_title(counted, moment)}", *_words(counted)))
            body = as_markdown(table, names, decimals, crosses=_crosses(counted)).rstrip("\n")
            after = "\n".join(line and f"    {line}" for line in _lot(counted))
            return "\n\n".join(filter(None, (before, body, after)))
        case "html":
            said = [f"<h2>{escape(_title(counted, moment))}</h2>", *(f"<p>{escape(w)}</p>" for w in _words(counted))]
            body = as_html(table, names, decimals, crosses=_crosses(counted)).rstrip("\n")
            after = f"<pre>{escape(chr(10).join(_lot(counted)))}</pre>" if table.lot_needed else ""
            return "\n".join(filter(None, (*said, body, after)))
    return "\n".join(_lines(counted, moment))


def _json(counted: Counted, moment: Moment) -> dict[str, Any]:
    return {
        "contest": counted.contest.contest,
        "moment": moment.says(),
        "position": counted.position,
        "provenance": list(counted.provenance),
        "count_rule": counted.contest.count_rule,
        "digest": counted.digest,
        **as_json(counted.published, counted.names, counted.rule.decimals),
    }


def _crosses(counted: Counted) -> bool:
    return isinstance(counted.rule, Plurality | YesNo)


def say_count(counted: Counted, moment: Moment) -> None:
    """Print a stage table with what it was taken from."""
    for line in _lines(counted, moment):
        say(line)


def _title(counted: Counted, moment: Moment) -> str:
    return f"{counted.contest.office} ({counted.contest.contest}), {moment.says()}"


def _words(counted: Counted) -> list[str]:
    """Say where the numbers come from, unless it is from real papers, and which places are reserved for whom."""
    words = [f"{each[0].upper()}{each[1:]}." for each in counted.provenance]
    for each in getattr(counted.rule, "reserved", ()):
        of_it = [who.name for who in counted.contest.candidates if each.category in (who.categories or ())]
        seats = counted.contest.seats
        words.append(
            f"At least {each.places} of {seats} places are for {each.category}: {', '.join(of_it) or 'nobody'}."
        )
    return words


def _lines(counted: Counted, moment: Moment) -> list[str]:
    table = as_text(counted.published, counted.names, counted.rule.decimals, WIDTH, crosses=_crosses(counted))
    taken = f"Count rule {counted.contest.count_rule[:19]}..., papers up to event {counted.position}"
    words = (_title(counted, moment), *_words(counted))
    return [*(line for text in words for line in wrapped(text)), table, taken, *_lot(counted)]


def _lot(counted: Counted) -> list[str]:
    """Say which lot the count stopped for, and how it is recorded."""
    table, contest = counted.table, counted.contest.contest
    if not table.lot_needed:
        return []
    what = {"surplus": "whose surplus goes first", "exclusion": "who is excluded", "place": "who gets the place"}
    names = ", ".join(f"{counted.names[each]} ({each})" for each in table.lot_needed)
    lines = wrapped(
        f"Stopped at stage {table.stages[-1].number}: a lot among {names} decides {what[table.lot_for]}. "
        "The returning officer records it with:"
    )
    if counted.committed:
        seeds = " --seed SEED" * len(counted.committed)
        reveal = f"  pollbook record draw-lot --contest {contest}{seeds}"
        return ["", *lines, reveal, *wrapped(f"  with the seed of {', of '.join(counted.committed)}")]
    order = textwrap.wrap(" ".join(f"--order {candidate}" for candidate in table.lot_needed), WIDTH - 6)
    return [
        "",
        *lines,
        f"  pollbook record draw-lot --contest {contest} \\",
        *(f"    {part} \\" for part in order),
        '    --witnesses "how it was drawn, and who saw it"',
        "  with the tied in the order in which they were drawn",
    ]


def say_provenance(counted: Counted) -> None:
    """Print where the numbers come from, unless it is from real papers."""
    for provenance in counted.provenance:
        say_wrapped(f"{provenance[0].upper()}{provenance[1:]}.")
