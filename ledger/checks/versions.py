"""The checks that are registered, each in its versions: what a version does never changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ledger.errors import nearest, refused

if TYPE_CHECKING:
    from ledger.streams.application_events import CheckName

CHECKS: Mapping[CheckName, tuple[str, ...]] = {
    "age": ("1",),
    "duplicate": ("1",),
    "payment": ("1",),
    "register-match": ("1",),
    "sanction-list": ("1",),
}
BY_HAND = "by-hand"  # the version of a check that an officer made


def require_version(check: str, version: str, where: str) -> None:
    """Refuse a check, or a version of it, that is not registered (`unknown-check-version`)."""
    versions: tuple[str, ...] = next((known for name, known in CHECKS.items() if name == check), ())
    if version not in versions:
        known = ", ".join(f"{each} version {number}" for each, numbers in CHECKS.items() for number in numbers)
        found = f"{check} version {version}" + ("" if versions else nearest(check, CHECKS))
        raise refused("unknown-check-version", where, f"one of {known}", found, "Correct the check or its version")
