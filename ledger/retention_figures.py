"""What a projection says of how long personal data has to be kept: what an erasure must agree with."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RetentionFigures:
    """How long what the vault holds has to be kept, of one person or of a register.

    Attributes:
        elections: those that the person had a part in, or that the register may have served.
        until: a year after the last of their results was declared (UTC); None where one was not declared.
        held: of a register, persons under a legal hold, in order.
        registers: of a register, those on record, in order.
    """

    position: int
    elections: tuple[str, ...] = ()
    until: str | None = None
    held: tuple[str, ...] = ()
    registers: tuple[str, ...] = ()
