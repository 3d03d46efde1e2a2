"""Deadlines counted in hours or days by rules of procedure: zones, clock changes, weekends and bank holidays.

Hours are elapsed time: 72 hours over a change of clocks are 72 hours. Days are days of the calendar where the rules
are kept: the day on which something was served does not count, and the deadline is the end of the last day. Where a
last day is no working day, the deadline is the end of the next one.

Source: Civil Procedure Rules 2.8 (clear days; a day on which the office is closed runs on to the next), as rules of
societies follow them; the zone's rules are those of the IANA database.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from ledger.field import time_text
from ledger.rules.local_time import Dated

SATURDAY = 5
END_OF_DAY = "T23:59:59"


def after_hours(start: str, hours: int, zone: str) -> Dated:
    """Give the moment so many hours after another, elapsed, with what local clocks show then.

    Args:
        start: a moment (UTC).
        hours: 0 or more.
        zone: a name of the IANA database that is known to exist.
    """
    moment = datetime.fromisoformat(start) + timedelta(hours=hours)
    local = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None).isoformat()
    return Dated(local=local, utc=time_text(moment), zone=zone)


def after_days(start: str, days: int, zone: str, holidays: Collection[str], *, working: bool) -> Dated:
    """Give the end of the last of so many days after a moment.

    Args:
        start: a moment (UTC); the local day that it is on does not count.
        days: 1 or more.
        zone: a name of the IANA database that is known to exist.
        holidays: days, `YYYY-MM-DD`, on which nobody works beside Saturdays and Sundays.
        working: whether only working days are counted; else all are, and the last one is moved to a working day.
    """
    day = datetime.fromisoformat(start).astimezone(ZoneInfo(zone)).date()
    left = days
    while left:
        day += timedelta(days=1)
        left -= 1 if not working or is_working(day, holidays) else 0
    while not is_working(day, holidays):
        day += timedelta(days=1)
    local = day.isoformat() + END_OF_DAY
    moment = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone), fold=1)  # of two, the one that is later
    return Dated(local=local, utc=time_text(moment.astimezone(UTC)), zone=zone)


def is_working(day: date, holidays: Collection[str]) -> bool:
    """Whether somebody can be expected to act on a day."""
    return day.weekday() < SATURDAY and day.isoformat() not in holidays
