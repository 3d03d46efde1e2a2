"""What a case may be about: a stream of the person, in the election that the case belongs to."""

from __future__ import annotations

from ledger.errors import refused

ENTRY = "entry"  # whose streams name the election: entry/ELECTION/PERSON


def require_same_election(subject: str, election: str, where: str) -> None:
    """Refuse an entry on the roll of another election than the case's (`subject-unfit`)."""
    kind, _, rest = subject.partition("/")
    if kind == ENTRY and rest.partition("/")[0] != election:
        raise refused("subject-unfit", where, f"an entry of election {election}", subject, "Correct subject or person")
