"""Local times: one moment each, but where clocks change it takes the offset; the calendar has its leap days."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from ledger.errors import RefusedError
from ledger.rules.local_time import Dated, Local, Zone, dated, length_text, offset_of, seconds_between

LOCAL = TypeAdapter(Local)
ZONE = TypeAdapter(Zone)


@pytest.mark.parametrize(
    ("local", "zone", "utc"),
    [
        ("2010-06-09T12:30:00", "Europe/London", "2010-06-09T11:30:00Z"),
        ("2010-12-09T12:30:00", "Europe/London", "2010-12-09T12:30:00Z"),
        ("2012-02-29T00:00:00", "Pacific/Auckland", "2012-02-28T11:00:00Z"),
        ("2012-02-29T23:00:00", "America/New_York", "2012-03-01T04:00:00Z"),
        ("2010-06-09T12:30:00", "UTC", "2010-06-09T12:30:00Z"),
        ("2010-06-09T12:30:00", "Asia/Kolkata", "2010-06-09T07:00:00Z"),
        ("2010-06-09T12:30:00", "America/Argentina/Buenos_Aires", "2010-06-09T15:30:00Z"),
        ("2010-03-28T00:59:59", "Europe/London", "2010-03-28T00:59:59Z"),  # the last second before clocks change
        ("2010-03-28T02:00:00", "Europe/London", "2010-03-28T01:00:00Z"),  # and the first after it
        ("2010-10-31T00:59:59", "Europe/London", "2010-10-30T23:59:59Z"),
        ("2010-10-31T02:00:00", "Europe/London", "2010-10-31T02:00:00Z"),
    ],
)
def test_a_local_time_is_a_moment(local: str, zone: str, utc: str) -> None:
    assert dated(local, zone, None, "x") == Dated(local=local, zone=zone, utc=utc)


@pytest.mark.parametrize(
    ("local", "code", "moments"),
    [
        ("2010-03-28T01:00:00", "local-time-skipped", {"+00:00": "01:00:00Z", "+01:00": "00:00:00Z"}),
        ("2010-03-28T01:59:59", "local-time-skipped", {"+00:00": "01:59:59Z", "+01:00": "00:59:59Z"}),
        ("2010-10-31T01:00:00", "local-time-ambiguous", {"+01:00": "00:00:00Z", "+00:00": "01:00:00Z"}),
        ("2010-10-31T01:59:59", "local-time-ambiguous", {"+01:00": "00:59:59Z", "+00:00": "01:59:59Z"}),
    ],
)
def test_at_a_clock_change_it_takes_the_offset(local: str, code: str, moments: dict[str, str]) -> None:
    with pytest.raises(RefusedError) as refused:
        dated(local, "Europe/London", None, "x")
    assert refused.value.code == code
    assert refused.value.expected.endswith(" or ".join(moments))
    for offset, time in moments.items():
        date = dated(local, "Europe/London", offset, "x")
        assert date.utc == f"{local[:10]}T{time}"
        assert offset_of(date) == offset
    with pytest.raises(RefusedError, match=r"offset-differs: x: expected the offset of .*, found \+02:00"):
        dated(local, "Europe/London", "+02:00", "x")


def test_an_offset_elsewhere_has_to_be_that_of_the_zone() -> None:
    assert dated("2010-06-09T12:30:00", "Europe/London", "+01:00", "x").utc == "2010-06-09T11:30:00Z"
    with pytest.raises(RefusedError, match="offset-differs"):
        dated("2010-06-09T12:30:00", "Europe/London", "+00:00", "x")
    assert offset_of(dated("2010-06-09T12:30:00", "America/St_Johns", "-02:30", "x")) == "-02:30"


def test_a_day_that_a_zone_left_out_takes_the_offset() -> None:
    """Samoa went over the date line: there was no 30 December 2011."""
    with pytest.raises(RefusedError, match="local-time-skipped"):
        dated("2011-12-30T12:00:00", "Pacific/Apia", None, "x")
    assert dated("2011-12-31T12:00:00", "Pacific/Apia", None, "x").utc == "2011-12-30T22:00:00Z"


@pytest.mark.parametrize(
    "local",
    [
        "2010-02-29T12:00:00",
        "1900-02-29T12:00:00",
        "2010-04-31T12:00:00",
        "2010-06-09T24:00:00",
        "2010-06-09T23:59:60",
        "2010-06-09T12:30",
        "2010-06-09T12:30:00Z",
        "2010-06-09 12:30:00",
        "0001-01-01T00:00:00",
        "9999-12-31T23:59:59",
    ],
)
def test_what_is_no_local_time(local: str) -> None:
    with pytest.raises(ValidationError):
        LOCAL.validate_python(local)


@pytest.mark.parametrize("local", ["2012-02-29T12:00:00", "2000-02-29T00:00:00", "1000-01-01T00:00:00"])
def test_29_february_is_a_day_of_leap_years(local: str) -> None:
    assert LOCAL.validate_python(local) == local


@pytest.mark.parametrize("zone", ["Europe", "localtime", "right/Europe/London", "../Europe/London", "BST", "Etc/GMT+1"])
def test_what_is_no_zone_of_the_database(zone: str) -> None:
    with pytest.raises(ValidationError):
        ZONE.validate_python(zone)
    with pytest.raises(RefusedError, match="zone-unknown"):
        dated("2010-06-09T12:30:00", zone, None, "x")


def test_a_zone_that_only_looks_like_one_is_unknown() -> None:
    assert ZONE.validate_python("Europe/Londn")
    with pytest.raises(RefusedError, match=r"zone-unknown: x: .*, found Europe/Londn .nearest: Europe/London"):
        dated("2010-06-09T12:30:00", "Europe/Londn", None, "x")
    with pytest.raises(RefusedError, match="zone-unknown"):
        dated("2010-06-09T12:30:00", "America/Argentina", None, "x")  # a folder


@given(
    st.datetimes(),
    st.sampled_from(["Europe/London", "Pacific/Apia", "America/St_Johns", "Australia/Lord_Howe", "Africa/Monrovia"]),
)
@settings(max_examples=200)
def test_every_local_time_has_one_moment_or_is_refused(local: object, zone: str) -> None:
    text = str(local)[:19].replace(" ", "T")
    if not "1000" <= text[:4] < "3000":
        return
    with suppress(RefusedError):  # where clocks change
        date = dated(text, zone, None, "x")
        assert dated(text, zone, offset_of(date), "x") == date
        assert abs(seconds_between(date.utc, date.local + "Z")) < 27 * 3600


@pytest.mark.parametrize(
    ("start", "end", "seconds", "text"),
    [
        ("2010-05-24T09:00:00", "2010-06-09T12:30:00", 16 * 86_400 + 12_600, "16 days 3 h 30 min"),
        ("2010-09-22T17:00:00", "2010-09-22T17:00:01", 1, "1 s"),
        ("2010-09-22T17:00:00", "2010-09-22T17:00:00", 0, "0 s"),
        ("2012-02-28T12:00:00", "2012-03-01T12:00:00", 2 * 86_400, "2 days"),
        ("2011-02-28T12:00:00", "2011-03-01T12:00:00", 86_400, "1 day"),
        ("2010-03-27T12:00:00", "2010-03-28T12:00:00", 23 * 3600, "23 h (1 day by local clocks)"),
        ("2010-10-30T12:00:00", "2010-10-31T12:00:00", 25 * 3600, "1 day 1 h (1 day by local clocks)"),
        ("2010-09-08T12:00:00", "2010-09-01T00:00:00", -(7 * 86_400 + 43_200), "-7 days 12 h"),
    ],
)
def test_lengths_are_elapsed_time(start: str, end: str, seconds: int, text: str) -> None:
    first, second = (dated(local, "Europe/London", None, "x") for local in (start, end))
    assert seconds_between(first.utc, second.utc) == seconds
    assert length_text(first, second) == text


def test_between_two_zones_local_clocks_say_nothing() -> None:
    first = dated("2010-06-09T12:00:00", "Europe/London", None, "x")
    second = dated("2010-06-09T12:00:00", "America/New_York", None, "x")
    assert length_text(first, second) == "5 h"
