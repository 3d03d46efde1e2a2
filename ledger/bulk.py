"""What is carried out page by page at the desk, all of it or nothing to readers: intakes, builds, sweeps, marks."""

from __future__ import annotations

from collections.abc import Callable

from ledger.build import Build
from ledger.build_run import Building
from ledger.intake import Intake
from ledger.intake_run import Taking
from ledger.leaf import Draw
from ledger.marking import Marking
from ledger.marking_run import MarkTaking
from ledger.record import Record
from ledger.sweep import Sweep
from ledger.sweep_run import Sweeping
from ledger.vault import Vault

Bulk = Build | Intake | Marking | Sweep
Progress = Callable[[int, int], None]  # members done, members in all


def in_bulk(
    batch: Bulk,
    ledger: Record,
    vault: Vault,
    draw: Draw,
    now: Callable[[], str],
    progress: Progress,
) -> Building | MarkTaking | Sweeping | Taking:
    """Give what carries a batch out."""
    if isinstance(batch, Build):
        return Building(ledger, vault, batch, draw, now, progress)
    if isinstance(batch, Marking):
        return MarkTaking(ledger, vault, batch, draw, now, progress)
    if isinstance(batch, Sweep):
        return Sweeping(ledger, vault, batch, draw, now, progress)
    return Taking(ledger, vault, batch, draw, now, progress)
