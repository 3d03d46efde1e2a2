"""What a verification says: the checks by number, and the findings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from ledger.errors import PART_MAX, EvidenceError, PollbookError

Category = Literal["completeness", "authenticity", "consistency", "integrity", "evidence"]

CHECKS: dict[str, tuple[Category, str]] = {
    "C1": ("completeness", "positions run from 0 without gaps, and end at the head"),
    "C2": ("completeness", "every stream's versions run from 1 without gaps"),
    "C3": ("completeness", "every closed batch has the members it was closed with"),
    "C4": ("completeness", "every private value is in the vault, or was erased lawfully"),
    "C5": ("completeness", "every command that was carried out has its events, and they have it"),
    "A1": ("authenticity", "the checkpoint is signed by the log that the policy names"),
    "A2": ("authenticity", "witnesses cosigned the checkpoint as the policy demands"),
    "A3": ("authenticity", "keys on record were enrolled and replaced with the signatures that this takes"),
    "A4": ("authenticity", "in a founded ledger, what must be signed was, by the key of the office, just as it stands"),
    "A5": (
        "authenticity",
        "in a founded ledger, whoever acted had the power then, by a delegation rightly given, and under a clause",
    ),
    "S1": ("consistency", "the hash tiles are those of the leaves"),
    "S2": ("consistency", "the checkpoint is that of the tree over the leaves"),
    "S3": ("consistency", "the tree begins with the one in the kept checkpoint"),
    "S4": ("consistency", "recorded heads of streams are those of the record then"),
    "S5": ("consistency", "the views equal a rebuild"),
    "S6": ("consistency", "the tree begins with the one that was signed last here"),
    "I1": ("integrity", "every leaf is canonical, of a known type, under its own stream"),
    "I2": ("integrity", "recording time never runs backwards"),
    "I3": ("integrity", "every stream replays"),
    "I4": ("integrity", "every private value in the vault is what its digest names"),
    "I5": ("integrity", "the databases are sound, and hold nothing but what this program makes"),
    "E1": ("evidence", "every contest is defined once and pins a count rule that was adopted"),
    "E2": ("evidence", "papers, totals, accounts are of their contest, section, batch, after the poll, and admissible"),
    "E3": ("evidence", "what was declared, once, follows from all the papers"),
    "E4": ("evidence", "lots were drawn as committed to, and only among the tied of a count that stopped for one"),
    "E5": ("evidence", "the scrutineer's report has the numbers of the record"),
    "E6": (
        "evidence",
        "dates are in a possible order, variations say what they moved, no poll closed early, none dated back if live",
    ),
    "E7": (
        "evidence",
        "nominations were in time, by the entitled, one each; statement and contest are what they came to",
    ),
    "E8": ("evidence", "rules were made by the bodies that may, none reaches back, and no sanction rests on guidance"),
    "E9": ("evidence", "bodies sat with the members they had, and no decision is of an inquorate sitting"),
    "E10": (
        "evidence",
        "applications came on the terms of their day, and were admitted by tests that were passed then",
    ),
    "E11": (
        "evidence",
        "papers were issued to whom the roll has, as many as it has, marked as returned after the close, once each, "
        "and no more were read",
    ),
    "E12": (
        "evidence",
        "entries are those that the franchise gives, and a frozen or certified roll is what they come to",
    ),
    "E13": ("evidence", "every ruling and every appeal was fair by what stood before it, and had the effect it names"),
    "E14": ("evidence", "affiliates certified their lists, members' changes could follow, merges lead to who is kept"),
    "E15": ("evidence", "published analyses follow from the record as of their position"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be.

    Attributes:
        check: number of the check, a key of CHECKS.
        code: what is wrong, as in docs/reference/errors.md.
        position: index of the event at fault, or None where none is.
        what: what is wrong, with ids; `expected` and `found` say how.
    """

    check: str
    code: str
    position: int | None
    what: str
    expected: str
    found: str

    @property
    def id(self) -> str:
        """The same for the same fault at every verification."""
        return f"{self.check}:{self.code}" + ("" if self.position is None else f":{self.position}")

    def line(self) -> str:
        """Say it in one line."""
        return f"{self.id}: {shown(self.what)}: expected {shown(self.expected)}, found {shown(self.found)}."

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {
            "id": self.id,
            "check": self.check,
            "category": CHECKS[self.check][0],
            "code": self.code,
            "position": self.position,
            "what": shown(self.what),
            "expected": shown(self.expected),
            "found": shown(self.found),
        }


def shown(text: str) -> str:
    """Make part of one line: what is stored may be anything, terminal controls too, and of any length."""
    line = "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in text[: PART_MAX + 1])
    return line if len(line) <= PART_MAX else line[: PART_MAX - 3] + "..."


def found_by(check: str, error: PollbookError) -> Finding:
    """Turn an error into a finding of a check."""
    position = error.position if isinstance(error, EvidenceError) else None
    return Finding(check, error.code, position, error.what, error.expected, error.found)
