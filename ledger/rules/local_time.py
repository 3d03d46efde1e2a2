"""Legal deadlines: a local time and its zone, and the moment in UTC that they were when they were decided.

All three are kept: a zone's rules may be changed by law after a deadline was set, and the deadline does not move.

Source: IANA time zone database, as the system or the package tzdata has it; RFC 9557 (offset beside the zone's name).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import AfterValidator, StringConstraints

from ledger.errors import RefusedError, nearest, refused
from ledger.event import Canonical
from ledger.field import Time, time_text

LOCAL_PATTERN = r"^[12][0-9]{3}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}$"
# Areas of the database only: "localtime" is another zone on each machine, and "right/..." counts leap seconds.
AREAS = "Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Europe|Indian|Pacific"
ZONE_PATTERN = rf"^(UTC|({AREAS})(/[A-Z][A-Za-z_-]{{1,29}}){{1,2}})$"
OFFSET_PATTERN = r"^[+-][0-9]{2}:[0-9]{2}$"
DAY_SECONDS = 86_400


def check_local(text: str) -> str:
    """Return the local time if it is one of the calendar: `YYYY-MM-DDThh:mm:ss`, 29 February in leap years only."""
    if datetime.fromisoformat(text).isoformat() != text:
        raise ValueError("local time has another usual spelling")  # 24:00:00, from Python 3.14 on
    return text


Local = Annotated[str, StringConstraints(pattern=LOCAL_PATTERN), AfterValidator(check_local)]
Zone = Annotated[str, StringConstraints(pattern=ZONE_PATTERN)]
Offset = Annotated[str, StringConstraints(pattern=OFFSET_PATTERN)]


class Dated(Canonical):
    """A moment as the law has it, `local` in `zone`, and as every clock has it, `utc`."""

    local: Local
    utc: Time
    zone: Zone


def dated(local: str, zone: str, offset: str | None, where: str) -> Dated:
    """Give the moment of a local time.

    Args:
        local: `YYYY-MM-DDThh:mm:ss`.
        zone: a name of the IANA database, such as `Europe/London`.
        offset: `+01:00`, from UTC; needed at a clock change alone, elsewhere it has to be the zone's.
        where: what it is the date of, for the refusal.

    Raises:
        RefusedError: `zone-unknown`, `local-time-skipped` and `local-time-ambiguous` where clocks change and no
            offset is given, `offset-differs`, in that order.
    """
    moments = _moments(local, _zone(zone, where))
    found = f"{local} in {zone}"
    if offset is not None:
        if offset not in moments:
            expected = f"the offset of {found}: {' or '.join(moments)}"
            raise refused("offset-differs", where, expected, offset, "Correct the offset, or leave it out")
        return Dated(local=local, zone=zone, utc=moments[offset])
    if len(moments) > 1:
        first, second = moments.values()
        # Where clocks are put forward the later offset gives the earlier moment; where they go back, the later one.
        code, when = ("local-time-skipped", "never") if first > second else ("local-time-ambiguous", "twice")
        expected = f"a local time that comes once, or its offset from UTC: {' or '.join(moments)}"
        raise refused(code, where, expected, f"{found}, which comes {when}", "Give the offset, or another time")
    (moment,) = moments.values()
    return Dated(local=local, zone=zone, utc=moment)


def dated_at(utc: str, zone: str, where: str) -> Dated:
    """Give a moment of UTC as the local clocks of a zone show it; where they show it twice, `utc` says which.

    Raises:
        RefusedError: `zone-unknown`.
    """
    local = datetime.fromisoformat(utc).astimezone(_zone(zone, where)).replace(tzinfo=None)
    return Dated(local=local.isoformat(), utc=utc, zone=zone)


def require_zone(zone: str, where: str) -> None:
    """Refuse a time zone that there is none of (`zone-unknown`)."""
    _zone(zone, where)


def hours_after(utc: str, hours: int) -> str:
    """Give the moment (UTC) so many hours after one, as a clock that is never changed counts them."""
    return time_text(datetime.fromisoformat(utc) + timedelta(hours=hours))


def _moments(local: str, zone: ZoneInfo) -> Mapping[str, str]:
    """Give the offsets that a local time may have, each with its moment in UTC; two at a clock change."""
    naive = datetime.fromisoformat(local)
    found = {}
    for fold in (0, 1):
        aware = naive.replace(tzinfo=zone, fold=fold)
        found[_offset_text(aware.utcoffset() or timedelta())] = time_text(aware.astimezone(UTC))
    return found


def _offset_text(offset: timedelta) -> str:
    minutes = abs(offset) // timedelta(minutes=1)
    return f"{'-' if offset < timedelta() else '+'}{minutes // 60:02}:{minutes % 60:02}"


@lru_cache(maxsize=64)
def _loaded(zone: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _zone(name: str, where: str) -> ZoneInfo:
    found = _loaded(name) if re.fullmatch(ZONE_PATTERN, name) else None
    if found is None:
        expected = "a time zone of the IANA database, such as Europe/London"
        near = name + nearest(name, sorted(available_timezones()))
        raise RefusedError("zone-unknown", where, expected=expected, found=near, remedy="Correct the zone's name")
    return found


def offset_of(date: Dated) -> str:
    """Give the offset from UTC that a date was set with, from its own two times: `+01:00`."""
    return _offset_text(datetime.fromisoformat(date.local + "Z") - datetime.fromisoformat(date.utc))


def seconds_between(start: str, end: str) -> int:
    """Count the seconds from one moment in UTC to another, as a clock that is never changed would."""
    return (datetime.fromisoformat(end) - datetime.fromisoformat(start)) // timedelta(seconds=1)


def length_text(start: Dated, end: Dated) -> str:
    """Write how long it is from one date to another, `35 days` or `3 days 4 h 30 min`; backwards with a minus.

    Elapsed time: a day on which clocks are put forward has 23 hours. What the local clocks show beside it is said
    where it is another length.
    """
    elapsed = seconds_between(start.utc, end.utc)
    shown = seconds_between(start.local + "Z", end.local + "Z")
    text = _duration(elapsed)
    return text if shown == elapsed or start.zone != end.zone else f"{text} ({_duration(shown)} by local clocks)"


def _duration(seconds: int) -> str:
    days, rest = divmod(abs(seconds), DAY_SECONDS)
    hours, rest = divmod(rest, 3600)
    minutes, rest = divmod(rest, 60)
    parts = [f"{days} day{'' if days == 1 else 's'}"] if days else []
    parts += [f"{number} {unit}" for number, unit in ((hours, "h"), (minutes, "min"), (rest, "s")) if number]
    return ("-" if seconds < 0 else "") + (" ".join(parts) or "0 s")
