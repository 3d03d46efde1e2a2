"""What is carried out page by page at the desk, all of it or nothing to readers, such as intakes and builds."""

from __future__ import annotations

from collections.abc import Callable

from ledger.batches.build import Build
from ledger.batches.build_run import Building
from ledger.batches.intake import Intake
from ledger.batches.intake_run import Taking
from ledger.batches.marking import Marking
from ledger.batches.marking_run import MarkTaking
from ledger.batches.paying import Paying
from ledger.batches.payment_run import PaymentTaking
from ledger.batches.sweep import Sweep
from ledger.batches.sweep_run import Sweeping
from ledger.leaf import Draw
from ledger.privacy.vault import Vault
from ledger.record import Record

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
