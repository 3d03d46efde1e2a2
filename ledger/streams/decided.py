"""What timetables, fees and grounds have in common: when they were published, and the decision that they rest on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from ledger.decision import Act
from ledger.errors import refused
from ledger.streams.body import Body, body_stream, require_decision
from ledger.streams.founding import Founding

NOBODY = "none"  # whose decision is asked for where no body is named


class Decided(Protocol):
    """What may rest on the decision of a body."""

    @property
    def body(self) -> str | None:
        """The body's id."""
        ...

    @property
    def decision(self) -> str | None:
        """Id of what it decided."""
        ...


def check_decided(said: Decided) -> None:
    """Refuse a decision without its body, or a body that decided nothing.

    Raises:
        ValueError: one of the two is left out.
    """
    if (said.body is None) != (said.decision is None):
        raise ValueError("body goes with decision, and decision with it")


def deciding_body(said: Decided) -> Body:
    """Name the stream of the body whose decision something rests on."""
    return body_stream(said.body or NOBODY)


def require_decided_by(said: Decided, body: Body, founding: Founding, act: Act, where: str) -> None:
    """Refuse what rests on a decision that its body did not take; what names none rests on the office's power alone.

    Raises:
        RefusedError: `unknown-decision`, `inquorate`, `decision-not-carried`, `before-decision`, in that order.
    """
    if said.decision is not None:
        require_decision(body, said.decision, act.effective, where, founded=founding.exists)


def is_publication(body: Mapping[str, Any], found: object) -> bool:
    """Whether that is when a signed command says it was published: when it took effect, if it does not say."""
    return bool(found == body.get("published", body["effective"]))


def publication(published: str | None, act: Act, where: str) -> str:
    """Give when something was published, by default when it took effect; refuse what is to come (`future-dated`)."""
    moment = published or act.effective
    if moment > act.now:
        raise refused("future-dated", where, f"publication up to now, {act.now}", moment, "Record it once it is out")
    return moment
