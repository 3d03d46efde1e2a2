"""Sheets of counts in whole papers: the alternative vote, plain or in an electoral college, plurality, yes or no."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING

from projections.count.sheet import (
    CERTIFIED_MARK,
    Act,
    Amount,
    Column,
    Row,
    Sheet,
    SheetStage,
    Transfer,
    labels,
    papers,
    percent,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from projections.count.sheet import Line, Status
    from projections.count.stage_table import Action, Stage, StageTable

DONE = {"elect": "Elected", "exclude": "Excluded", "displace": "Displaced", "none": "Undecided"}
NOBODY = {True: "Votes not given", False: "Non-transferable"}  # whether papers have several votes


def sheet_of_stages(table: StageTable, names: Mapping[str, str], decimals: int, *, crosses: bool = False) -> Sheet:
    """Make the sheet of a count.

    Args:
        table: a whole count, or the last stages of one.
        names: candidate id -> name; a candidate without one goes by the id.
        decimals: places after the point of printed percentages, 0 or more.
        crosses: whether papers bear crosses, not preferences: then the votes that nobody holds are left out of
            print where they are 0.
    """
    maker = _Maker(table, labels(table, names), decimals)
    stages = tuple(maker.stage(number) for number in range(len(table.stages)))
    spent = [stage.non_transferable.get(section) for stage in table.stages for section in table.sections]
    idle: frozenset[Line] = frozenset(["non-transferable"] if crosses and not any(s != 0 for s in spent) else [])
    starred = f"{CERTIFIED_MARK} counted from certified totals, not from papers"
    return Sheet(
        candidates={candidate: names.get(candidate, candidate) for candidate in table.candidates},
        labels=maker.labels,
        columns=tuple(Column(section, section in table.certified) for section in table.sections),
        stages=stages,
        valid={section: papers(table.valid[section]) if section in table.valid else None for section in table.sections},
        rejected=table.rejected,
        elected=table.elected,
        notes=(starred,) if table.certified else (),
        idle=idle,
    )


def words_of(action: Action, label: Mapping[str, str]) -> str:
    """Put an action in words, without its reason."""
    whom = [label[candidate] for candidate in action.candidates]
    if action.kind == "displace":
        return f"{DONE['displace']}: {whom[0]}, by {', '.join(whom[1:])}."
    return f"{DONE[action.kind]}{': ' if whom else ''}{', '.join(whom)}."


class _Maker:
    """Makes the stages; what a cell is taken of is added up once for each stage."""

    def __init__(self, table: StageTable, label: Mapping[str, str], decimals: int) -> None:
        self.labels = label
        self._table, self._decimals = table, decimals
        self._totals = [_totals(stage) for stage in table.stages]
        self._spent = [_spent(stage, table.sections) for stage in table.stages]
        self._status: dict[str, Status] = dict.fromkeys(table.candidates, "hopeful")

    def stage(self, index: int) -> SheetStage:
        """Make a stage; they have to be made in order."""
        stage = self._table.stages[index]
        action = stage.action
        self._decide(action)
        before = self._table.stages[index - 1].action if index else None
        gone = before.candidates if before and before.kind == "exclude" else ()
        rows = [self._candidate(index, candidate) for candidate in self._totals[index]]
        rows += [self._candidate(index, candidate, gone=True) for candidate in gone]
        nobody = self._nobody(index)
        words = f"{words_of(action, self.labels)} {action.reason}"
        return SheetStage(
            number=stage.number,
            heading=f"Stage {stage.number} (round {stage.number})",
            rows=(*rows, nobody),
            acts=(Act(action.kind, action.candidates, action.reason, words),),
            transfers=_transfers(gone, rows, nobody),
        )

    def _decide(self, action: Action) -> None:
        for place, candidate in enumerate(action.candidates):
            if action.kind == "exclude" or (action.kind == "displace" and not place):
                self._status[candidate] = "excluded"
            elif action.kind != "none":
                self._status[candidate] = "elected"

    def _candidate(self, index: int, candidate: str, *, gone: bool = False) -> Row:
        stage, totals = self._table.stages[index], self._totals[index]
        total = totals.get(candidate, 0)
        return Row(
            line="candidate",
            label=self.labels[candidate],
            votes=tuple(papers(stage.votes[section].get(candidate, 0)) for section in self._table.sections),
            total=papers(total),
            change=_change(total, self._totals[index - 1].get(candidate) if index else None),
            candidate=candidate,
            status=self._status[candidate],
            gone=gone,
            share=None if gone else self._share(index, candidate),
            points=self._points(index, None if gone else candidate),
        )

    def _points(self, index: int, candidate: str | None) -> tuple[Amount | None, ...]:
        points = self._table.stages[index].section_points
        if points is None or not points.keys() >= set(self._table.sections):  # sections may be shown as one
            return ()
        if candidate is None:
            return (None,) * len(self._table.sections)
        return tuple(percent(points[section][candidate], self._decimals) for section in self._table.sections)

    def _share(self, index: int, candidate: str) -> Amount | None:
        points, totals = self._table.stages[index].points, self._totals[index]
        if points is not None:
            return percent(points[candidate], self._decimals)
        whole = totals.whole
        return percent(Fraction(totals[candidate], whole), self._decimals) if whole else None

    def _nobody(self, index: int) -> Row:
        stage, spent = self._table.stages[index], self._spent[index]
        held = [stage.non_transferable.get(section) for section in self._table.sections]
        return Row(
            line="non-transferable",
            label=NOBODY[self._table.votes_each > 1],
            votes=tuple(None if number is None else papers(number) for number in held),
            total=None if spent is None else papers(spent),
            change=_change(spent, self._spent[index - 1] if index else None),
            points=self._points(index, None),
        )


class _Totals(dict[str, int]):
    """Candidate, continuing, in ballot order -> papers of all sections; `whole` is their sum."""

    whole: int = 0


def _totals(stage: Stage) -> _Totals:
    totals = _Totals()
    for held in stage.votes.values():
        for candidate, number in held.items():
            totals[candidate] = totals.get(candidate, 0) + number
    totals.whole = sum(totals.values())
    return totals


def _spent(stage: Stage, sections: Sequence[str]) -> int | None:
    if not set(sections) <= stage.non_transferable.keys():
        return None
    return sum(stage.non_transferable.values())


def _change(now: int | None, before: int | None) -> Amount | None:
    return None if now is None or before is None else _signed(now - before)


@lru_cache(maxsize=2**14)
def _signed(number: int) -> Amount:
    return Amount(Fraction(number), f"{number:+}")


def _transfers(givers: tuple[str, ...], rows: Sequence[Row], nobody: Row) -> tuple[Transfer, ...]:
    """Read transfers off the changes: all that others gained is from the excluded, as far as nobody else lost any."""
    heirs = [row for row in (*rows, nobody) if not row.gone and row.change is not None and row.change.exact]
    if not givers or any(row.change is None or row.change.exact < 0 for row in heirs):
        return ()  # certified totals may say so: then it is not known who gave what
    return tuple(
        Transfer(givers, row.candidate, row.line, Amount(row.change.exact, row.change.printed.removeprefix("+")))
        for row in heirs
        if row.change is not None
    )
