"""`pollbook rulings consistency`: whether like cases are treated alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cli.cases.overseeing import overseen
from cli.cases.oversight import DAY_LENGTH, NONE, Wanted
from cli.place import Place
from cli.screen import say, say_json, say_wrapped, table
from projections.oversight.consistency import (
    ALARM_LEAST,
    REVERSED,
    SAME_REASONS_MOST,
    Cell,
    Consistency,
    Reversal,
    Unlike,
    consistency_of,
)
from projections.oversight.register import checked, filtered, percent
from projections.oversight.wilson import Share
from projections.story.words import counted, listed

SHOWN = 10  # groups of like cases on a screen; all are in the JSON
EXAMPLES = 2  # rulings named of those alike


def show_consistency(
    place: Place, election: str, wanted: Wanted, as_of: str | None, known_at: str | None, *, as_json: bool
) -> None:
    """Show whether like cases are treated alike, of the rulings that are asked for.

    Raises:
        UsageError: `bad-moment`, and what `checked` raises.
        RefusedError: `no-cases`.
    """
    asked = wanted.filter()
    with overseen(place, election, as_of, known_at, rulings_only=True) as seen:
        checked(asked, seen.oversight)
        rows = seen.placed(filtered(seen.oversight.rulings, asked))
    found = consistency_of(rows)
    if as_json:
        head = {"election": election, "query": asked.says(), "events": seen.known + 1, "rulings": len(rows)}
        say_json(head | _plain(found))
        return
    say_wrapped(f"{asked.says()}: {counted(len(rows), 'ruling')} of election {election} ({seen.moment.says()})")
    if rows:
        _say_cells(found.cells)
        _say_unlike(found.unlike)
        _say_reasons(found)
        _say_reversals(found)


def _share(found: Share) -> tuple[str, str, str]:
    return f"{found.part:,}", percent(found.part, found.whole), found.says()


def _say_cells(cells: Sequence[Cell]) -> None:
    rows = []
    before = ""
    for cell in cells:
        for number, (outcome, found) in enumerate(cell.outcomes):
            ground = "" if cell.ground == before else cell.ground
            before = cell.ground
            lead = (ground, cell.by, f"{cell.rulings:,}") if number == 0 else ("", "", "")
            rows.append((*lead, outcome, *_share(found)))
    say()
    say("What was decided on each ground, by whom")
    say(table(("ground", "by", "rulings", "outcome", "number", "share", "95% interval"), rows, right=(2, 4, 5)))
    say_wrapped("One ruling counts under each ground that it rests on. Intervals are Wilson's (1927).")


def _say_unlike(unlike: Sequence[Unlike]) -> None:
    say()
    if not unlike:
        say("No like cases were decided differently")
        return
    pairs = sum(each.pairs for each in unlike)
    say_wrapped(
        f"Like cases decided differently: {counted(pairs, 'pair')} in {counted(len(unlike), 'group')} of the same "
        "grounds, classes of evidence and category"
    )
    rows = []
    for each in unlike[:SHOWN]:
        lead: tuple[str, ...] = (
            " + ".join(each.grounds) or NONE,
            " ".join(each.classes) or NONE,
            each.category or NONE,
            f"{each.cases:,}",
            f"{each.pairs:,}",
        )
        for (by, outcome), ids in each.decided.items():
            rows.append((*lead, f"{by}: {outcome} {len(ids):,}", ", ".join(ids[:EXAMPLES])))
            lead = ("",) * len(lead)
    say(table(("ground", "evidence", "category", "cases", "pairs", "decided", "such as"), rows, right=(3, 4)))
    if len(unlike) > SHOWN:
        say_wrapped(f"{counted(len(unlike) - SHOWN, 'more group')}: see them with --json")


def _say_reasons(found: Consistency) -> None:
    say()
    if not found.reasons:
        say_wrapped(f"No reasons stand on more than {SAME_REASONS_MOST} cases")
    else:
        say_wrapped(f"The same reasons on more than {SAME_REASONS_MOST} cases")
        rows = [
            (
                each.reasons_key[:12],
                f"{each.cases:,}",
                f"{each.words:,}",
                listed(each.by),
                listed(each.grounds),
                f"{each.first[:DAY_LENGTH]} to {each.last[:DAY_LENGTH]}",
            )
            for each in found.reasons
        ]
        say(table(("reasons", "cases", "words", "by", "ground", "made"), rows, right=(1, 2)))
    say()
    say("By how cases were found: how many were decided against the person")
    sources = [(source, f"{each.whole:,}", *_share(each)) for source, each in found.sources]
    say(table(("source", "rulings", "adverse", "share", "95% interval"), sources, right=(1, 2, 3)))


def _say_reversals(found: Consistency) -> None:
    say()
    if not found.by_ground:
        say("No appeal was determined yet")
        return
    say_wrapped(f"Appeals that were determined, and how many rulings did not stand ({listed(REVERSED)})")
    rows = [_reversal("ground", each) for each in found.by_ground]
    rows += [_reversal("by", each) for each in found.by_decider[1:]]
    say(table(("", "", "decided", "reversed", "share", "95% interval", ""), rows, right=(2, 3, 4)))
    say_wrapped(f"ALARM: 0% or 100% of {ALARM_LEAST} or more; of fewer it says little")


def _reversal(kind: str, each: Reversal) -> tuple[str, ...]:
    number = f"{each.reversed.whole:,}"
    return (kind, each.name, number, *_share(each.reversed), "ALARM" if each.alarm else "")


def _plain(found: Consistency) -> dict[str, Any]:
    return {
        "interval": "Wilson 1927, 95%",
        "matrix": [
            {
                "ground": cell.ground,
                "by": cell.by,
                "rulings": cell.rulings,
                "adverse": _plain_share(cell.adverse),
                "outcomes": {outcome: _plain_share(each) for outcome, each in cell.outcomes},
            }
            for cell in found.cells
        ],
        "unlike": [
            each._asdict()
            | {"decided": [{"by": by, "outcome": o, "rulings": ids} for (by, o), ids in each.decided.items()]}
            for each in found.unlike
        ],
        "same_reasons_more_than": SAME_REASONS_MOST,
        "same_reasons": [each._asdict() for each in found.reasons],
        "sources": {source: _plain_share(each) for source, each in found.sources},
        "alarm_from": ALARM_LEAST,
        "reversals": {
            "ground": [_plain_reversal(each) for each in found.by_ground],
            "by": [_plain_reversal(each) for each in found.by_decider],
        },
    }


def _plain_share(found: Share) -> dict[str, Any]:
    return {"number": found.part, "of": found.whole, "interval": found.says()}


def _plain_reversal(each: Reversal) -> dict[str, Any]:
    return {"name": each.name, "outcomes": dict(each.outcomes), "alarm": each.alarm, **_plain_share(each.reversed)}
