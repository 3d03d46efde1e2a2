"""How late something is: in days of the calendar and in working days, by the rules of procedure of its election."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from ledger.record import Record
from ledger.rules.deadline import is_working
from ledger.streams.procedure import procedure_stream
from projections.moment import Moment
from projections.oversight.panels import as_known

UTC_ZONE = "UTC"
DAY_LENGTH = len("2010-09-25")
DAYS_MAX = 366 * 200  # that are counted


class Calendar:
    """Counts days where the rules of procedure are kept, up to one moment.

    Args:
        at: the moment, UTC.
        zone: of the IANA database.
        holidays: days, `YYYY-MM-DD`, on which nobody works beside Saturdays and Sundays.
    """

    def __init__(self, at: str, zone: str = UTC_ZONE, holidays: Collection[str] = ()) -> None:
        self.at = at
        self.zone = zone
        self._zone = ZoneInfo(zone)
        self._holidays = frozenset(holidays)
        self._working = [0]  # of so many days before today, how many of those after it, up to today, are working days
        self._ages: dict[str, tuple[int, int]] = {}

    @cached_property
    def today(self) -> date:
        """The local day of the moment."""
        return self.day_of(self.at)

    def day_of(self, moment: str) -> date:
        """Give the local day of a moment (UTC)."""
        return date.fromisoformat(self.local(moment)[:DAY_LENGTH])

    def local(self, moment: str) -> str:
        """Give a moment (UTC) as clocks show it where the rules are kept."""
        return datetime.fromisoformat(moment).astimezone(self._zone).replace(tzinfo=None).isoformat()

    def age(self, since: str) -> tuple[int, int]:
        """Count the days after the one on which something was, up to today, and the working days among them."""
        if since not in self._ages:
            days = min(max((self.today - self.day_of(since)).days, 0), DAYS_MAX)
            while len(self._working) <= days:
                first = self.today - timedelta(days=len(self._working) - 1)
                self._working.append(self._working[-1] + is_working(first, self._holidays))
            self._ages[since] = days, self._working[days]
        return self._ages[since]


def calendar_of(ledger: Record, election: str, moment: Moment, at: str) -> Calendar:
    """Give the calendar of an election: that of the rules of procedure in force, else every day of UTC."""
    rules = as_known(ledger, procedure_stream(election), moment).history.at(at)
    return Calendar(at, rules.zone, rules.holidays) if rules else Calendar(at)
