"""How sure a share is: Wilson's score interval, in exact numbers.

The interval holds every probability for which what was found would not be out of the ordinary at the level of 95%. It
stays within 0 and 1, and is no point where nothing or everything was found, as 0 of 5.

Source: E. B. Wilson, Probable inference, the law of succession, and statistical inference, Journal of the American
Statistical Association 22 (1927) 209-212. Tried against R. G. Newcombe, Two-sided confidence intervals for the single
proportion, Statistics in Medicine 17 (1998) 857-872, table I.
"""

from __future__ import annotations

from fractions import Fraction
from math import isqrt
from typing import NamedTuple

Z = Fraction(1_959_964, 1_000_000)  # of the normal distribution: 95% lie within so many deviations
DIGITS = 12  # to which a root is taken; an interval is never narrower than it is
TENTHS = 1_000  # of a per cent in 1


class Share(NamedTuple):
    """A part of a whole, and the interval that it is sure to; exact, but for the ends, rounded outwards."""

    part: int
    whole: int
    low: Fraction
    high: Fraction

    def says(self) -> str:
        """Write the interval in per cent, to one decimal, rounded outwards."""
        low, high = self.low * TENTHS, self.high * TENTHS
        ends = low.numerator // low.denominator, -(-high.numerator // high.denominator)
        return " to ".join(f"{end // 10}.{end % 10}" for end in ends) + "%"


def share(part: int, whole: int) -> Share:
    """Give how sure a share is.

    Args:
        part, whole: 0 <= part <= whole, and whole at least 1.
    """
    if not 0 <= part <= whole or whole < 1:
        raise ValueError(f"{part} of {whole} is no share")
    squared = Z * Z
    middle, width = 2 * part + squared, 2 * (whole + squared)
    spread = Z * _root_above(squared + Fraction(4 * part * (whole - part), whole))
    low = max(Fraction(0), (middle - spread) / width) if part else Fraction(0)
    high = min(Fraction(1), (middle + spread) / width) if part < whole else Fraction(1)
    return Share(part, whole, low, high)


def _root_above(value: Fraction) -> Fraction:
    """Give the square root, too large by less than 1 in the last of DIGITS."""
    scale = 10**DIGITS
    under = value.numerator * value.denominator * scale * scale
    return Fraction(isqrt(under) + 1, value.denominator * scale)
