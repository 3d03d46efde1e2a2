"""Checks of one application by itself: age on a day, and whether what was due is paid."""

from __future__ import annotations

from ledger.checks.finding import Finding


def years_on(born: str, day: str) -> int:
    """Give how old somebody is on a day, both `YYYY-MM-DD`: who was born on 29 February comes of age on 1 March.

    Source: Family Law Reform Act 1969 s.9 (an age is attained at the beginning of the anniversary).
    """
    return int(day[:4]) - int(born[:4]) - (day[5:] < born[5:])


def check_age(born: str, years: int, day: str) -> Finding:
    """Say whether somebody is so many years old on a day: `none` where the birth date is not known."""
    if not born:
        return Finding("none")
    return Finding("pass" if years_on(born, day) >= years else "fail")


def check_payment(due: int, received: int, refunded: int) -> Finding:
    """Say whether what was due is paid, in the currency's smallest unit: `none` where nothing was received."""
    if received - refunded >= due:
        return Finding("pass")
    return Finding("fail" if received else "none")
