"""Whether a statement of persons nominated is still what the record says, and what would change it."""

from __future__ import annotations

from ledger.decision import Unchanged
from ledger.errors import refused
from ledger.figures import NominationFigures
from ledger.streams.nominated import Nominations

NOMINATION_TYPES = (
    "nominations-opened.v1",
    "nominee-named.v1",
    "class-sized.v1",
    "nominations-closed.v1",
    "nomination-received.v1",
    "nomination-received-late.v1",
    "nomination-withdrawn.v1",
    "nomination-ruled-invalid.v1",
    "nomination-ruled-valid.v1",
    "nomination-accepted.v1",
    "nomination-declined.v1",
    "attribute-recorded.v1",
    "candidate-withdrew.v1",
    "entitlement-ended.v1",
    "timetable-set.v1",
    "step-varied.v1",
)


def unchanged_since(position: int, contest: str, election: str) -> Unchanged:
    """Guard that nothing of a contest's nominations was recorded after a position."""
    prefixes = (f"{kind}/{contest}" for kind in ("nominations", "nomination", "candidate"))
    return Unchanged(position, NOMINATION_TYPES, (*prefixes, f"nominator/{election}/", f"timetable/{election}"))


def valid_by_statement(nominations: Nominations) -> dict[str, str]:
    """Give those validly nominated by the statement in force, id to name; nobody without a statement."""
    statement = nominations.statement
    return {each.nominee: each.name for each in statement.persons if each.valid} if statement else {}


def valid_by_record(figures: NominationFigures) -> dict[str, str]:
    """Give those validly nominated by the record as it stands, id to name."""
    return {who: each.name for who, each in figures.nominees.items() if not each.reasons}


def require_current(nominations: Nominations, figures: NominationFigures, where: str) -> None:
    """Refuse to go by a statement that does not name those validly nominated any more (`statement-stale`)."""
    stated, known = valid_by_statement(nominations), valid_by_record(figures)
    if stated != known:
        remedy = "Publish another with publish-statement, and say why in --reason"
        expected = "a statement that still holds, of " + (", ".join(known) or "nobody")
        raise refused("statement-stale", where, expected, ", ".join(stated) or "nobody", remedy)
