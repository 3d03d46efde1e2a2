"""A count of several sections as if it had only one: what is published of it where its rule says `combined`."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from ledger.field import ALL
from projections.count.stv_table import STVSection, STVTable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ledger.rules.count_rule import AnyCountRule
    from projections.count.count import Table
    from projections.count.stage_table import StageTable


def as_published(table: Table, rule: AnyCountRule) -> Table:
    """Give the count as its rule has it published: by section, or all sections as the one section `all`."""
    return join_sections(table) if rule.publication == "combined" and len(table.sections) > 1 else table


def join_sections(table: Table) -> Table:
    """Add all sections up into one."""
    return _join_stv(table) if isinstance(table, STVTable) else join_stages(table)


def join_stages(table: StageTable) -> StageTable:
    """Add up the sections of a count in whole papers; numbers that one of them does not tell are left out."""
    known = all(section in table.valid for section in table.sections)
    stages = tuple(
        replace(
            stage,
            votes={ALL: {candidate: stage.total(candidate) for candidate in stage.candidates}},
            non_transferable={ALL: sum(stage.non_transferable.values())} if known else {},
        )
        for stage in table.stages
    )
    valid = {ALL: sum(table.valid.values())} if known else {}
    return replace(table, sections=(ALL,), stages=stages, valid=valid, rejected=_join(table.rejected))


def _join_stv(table: STVTable) -> STVTable:
    stages = tuple(
        replace(stage, sections={ALL: STVSection(stage.votes, stage.non_transferable, stage.loss)})
        for stage in table.stages
    )
    valid = {ALL: sum(table.valid.values())}
    return replace(table, sections=(ALL,), stages=stages, valid=valid, rejected=_join(table.rejected))


def _join(rejected: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, int]]:
    reasons: Counter[str] = Counter()
    for numbers in rejected.values():
        reasons.update(numbers)
    return {ALL: dict(reasons)}
