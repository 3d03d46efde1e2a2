"""Stage tables as rows, as JSON and as plain text. Exact inside; rounding happens here and nowhere else."""

from __future__ import annotations

import unicodedata
from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from ledger.field import rounded

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from projections.count.stage_table import Action, Stage, StageTable

    Line = list[str]  # the cells of one printed line, a label first

CELL_MAX = 32  # columns of a printed cell; what is longer is cut
ENDINGS = {"elect": "Elected", "exclude": "Excluded", "none": "Undecided"}


@dataclass(frozen=True, slots=True)
class Row:
    """What one candidate, or nobody, holds at a stage.

    Attributes:
        label: what to print for it.
        votes: papers by section, in the order of the table.
        total: their sum.
        change: total less that of the stage before; None at stage 1.
        candidate: id, or None for the non-transferable papers.
        share: part of the continuing papers; None unless continuing, and where no papers continue.
        printed: the share as a percentage, rounded half up; None with the share.
    """

    label: str
    votes: tuple[int, ...]
    total: int
    change: int | None
    candidate: str | None = None
    share: Fraction | None = None
    printed: str | None = None


@dataclass(frozen=True, slots=True)
class StageRows:
    """One stage ready to print. All totals add up to the valid papers, all changes to 0.

    Attributes:
        number: 1, 2, ...
        continuing: a row for each continuing candidate, in ballot order.
        excluded: a row of 0 papers for each candidate excluded at the stage before.
        non_transferable: the row of the papers that nobody holds.
        action: how the stage ended, with ids.
        ending: the same in words, with names.
    """

    number: int
    continuing: tuple[Row, ...]
    excluded: tuple[Row, ...]
    non_transferable: Row
    action: Action
    ending: str


def exact(value: Fraction) -> str:
    """Write a fraction as `p/q` in lowest terms, whole numbers too."""
    return f"{value.numerator}/{value.denominator}"


def labels(table: StageTable, names: Mapping[str, str]) -> dict[str, str]:
    """Give each candidate what to print for it: the name, with the id where a name repeats; else the id."""
    called = {candidate: " ".join(names.get(candidate, candidate).split()) for candidate in table.candidates}
    times = Counter(called.values())
    return {candidate: f"{name} ({candidate})" if times[name] > 1 else name for candidate, name in called.items()}


def rows_of(table: StageTable, names: Mapping[str, str], decimals: int) -> tuple[StageRows, ...]:
    """Turn every stage into rows.

    Args:
        table: a whole count.
        names: candidate id -> name; a candidate without one goes by the id.
        decimals: places after the point of printed percentages, 0 or more.
    """
    label = labels(table, names)
    earlier = (None, *table.stages)[: len(table.stages)]
    return tuple(
        _stage_rows(stage, before, label, decimals) for stage, before in zip(table.stages, earlier, strict=True)
    )


def _stage_rows(stage: Stage, before: Stage | None, label: Mapping[str, str], decimals: int) -> StageRows:
    def row(candidate: str) -> Row:
        total = stage.total(candidate)
        share = stage.share(candidate) if candidate in stage.candidates else None
        return Row(
            label=label[candidate],
            votes=tuple(held.get(candidate, 0) for held in stage.votes.values()),
            total=total,
            change=total - before.total(candidate) if before else None,
            candidate=candidate,
            share=share,
            printed=None if share is None else rounded(100 * share, decimals),
        )

    spent = tuple(stage.non_transferable.values())
    change = sum(spent) - sum(before.non_transferable.values()) if before else None
    whom = ", ".join(label[candidate] for candidate in stage.action.candidates)
    return StageRows(
        number=stage.number,
        continuing=tuple(row(candidate) for candidate in stage.candidates),
        excluded=tuple(row(candidate) for candidate in before.action.candidates) if before else (),
        non_transferable=Row("Non-transferable", spent, sum(spent), change),
        action=stage.action,
        ending=f"{ENDINGS[stage.action.kind]}{': ' if whom else ''}{whom}. {stage.action.reason}",
    )


def as_json(table: StageTable, names: Mapping[str, str], decimals: int) -> dict[str, Any]:
    """Turn a count into a JSON object. Keys are stable, numbers of papers are integers, all else is strings.

        candidates          [{id, name}] in ballot order
        sections            [section]
        valid               {section: papers}
        rejected            {section: {reason: papers}}
        stages              [{stage, candidates, excluded, non_transferable, action}]
          candidates        [{candidate, votes: {section: papers}, total, change, share, percent}]
          excluded          [{candidate, votes, total, change}] at the stage before; they hold 0 papers now
          non_transferable  {votes, total, change}
          action            {kind: elect | exclude | none, candidates: [id], reason}
        elected             [id]
        lot_needed          [id]

    `share` is exact, `p/q` of the continuing papers; `percent` is the same, rounded half up. Both are null
    where no papers continue; `change` is null at stage 1.
    """
    return {
        "candidates": [{"id": candidate, "name": names.get(candidate, candidate)} for candidate in table.candidates],
        "sections": list(table.sections),
        "valid": dict(table.valid),
        "rejected": {section: dict(reasons) for section, reasons in table.rejected.items()},
        "stages": [_stage_json(stage, table.sections) for stage in rows_of(table, names, decimals)],
        "elected": list(table.elected),
        "lot_needed": list(table.lot_needed),
    }


