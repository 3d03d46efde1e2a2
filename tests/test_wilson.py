"""Wilson's interval: exact, against a published table, never narrower than it is."""

from __future__ import annotations

from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.oversight.wilson import Z, share

# R. G. Newcombe, Statistics in Medicine 17 (1998) 857-872, table I, method 3.
NEWCOMBE = {(81, 263): ("0.2553", "0.3662"), (15, 148): ("0.0624", "0.1605"), (0, 20): ("0.0000", "0.1611")} | {
    (1, 29): ("0.0061", "0.1718")
}


@pytest.mark.parametrize(("found", "ends"), NEWCOMBE.items())
def test_gives_the_ends_of_a_published_table(found: tuple[int, int], ends: tuple[str, str]) -> None:
    told = share(*found)
    assert (f"{float(told.low):.4f}", f"{float(told.high):.4f}") == ends


@given(whole=st.integers(1, 10_000), data=st.data())
def test_holds_the_true_interval_and_hardly_more(whole: int, data: st.DataObject) -> None:
    part = data.draw(st.integers(0, whole))
    told = share(part, whole)
    for end in (told.low, told.high):  # each end is where the score is Z: (p - x)^2 = Z^2 x (1 - x) / n
        gap = (Fraction(part, whole) - end) ** 2 - Z * Z * end * (1 - end) / whole
        assert abs(gap) < Fraction(1, 10**9)
    with localcontext(prec=50):
        squared = (Decimal(Z.numerator) / Z.denominator) ** 2
        spread = (squared * (squared + Decimal(4 * part * (whole - part)) / whole)).sqrt()
        low = (2 * part + squared - spread) / (2 * (whole + squared))
        assert Decimal(told.low.numerator) / told.low.denominator <= low + Decimal("1e-40")
    assert 0 <= told.low <= Fraction(part, whole) <= told.high <= 1


def test_is_the_same_from_either_side() -> None:
    one, other = share(3, 10), share(7, 10)
    assert (one.low, one.high) == (1 - other.high, 1 - other.low)


def test_is_written_outwards() -> None:
    assert share(0, 5).says() == "0.0 to 43.5%"
    assert share(1, 1).says() == "20.6 to 100.0%"
    with pytest.raises(ValueError, match="3 of 2 is no share"):
        share(3, 2)
