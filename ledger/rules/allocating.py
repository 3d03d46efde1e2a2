"""How a case comes to a panel: by rota, where it follows from the turn; by lot, drawn before witnesses; or by hand.

Turns of a rota are counted by the record, and a lot can be asked of those who saw it: neither is a word that somebody
writes for a panel that they chose.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ledger.errors import refused

LEAST_OF = {"rota": 1, "lot": 2}  # panels that take turns, or that a lot is drawn among


class Allocated(NamedTuple):
    """To whom a case is given, and how: `among` whom, at which `turn` if by rota, before which `witnesses` of a lot."""

    method: str
    panel: str
    among: tuple[str, ...]
    turn: int | None
    witnesses: str | None


def require_method(given: Allocated, where: str) -> None:
    """Refuse a rota or a lot from which the panel does not follow, or of which nobody could tell that it does.

    Raises:
        RefusedError: `allocation-unfit`, `panels-missing`, `witnesses-needed`, `not-their-turn`.
    """
    if unfit := ", ".join(_unfit(given)):
        remedy = "A rota takes --among, a lot --among and --witnesses, --method manual neither: leave it out"
        raise refused("allocation-unfit", where, f"what belongs to {given.method}", unfit, remedy)
    if given.method == "manual":
        return
    among, least = given.among, LEAST_OF[given.method]
    if len(among) < least or len(set(among)) < len(among) or given.panel not in among:
        expected = f"{least} panel{'s' if least > 1 else ''} at least, each once, {given.panel} one of them"
        raise refused("panels-missing", where, expected, ", ".join(among) or "none", "Name each with --among")
    if given.method == "lot":
        if given.witnesses is None:
            remedy = "Say how it was drawn and who saw it, with --witnesses"
            raise refused("witnesses-needed", where, "a lot drawn before witnesses", "nothing said of them", remedy)
        return
    if given.turn is None:
        return
    due = among[(given.turn - 1) % len(among)]
    if given.panel != due:
        remedy = f"Give it to them: --panel {due}; or by hand: --method manual, with a --reason"
        raise refused("not-their-turn", where, f"{due}, whose turn {given.turn} is", given.panel, remedy)


def _unfit(given: Allocated) -> Iterator[str]:
    """Give what is said of a way to allocate that is not the one used."""
    if given.method == "manual" and given.among:
        yield "among"
    if given.method != "lot" and given.witnesses is not None:
        yield "witnesses"
