"""Days of the calendar, `YYYY-MM-DD`: they sort as they follow each other, and months are counted back from one."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, StringConstraints

DAY_PATTERN = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"


def check_day(text: str) -> str:
    """Return the day if it is one of the calendar."""
    date.fromisoformat(text)
    return text


Day = Annotated[str, StringConstraints(pattern=DAY_PATTERN), AfterValidator(check_day)]


def months_before(day: str, months: int) -> str:
    """Give the corresponding day so many months before, 0 or more; where that month is shorter, its last day.

    Source: Dodds v Walker [1981] 1 WLR 1027 (HL): a period of months ends on the corresponding date.
    """
    end = date.fromisoformat(day)
    whole = 12 * end.year + end.month - 1 - months
    if whole < 12:
        return date.min.isoformat()
    year, month = whole // 12, whole % 12 + 1
    return date(year, month, min(end.day, monthrange(year, month)[1])).isoformat()
