"""Which verbs a type of event comes from: by their common stem, as the house has it, and by a table of the rest."""

from __future__ import annotations

from functools import cache
from itertools import takewhile
from operator import eq

import ledger.streams  # noqa: F401  # fills the tables of decisions and types
from ledger.decision import DECISIONS
from ledger.event import TYPES

OTHERWISE = {
    "admission-closed.v1": ("admit-applications",),
    "admission-opened.v1": ("admit-applications",),
    "application-admitted.v1": ("admit-application", "admit-applications"),
    "application-refusal-reversed.v1": ("notify-ruling", "do-remedy"),
    "application-refused.v1": ("notify-ruling",),
    "application-received-late.v1": ("receive-application", "receive-applications"),
    "application-received.v1": ("receive-application", "receive-applications"),
    "appeal-attempted.v1": ("lodge-appeal",),
    "appeal-received-late.v1": ("lodge-appeal",),
    "batch-closed.v1": ("read-papers",),
    "batch-opened.v1": ("read-papers",),
    "batch-received.v1": ("register-members", "receive-applications"),
    "batch-reconciled.v1": ("register-members", "receive-applications"),
    "batch-withdrawn.v1": ("withdraw-papers",),
    "case-docketed.v1": ("open-case", "reopen-case"),
    "case-undocketed.v1": ("close-case",),
    "application-lapsed.v1": ("lapse-application", "lapse-applications"),
    "change-agreed.v1": ("agree-to-change",),
    "checks-run.v1": ("run-checks", "check-application"),
    "cure-invited.v1": ("invite-cure", "invite-cures"),
    "disclosure-erased.v1": ("confirm-erasure",),
    "disclosures-erased.v1": ("order-erasures",),
    "erasures-confirmed.v1": ("order-erasures",),
    "entry-added.v1": ("add-entry", "build-roll"),
    "entry-removed.v1": ("remove-entry", "notify-ruling"),
    "entry-restored.v1": ("restore-entry", "notify-ruling", "do-remedy"),
    "freeze-listed.v1": ("freeze-roll",),
    "invitation-closed.v1": ("invite-cures",),
    "invitation-opened.v1": ("invite-cures",),
    "key-enrolled.v1": ("enrol-key", "found-ledger"),
    "lapse-closed.v1": ("lapse-applications",),
    "lapse-opened.v1": ("lapse-applications",),
    "member-amended.v1": ("register-members",),
    "member-registered.v1": ("register-members",),
    "nomination-received-late.v1": ("receive-nomination",),
    "nomination-ruled-invalid.v1": ("rule-nomination-invalid",),
    "nomination-ruled-valid.v1": ("rule-nomination-valid",),
    "paper-cancelled.v1": ("cancel-paper", "notify-ruling"),
    "paper-issued.v1": ("issue-paper", "do-remedy"),
    "paper-set-aside.v1": ("notify-ruling",),
    "paper-unlinked.v1": ("notify-ruling",),
    "payments-reconciled.v1": ("receive-payments",),
    "payment-matched.v1": ("receive-fee", "fail-fee", "refund-fee"),
    "power-delegated.v1": ("delegate-power", "found-ledger"),
    "roll-counted.v1": ("freeze-roll",),
    "rota-turn-taken.v1": ("allocate-case",),
    "set-aside-reversed.v1": ("do-remedy",),
}


@cache
def verbs_of(name: str) -> tuple[str, ...]:
    """Give the verbs that events of a type come from; those of its room, where neither stem nor table tells."""
    if name in OTHERWISE:
        return OTHERWISE[name]
    *about, done = name.partition(".")[0].split("-")
    alike = [verb for verb in DECISIONS if verb.split("-")[1:] == about and verb[0] == done[0]]
    if alike:  # of revoke-key and rotate-key, key-revoked is the former
        return (max(alike, key=lambda verb: sum(takewhile(bool, map(eq, verb, done)))),)
    room = TYPES[name].__module__.rpartition(".")[2]
    return tuple(verb for verb, entry in DECISIONS.items() if entry.command.group == room)


@cache
def must_be_signed(name: str) -> bool:
    """Whether a type of event comes from commands that are refused unsigned, and from no others."""
    verbs = verbs_of(name)
    return bool(verbs) and all(DECISIONS[verb].command.signed for verb in verbs)
