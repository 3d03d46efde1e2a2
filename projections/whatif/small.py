"""What the public is told where so few papers differ that tallies would tell how they are marked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from projections.whatif.changed import Changed

if TYPE_CHECKING:
    from projections.basis import Basis
    from projections.count.count import Table
    from projections.whatif.found import Found


def papers_that_differ(table: Table, changed: Changed) -> int:
    """Count the papers by which two tallies would differ: unknown ones, and those of sections left out."""
    return changed.unknown + sum(table.valid.get(name, 0) for name in changed.left_out)


def is_small(basis: Basis, table: Table, changed: Changed) -> bool:
    """Whether fewer papers differ than the smallest number that may be shown alone, but some do."""
    return 0 < papers_that_differ(table, changed) < basis.contest.smallest_cell


def without_numbers(found: Found, changed: Changed) -> tuple[Found, Changed]:
    """Keep verdict and break-even."""
    kept = replace(found, elected=(), needed=None, example=None, short=None, table=None)
    return kept, Changed(changed.left_out, changed.rule)
