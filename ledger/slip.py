"""Whether a correction is one of a slip of the pen: what the reasons were is in the vault, so the desk asks."""

from __future__ import annotations

from ledger.decision import Command, States
from ledger.errors import refused
from ledger.privacy.vault import Vault
from ledger.rules.fairness import words_changed
from ledger.streams.case import Case, require_ruling
from ledger.streams.notification import CORRECTION_WORDS, NEW_RULING, CorrectRuling


def require_slip(command: Command, states: States, vault: Vault) -> None:
    """Refuse a correction of other words than a few, however many there are before and after.

    They are compared with those of the ruling as it was made, so that many small corrections are not a large one.

    Raises:
        RefusedError: `unknown-case`, `unknown-ruling`, `reasons-not-held`, `use-new-ruling`, in that order.
    """
    if not isinstance(command, CorrectRuling):
        return
    case: Case = states["case"]
    made = require_ruling(case, command.ruling).made
    where = f"ruling {command.ruling} on case {case.id}"
    before = vault.read(str(made.reasons), "reasons", made.stream)
    if before is None:
        expected = "the reasons as they were made, to compare them with"
        raise refused("reasons-not-held", where, expected, "none held, or erased", "Nothing is to be put right in them")
    changed = words_changed(str(before), command.reasons)
    if changed > CORRECTION_WORDS:
        expected = f"at most {CORRECTION_WORDS} words changed since the ruling was made"
        raise refused("use-new-ruling", where, expected, f"{changed} words", NEW_RULING)
