"""The streams of nominations: which state each folds into, and which stream an event of theirs belongs to."""

from __future__ import annotations

from ledger.decision import State
from ledger.event import Event
from ledger.streams import candidate_file, nominated, nomination, nominator

NOMINATION_KINDS: dict[str, type[State]] = {
    "candidate": candidate_file.CandidateFile,
    "nomination": nomination.Nomination,
    "nominations": nominated.Nominations,
    "nominator": nominator.Nominator,
}
_FIELDS: dict[str, tuple[str, ...]] = {  # module of the event -> kind of stream, and the fields that name one
    candidate_file.__name__: ("candidate", "contest", "nominee"),
    nomination.__name__: ("nomination", "contest", "nominator"),
    nominated.__name__: ("nominations", "contest"),
    nominator.__name__: ("nominator", "election", "nominator"),
}


def nomination_place(event: Event) -> str:
    """Give the stream that an event's own fields put it on; empty for other events."""
    kind, *fields = _FIELDS.get(type(event).__module__, ("",))
    return "/".join((kind, *(str(getattr(event, field)) for field in fields)))
