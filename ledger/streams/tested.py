"""Applications held against the tests of a franchise: what has to be complete before, and what each test says."""

from __future__ import annotations

from ledger.errors import refused
from ledger.rules.eligibility import Verdict, evaluate_all
from ledger.rules.franchise import Category
from ledger.streams.application import Application
from ledger.streams.application_events import ApplicationReceived
from ledger.streams.basis import Basis
from ledger.streams.batch_head import NO_BATCH, BatchHead
from ledger.streams.franchise import Adopted, require_category, require_franchise


def batches_of(application: Application) -> tuple[str, str]:
    """Name the batches that an application, and the last checks of it, came with; `NO_BATCH` for none."""
    received = application.received.batch if application.received else None
    run = application.run.batch if application.run else None
    return received or NO_BATCH, run or NO_BATCH


def require_settled(application: Application, *batches: BatchHead) -> None:
    """Refuse an application that came with what is not complete, or on which somebody is to decide.

    Raises:
        RefusedError: `batch-open`, `open-referral`, in that order.
    """
    where = application.stream
    for each in batches:
        if not each.complete:
            remedy = "Finish the import or the run of checks that it came with"
            raise refused("batch-open", where, f"{each.stream} complete", "open", remedy)
    if application.referrals:
        found = ", ".join(application.referrals)
        raise refused("open-referral", where, "no open referral", found, "Decide on the referral first")


def require_tested(
    application: Application, received: ApplicationReceived, franchise: Adopted
) -> tuple[Category, list[Verdict]]:
    """Give the category that an application is for, and what each of its tests says.

    Raises:
        RefusedError: `no-franchise`, `unknown-category`, in that order.
    """
    where = application.stream
    rule = require_franchise(franchise, received.election)
    category = require_category(rule, received.category, where)
    if category.by != "application":
        raise refused("unknown-category", where, "a category whose electors apply", received.category, "Correct it")
    return category, list(evaluate_all(category, Basis(where, application=application).facts()))
