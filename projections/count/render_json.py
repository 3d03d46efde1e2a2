"""A count as a JSON object. Keys are stable, numbers of papers are integers, all else is strings.

    candidates          [{id, name}] in ballot order
    sections            [section]
    valid               {section: papers}
    rejected            {section: {reason: papers}}
    stages              [{stage, candidates, excluded, non_transferable, transfers, ...}]
      candidates        [{candidate, votes: {section: papers}, total, change, share, percent, status}]
      excluded          [{candidate, votes, total, change}] before this stage
      non_transferable  {votes, total, change}
      transfers         [{givers: [id], heir: id | null, line: candidate | non-transferable | loss, votes}]
    elected             [id]
    lot_needed          [id]
    lot_for             surplus | exclusion | place, or empty

`share` is exact, `p/q` of the continuing votes, in an electoral college of the whole; `percent` is the same, rounded
half up. Both are null where no votes continue; `change` is null at the first stage shown; numbers that are not known
are null. Status: elected | excluded | hopeful | withdrawn.

Counts in whole papers have besides:

    certified           [section] counted from certified totals
    votes_each          votes that a paper has
    stages: action      {kind: elect | exclude | displace | none, candidates: [id], reason}
    stages: candidates: points  {section: {exact, printed}}, in an electoral college: what each section gives to the
                                share; printed as a percentage

Under the single transferable vote whatever is in votes is {exact, printed}. Besides:

    seats, decimals, withdrawn: [id]
    stages: quota, loss         of fractions, as non_transferable
    stages: actions             [{kind: elect | exclude | transfer-surplus | transfer-excluded | defer | none,
                                candidates: [id], reason}]
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from projections.count.sheet import exact
from projections.count.stv_table import STVTable

if TYPE_CHECKING:
    from projections.count.sheet import Act, Amount, CountTable, Row, Sheet, SheetStage, Transfer

    Json = dict[str, Any]


def json_of(table: CountTable, sheet: Sheet) -> Json:
    """Turn a count and its sheet into a JSON object."""
    body: Json = {
        "candidates": [{"id": candidate, "name": name} for candidate, name in sheet.candidates.items()],
        "sections": list(table.sections),
        "valid": {section: _whole(amount) for section, amount in sheet.valid.items()},
        "rejected": {section: dict(reasons) for section, reasons in table.rejected.items()},
    }
    if isinstance(table, STVTable):
        body |= {"seats": table.seats, "decimals": table.decimals, "withdrawn": list(table.withdrawn)}
    else:
        body |= {"certified": list(table.certified), "votes_each": table.votes_each}
    of = _STVJson(sheet) if sheet.transferable else _PapersJson(sheet)
    return body | {
        "stages": [of.stage(stage) for stage in sheet.stages],
        "elected": list(table.elected),
        "lot_needed": list(table.lot_needed),
        "lot_for": table.lot_for,
    }


class _PapersJson:
    """Stages of counts in whole papers."""

    def __init__(self, sheet: Sheet) -> None:
        self._sections = [column.section for column in sheet.columns]

    def stage(self, stage: SheetStage) -> Json:
        """Turn a stage into a JSON object."""
        return {
            "stage": stage.number,
            "candidates": [self._candidate(row) for row in stage.rows if row.candidate and not row.gone],
            "excluded": [{"candidate": row.candidate} | self.held(row) for row in stage.rows if row.gone],
            **{row.line.replace("-", "_"): self.held(row) for row in stage.rows if not row.candidate},
            "transfers": [self._transfer(transfer) for transfer in stage.transfers],
        } | self.decided(stage)

    def _candidate(self, row: Row) -> Json:
        share = {"share": row.share and exact(row.share.exact), "percent": row.share and row.share.printed}
        points = {section: _both(part) for section, part in zip(self._sections, row.points, strict=False)}
        body = {"candidate": row.candidate} | self.held(row) | share | {"status": row.status}
        return body | {"points": points} if points else body

    def _transfer(self, moved: Transfer) -> Json:
        votes = self.amount(moved.amount)
        return {"givers": list(moved.givers), "heir": moved.heir, "line": moved.line, "votes": votes}

    def amount(self, amount: Amount | None) -> Any:
        """Whole papers are an integer."""
        return _whole(amount)

    def held(self, row: Row) -> Json:
        """Give what a row holds."""
        votes = {section: self.amount(amount) for section, amount in zip(self._sections, row.votes, strict=True)}
        return {"votes": votes, "total": self.amount(row.total), "change": self.amount(row.change)}

    def decided(self, stage: SheetStage) -> Json:
        """Give how a stage ended."""
        return {"action": _act(stage.acts[0])}


class _STVJson(_PapersJson):
    """Stages of the single transferable vote."""

    def amount(self, amount: Amount | None) -> Any:
        """Votes have decimals."""
        return _both(amount)

    def decided(self, stage: SheetStage) -> Json:
        """Give what made a stage, how it ended, and the quota."""
        return {"quota": _both(stage.quota), "actions": [_act(act) for act in stage.acts]}


def _act(act: Act) -> Json:
    return {"kind": act.kind, "candidates": list(act.candidates), "reason": act.reason}


def _whole(amount: Amount | None) -> int | None:
    return None if amount is None else amount.exact.numerator


def _both(amount: Amount | None) -> dict[str, str] | None:
    return None if amount is None else {"exact": exact(amount.exact), "printed": amount.printed}
