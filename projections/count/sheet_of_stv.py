"""Sheets of counts by the single transferable vote: votes with their decimals, by section and in all."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from projections.count.sheet import Act, Amount, Column, Row, Sheet, SheetStage, Transfer, labels, papers
from projections.count.sheet import percent as percent_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from projections.count.sheet import Line, Status
    from projections.count.stv_table import STVAction, STVStage, STVTable, STVTransfer

DONE = {
    "elect": "Elected",
    "exclude": "Excluded",
    "transfer-surplus": "Surplus transferred",
    "transfer-excluded": "Votes transferred",
    "defer": "Surplus deferred",
    "none": "Undecided",
}
LINES: dict[str, Line] = {"votes": "candidate", "non-transferable": "non-transferable", "loss": "loss"}


def sheet_of_stv(table: STVTable, names: Mapping[str, str], decimals: int) -> Sheet:
    """Make the sheet of a count.

    Args:
        table: a whole count.
        names: candidate id -> name; a candidate without one goes by the id.
        decimals: places after the point of printed percentages, 0 or more; votes have those of the table.
    """
    label = labels(table, names)
    notes = [f"Places: {table.seats}."]
    if table.stages:
        first = table.stages[0]
        when = f" at stage {first.number}" if any(stage.quota != first.quota for stage in table.stages) else ""
        notes[0] += f" Quota{when}: {table.printed(first.quota)}."
    if table.withdrawn:
        notes.append(f"Withdrawn: {', '.join(label[candidate] for candidate in table.withdrawn)}.")
    idle: frozenset[Line] = frozenset() if any(stage.loss for stage in table.stages) else frozenset(["loss"])
    before = (None, *table.stages)
    return Sheet(
        candidates={candidate: names.get(candidate, candidate) for candidate in table.candidates},
        labels=label,
        columns=tuple(map(Column, table.sections)),
        stages=tuple(
            _stage(table, stage, earlier, label, decimals) for stage, earlier in zip(table.stages, before, strict=False)
        ),
        valid=dict.fromkeys(table.sections) | {section: papers(number) for section, number in table.valid.items()},
        rejected=table.rejected,
        elected=table.elected,
        notes=tuple(notes),
        idle=idle,
        transferable=True,
    )


def _stage(
    table: STVTable, stage: STVStage, before: STVStage | None, label: Mapping[str, str], decimals: int
) -> SheetStage:
    gone = frozenset(stage.excluded) - frozenset(stage.of("exclude"))
    just_before = frozenset(before.of("exclude") if before else ())
    status: dict[str, Status] = dict.fromkeys(stage.hopeful, "hopeful")
    status |= dict.fromkeys(stage.elected, "elected")
    status |= dict.fromkeys(stage.excluded, "excluded")
    whole = sum(stage.votes.values())

    def candidate_row(candidate: str) -> Row:
        now, then = stage.votes[candidate], before.votes[candidate] if before else None
        share = percent_of(Fraction(now, whole), decimals) if whole and candidate not in gone else None
        parts = [part.votes[candidate] for part in stage.sections.values()]
        row = _row(table, "candidate", label[candidate], parts, now, then)
        return replace(row, candidate=candidate, status=status[candidate], gone=candidate in gone, share=share)

    def shown(candidate: str) -> bool:
        held = bool(stage.votes[candidate] or (before and before.votes[candidate]))
        return held or candidate in just_before or candidate not in gone

    names = sorted(filter(shown, stage.votes), key=gone.__contains__)
    spent, lost = (before.non_transferable, before.loss) if before else (None, None)
    spent_in, lost_in = ([getattr(part, of) for part in stage.sections.values()] for of in ("non_transferable", "loss"))
    return SheetStage(
        number=stage.number,
        heading=f"Stage {stage.number}",
        rows=(
            *map(candidate_row, names),
            *([] if stage.number > 1 else [_withdrawn(table, candidate, label) for candidate in table.withdrawn]),
            _row(table, "non-transferable", "Non-transferable", spent_in, stage.non_transferable, spent),
            _row(table, "loss", "Loss of fractions", lost_in, stage.loss, lost),
        ),
        acts=tuple(_act(action, label, ended=bool(table.elected)) for action in stage.actions),
        # Of a stage that may be read after one that may not, transfers would say what that one held.
        transfers=tuple(_transfer(table, transfer) for transfer in stage.transfers) if before else (),
        quota=_votes(table, stage.quota),
    )


def _row(table: STVTable, line: Line, name: str, parts: Sequence[int], now: int, then: int | None) -> Row:
    votes = tuple(_votes(table, part) for part in parts)
    return Row(line, name, votes, _votes(table, now), None if then is None else _votes(table, now - then, sign=True))


def _withdrawn(table: STVTable, candidate: str, label: Mapping[str, str]) -> Row:
    return Row("candidate", label[candidate], (None,) * len(table.sections), None, None, candidate, "withdrawn")


def _votes(table: STVTable, votes: int, *, sign: bool = False) -> Amount:
    """Print votes with all their decimals; a whole number and a part of it go below zero together."""
    mark = "-" if votes < 0 else "+" if sign else ""
    return Amount(table.exact(votes), mark + table.printed(abs(votes)))


def stv_words_of(action: STVAction, label: Mapping[str, str], *, ended: bool = False) -> str:
    """Put an action in words, without its reason; `ended`: the count came to a result."""
    whom = ", ".join(label[candidate] for candidate in action.candidates)
    done = "The count ends" if ended and action.kind == "none" else DONE[action.kind]
    return f"{done}{': ' if whom else ''}{whom}."


def _act(action: STVAction, label: Mapping[str, str], *, ended: bool) -> Act:
    words = f"{stv_words_of(action, label, ended=ended)} {action.reason}"
    return Act(action.kind, action.candidates, action.reason, words)


def _transfer(table: STVTable, transfer: STVTransfer) -> Transfer:
    return Transfer((transfer.giver,), transfer.heir, LINES[transfer.line], _votes(table, transfer.amount))
