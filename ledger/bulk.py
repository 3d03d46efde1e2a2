"""What is carried out page by page at the desk, all of it or nothing to readers, such as intakes and builds."""

from __future__ import annotations

from collections.abc import Callable

from ledger.build import Build
from ledger.build_run import Building
from ledger.intake import Intake
from ledger.intake_run import Taking
from ledger.leaf import Draw
from ledger.marking import Marking
from ledger.marking_run import MarkTaking
from ledger.paying import Paying
from ledger.payment_run import PaymentTaking
from ledger.record import Record
from ledger.sweep import Sweep
from ledger.sweep_run import Sweeping
from ledger.vault import Vault

Bulk = Build | Intake | Marking | Paying | Sweep
Progress = Callable[[int, int], None]  # members done, members in all


def in_bulk(
    batch: Bulk,
    ledger: Record,
    vault: Vault,
    draw: Draw,
    now: Callable[[], str],
    progress: Progress,
) -> Building | MarkTaking | PaymentTaking | Sweeping | Taking:
    """Give what carries a batch out."""
    if isinstance(batch, Build):
        return Building(ledger, vault, draw, now, progress, batch)
    if isinstance(batch, Paying):
        return PaymentTaking(ledger, vault, draw, now, progress, batch)
    if isinstance(batch, Sweep):
        return Sweeping(ledger, vault, draw, now, progress, batch)
    if isinstance(batch, Marking):
        return MarkTaking(ledger, vault, draw, now, progress, batch)
    return Taking(ledger, vault, draw, now, progress, batch)
