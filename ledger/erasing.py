"""Erasures carried out: ordered at the desk, done in the vault, confirmed in the ledger, and resumed after a kill.

An erasure is noted in the vault before it is ordered, so that opening finds it whatever happened.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.decision import fold
from ledger.errors import RefusedError
from ledger.streams.person import ConfirmErasure, Erasure

if TYPE_CHECKING:
    from ledger.desk import Desk


def resume_erasures(desk: Desk) -> None:
    """Finish what was ordered and not confirmed; forget what was never ordered."""
    for subject in desk.vault.erasures():
        person = subject.partition("/")[2]
        events = desk.ledger.stream(f"erasure/{person}")
        state = fold(Erasure(f"erasure/{person}"), (event for _, event in events))
        if state.ordered:
            finish_erasure(desk, person, events[-1][1].actor)
        else:
            desk.vault.end_erasure(subject)


def finish_erasure(desk: Desk, person: str, actor: str) -> None:
    """Destroy what the vault holds of a person, and confirm it."""
    subject = f"person/{person}"
    desk.vault.begin_erasure(subject)
    digests = desk.vault.erasures()[subject]
    desk.vault.erase(subject)
    try:
        desk.submit(ConfirmErasure(person=person, digests=tuple(digests)), actor=actor)
    except RefusedError as refused:
        if refused.code != "no-erasure-ordered":  # as where another desk opened and confirmed it first
            raise
    desk.vault.end_erasure(subject)
