"""What is carried out page by page at the desk, with readers seeing all of it or nothing: intakes and builds."""

from __future__ import annotations

from collections.abc import Callable

from ledger.build import Build
from ledger.build_run import Building
from ledger.intake import Intake
from ledger.intake_run import Taking
from ledger.leaf import Draw
from ledger.record import Record
from ledger.vault import Vault

Bulk = Build | Intake


def in_bulk(
    batch: Bulk,
    ledger: Record,
    vault: Vault,
    draw: Draw,
    now: Callable[[], str],
    progress: Callable[[int, int], None],
) -> Building | Taking:
    """Give what carries a batch out."""
    if isinstance(batch, Build):
        return Building(ledger, vault, batch, draw, now, progress)
    return Taking(ledger, vault, batch, draw, now, progress)
