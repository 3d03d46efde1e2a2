"""Appeals and remedies as the views have them: a row each. Moments are UTC; None: not on record."""

from __future__ import annotations

from typing import NamedTuple


class RemedyRow(NamedTuple):
    """A remedy that was ordered.

    Attributes:
        number: its number on the appeal, from 1.
        remedy: restore-entry, issue-paper, count-set-aside, admit, refund, apology, rerun, rehearing, or none-possible.
        due, due_local: until when, as a moment and in local time with its zone.
        reason: why none is possible, or why this one, where that was said.
        done, proof: when it was done, and what shows it.
    """

    case: str
    ruling: int
    number: int
    remedy: str
    ordered: str
    due: str | None
    due_local: str | None
    contest: str | None
    entry: int | None
    reason: str | None
    done: str | None
    proof: str | None


class AppealRow(NamedTuple):
    """One appeal against one ruling, or the attempts at one where none lies.

    Attributes:
        manner: in-time, late, or attempt: no appeal lies.
        received: when it came; of attempts, the last one. `attempts` is how many there were; 0 of an appeal.
        by: subject or representative; `grounds` of the appeal: procedure, new-evidence, wrong-rule, ...
        position: of the event that it came with.
        leave: granted or refused, of a late one; None while that is not decided.
        disclosed: when the evidence pack was disclosed; `heard` when it was heard, `heard_as` hearing or papers.
        outcome: dismissed, allowed, varied or remitted; `answers`, (ground, upheld or not-upheld) each.
        withdrawn: when the appellant withdrew it.
        remedies: in their order.
    """

    case: str
    ruling: int
    election: str
    person: str
    manner: str
    received: str
    by: str
    grounds: tuple[str, ...]
    attempts: int
    position: int
    leave: str | None
    leave_at: str | None
    reviewers: tuple[str, ...]
    assigned: str | None
    disclosed: str | None
    heard: str | None
    heard_as: str | None
    determined: str | None
    outcome: str | None
    answers: tuple[tuple[str, str], ...]
    votes_for: int | None
    votes_against: int | None
    withdrawn: str | None
    remedies: tuple[RemedyRow, ...] = ()

    @property
    def state(self) -> str:
        """How far it has come: attempted, late (awaits leave), leave-refused, pending, withdrawn, or its outcome."""
        if self.manner == "attempt":
            return "attempted"
        if self.outcome:
            return self.outcome
        if self.withdrawn:
            return "withdrawn"
        if self.leave == "refused":
            return "leave-refused"
        return "late" if self.manner == "late" and self.leave is None else "pending"
