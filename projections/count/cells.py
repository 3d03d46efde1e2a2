"""Every cell of a count that somebody may have published, exact, by a name that is the same for all methods."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from ledger.field import ALL
from projections.count.stv_table import STVTable

if TYPE_CHECKING:
    from projections.count.count import Table
    from projections.count.stage_table import Stage, StageTable
    from projections.count.stv_table import STVSection

Cell = tuple[int, str, str, str]  # stage, section or `all`, candidate or empty, measure


def cells(table: Table) -> dict[Cell, Fraction]:
    """Give every cell.

    Measures of a candidate: `votes`; `share` and, in a section, `section-share`, in percent of the votes that
    continuing candidates hold; `share` in an electoral college is of the whole, and `points` what a section gives
    to it. Of nobody: `non-transferable`, `valid`, under the single transferable vote `quota`.
    """
    return _of_stv(table) if isinstance(table, STVTable) else _of_stages(table)


def _of_stages(table: StageTable) -> dict[Cell, Fraction]:
    found: dict[Cell, Fraction] = {}
    for stage in table.stages:
        for section in table.sections:
            found |= _section_cells(table, stage, section)
        number = stage.number
        for candidate in stage.candidates:
            found[number, ALL, candidate, "votes"] = Fraction(stage.total(candidate))
            share = stage.share(candidate)
            if share is not None:
                found[number, ALL, candidate, "share"] = share * 100
        if set(table.sections) <= set(table.valid):  # not where totals say nothing of the number of papers
            found[number, ALL, "", "non-transferable"] = Fraction(sum(stage.non_transferable.values()))
            found[number, ALL, "", "valid"] = Fraction(sum(table.valid.values()))
    return found


def _section_cells(table: StageTable, stage: Stage, section: str) -> dict[Cell, Fraction]:
    found: dict[Cell, Fraction] = {}
    for candidate, votes in stage.votes[section].items():
        found[stage.number, section, candidate, "votes"] = Fraction(votes)
        share = stage.share(candidate, section)
        if share is not None and section != ALL:
            found[stage.number, section, candidate, "section-share"] = share * 100
        if stage.section_points is not None:
            found[stage.number, section, candidate, "points"] = stage.section_points[section][candidate] * 100
    if section in table.valid:
        found[stage.number, section, "", "non-transferable"] = Fraction(stage.non_transferable[section])
        found[stage.number, section, "", "valid"] = Fraction(table.valid[section])
    return found


def _of_stv(table: STVTable) -> dict[Cell, Fraction]:
    found: dict[Cell, Fraction] = {}
    valid = Fraction(sum(table.valid.values()))
    for stage in table.stages:
        number = stage.number
        for section, part in stage.sections.items():
            found |= _stv_section_cells(table, part, number, section)
        held = sum(stage.votes.values())
        for candidate, votes in stage.votes.items():
            found[number, ALL, candidate, "votes"] = table.exact(votes)
            if held:
                found[number, ALL, candidate, "share"] = Fraction(100 * votes, held)
        found[number, ALL, "", "non-transferable"] = table.exact(stage.non_transferable)
        found[number, ALL, "", "quota"] = table.exact(stage.quota)
        found[number, ALL, "", "valid"] = valid
    return found


def _stv_section_cells(table: STVTable, part: STVSection, number: int, section: str) -> dict[Cell, Fraction]:
    held = sum(part.votes.values())
    found: dict[Cell, Fraction] = {}
    for candidate, votes in part.votes.items():
        found[number, section, candidate, "votes"] = table.exact(votes)
        if held and section != ALL:
            found[number, section, candidate, "section-share"] = Fraction(100 * votes, held)
    found[number, section, "", "non-transferable"] = table.exact(part.non_transferable)
    found[number, section, "", "valid"] = Fraction(table.valid[section])
    return found