def _stage_json(stage: StageRows, sections: Sequence[str]) -> dict[str, Any]:
    def papers(row: Row) -> dict[str, Any]:
        return {"votes": dict(zip(sections, row.votes, strict=True)), "total": row.total, "change": row.change}

    def share(row: Row) -> dict[str, str | None]:
        return {"share": None if row.share is None else exact(row.share), "percent": row.printed}

    action = stage.action
    return {
        "stage": stage.number,
        "candidates": [{"candidate": row.candidate} | papers(row) | share(row) for row in stage.continuing],
        "excluded": [{"candidate": row.candidate} | papers(row) for row in stage.excluded],
        "non_transferable": papers(stage.non_transferable),
        "action": {"kind": action.kind, "candidates": list(action.candidates), "reason": action.reason},
    }


def as_text(table: StageTable, names: Mapping[str, str], decimals: int, width: int = 80) -> str:
    """Lay a count out as plain text, no line wider than `width` columns, 40 or more; ends with a newline.

    One table of all stages where there is one section and it fits. Else a block for each stage, with the
    sections side by side, and in several tables one below the other where they do not fit.
    """
    stages = rows_of(table, names, decimals)
    lines = [line for section in table.sections for line in _wrapped(_papers(table, section), width)]
    whole = list(_tables(_all_stages(table, stages, names), width))
    if len(table.sections) == 1 and len(whole) == 1:
        lines += ["", *whole[0], ""]
        for stage in stages:
            lines += _wrapped(f"Stage {stage.number} (round {stage.number}). {stage.ending}", width)
    else:
        for stage in stages:
            lines += ["", f"Stage {stage.number} (round {stage.number})"]
            for block in _tables(_one_stage(stage, table.sections), width):
                lines += ["", *block]
            lines += ["", *_wrapped(stage.ending, width)]
    return "\n".join(lines) + "\n"


def _papers(table: StageTable, section: str) -> str:
    reasons = ", ".join(f"{papers} {reason}" for reason, papers in sorted(table.rejected[section].items()))
    return f"{section}: {table.valid[section]} valid; rejected: {reasons or 'none'}."


def _all_stages(table: StageTable, stages: Sequence[StageRows], names: Mapping[str, str]) -> list[Line]:
    """Tabulate totals and percentages of all stages; who is excluded has no cells from then on."""
    lines = {candidate: [label] for candidate, label in labels(table, names).items()}
    head, spent = [""], ["Non-transferable"]
    for stage in stages:
        held = {row.candidate: [str(row.total), row.printed or ""] for row in stage.continuing}
        for candidate, line in lines.items():
            line += held.get(candidate, ["", ""])
        head += [f"Stage {stage.number}", "%"]
        spent += [str(stage.non_transferable.total), ""]
    return [head, *lines.values(), spent]


def _one_stage(stage: StageRows, sections: Sequence[str]) -> list[Line]:
    """Tabulate one stage: a column for each section, then the total, its change and its percentage."""
    lines = [["", *sections, "Total", "Change", "%"]]
    for row in (*stage.continuing, *stage.excluded, stage.non_transferable):
        change = "" if row.change is None else f"{row.change:+}"
        lines.append([row.label, *map(str, row.votes), str(row.total), change, row.printed or ""])
    return lines


def _tables(lines: Sequence[Line], width: int) -> Iterator[list[str]]:
    """Align cells in columns, labels to the left, the rest to the right, in as many tables as it takes.

    A column with nothing below its heading is left out.
    """
    most = min(CELL_MAX, width // 2 - 1)
    label, *columns = ([_cut(cell, most) for cell in column] for column in zip(*lines, strict=True))
    widest = max(map(_columns, label))
    label = [cell + " " * (widest - _columns(cell)) for cell in label]
    table = label
    for column in filter(lambda column: any(column[1:]), columns):
        widest = max(map(_columns, column))
        column = ["  " + " " * (widest - _columns(cell)) + cell for cell in column]
        if _columns(table[0] + column[0]) > width:
            yield [line.rstrip() for line in table]
            table = label
        table = [line + cell for line, cell in zip(table, column, strict=True)]
    yield [line.rstrip() for line in table]


def _cut(text: str, most: int) -> str:
    if _columns(text) <= most:
        return text
    while _columns(text) >= most:
        text = text[:-1]
    return text + "…"


def _wrapped(text: str, width: int) -> list[str]:
    """Break text at spaces; `textwrap` counts characters, and some take two columns or none."""
    lines = [""]
    for word in (_cut(word, width) for word in text.split()):
        longer = f"{lines[-1]} {word}".strip()
        if _columns(longer) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def _columns(text: str) -> int:
    """Count the columns that text takes on a screen (Unicode TR11)."""
    wide = sum(unicodedata.east_asian_width(char) in ("W", "F") for char in text)
    none = sum(unicodedata.category(char) in ("Mn", "Me", "Cf") for char in text)
    return len(text) + wide - none
