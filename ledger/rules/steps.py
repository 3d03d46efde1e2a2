"""The steps of a timetable, and which have to come before which."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from ledger.rules.local_time import Dated

StepName = Literal[
    "nominations-open",
    "nominations-close",
    "consents-close",
    "ballot-order",
    "applications-open",
    "applications-close",
    "freeze",
    "hustings",
    "dispatch",
    "poll-open",
    "poll-close",
    "count",
    "report",
    "declaration",
]
Key = tuple[str, str | None]  # step and category

BY_CATEGORY = frozenset(
    ("nominations-open", "nominations-close", "consents-close", "applications-open", "applications-close", "freeze")
)
# What comes before what. The freeze is independent of nominations and of the dispatch.
ORDER = (
    ("nominations-open", "nominations-close"),
    ("nominations-open", "consents-close"),
    ("nominations-close", "ballot-order"),
    ("nominations-close", "dispatch"),
    ("nominations-close", "poll-open"),
    ("consents-close", "ballot-order"),
    ("consents-close", "dispatch"),
    ("ballot-order", "dispatch"),
    ("applications-open", "applications-close"),
    ("applications-close", "poll-close"),
    ("freeze", "poll-close"),
    ("hustings", "poll-close"),
    ("dispatch", "poll-close"),
    ("poll-open", "poll-close"),
    ("poll-close", "count"),
    ("poll-close", "report"),
    ("poll-close", "declaration"),
    ("count", "declaration"),
    ("report", "declaration"),
)
# At one moment these two would leave no time between them.
APART = frozenset(
    (
        ("nominations-open", "nominations-close"),
        ("applications-open", "applications-close"),
        ("dispatch", "poll-close"),
        ("poll-open", "poll-close"),
    )
)


def check_category(step: str, category: str | None) -> None:
    """Raise a ValueError where a step that has one date for all is given one for a category."""
    if category is not None and step not in BY_CATEGORY:
        raise ValueError(f"{step} has one date for all, and category is {category}")


def step_text(key: Key) -> str:
    """Write a step, with its category where it has one: `nominations-close of unions`."""
    return key[0] if key[1] is None else f"{key[0]} of {key[1]}"


def misplaced(steps: Mapping[Key, Dated]) -> Iterator[tuple[Key, Key]]:
    """Give the steps that come before what they have to come after: what has to be first, what is there before it."""
    for earlier, later in ORDER:
        for one, other in paired(steps, earlier, later):
            before, after = steps[one].utc, steps[other].utc
            if before > after or (before == after and (earlier, later) in APART):
                yield one, other


def paired(steps: Mapping[Key, Dated], earlier: str, later: str) -> Iterator[tuple[Key, Key]]:
    """Pair the dates of two steps: those of one category, or else of all where a category has none of its own."""
    ones = {category for name, category in steps if name == earlier}
    others = {category for name, category in steps if name == later}
    for one in sorted(ones, key=str):
        for other in sorted(others, key=str):
            alike = one == other or (one is None and other not in ones) or (other is None and one not in others)
            if alike:
                yield (earlier, one), (later, other)


def steps_asked(body: Mapping[str, Any]) -> list[tuple[str, str | None, str, str]]:
    """Give the steps that a signed command asks for: step, category, local time, zone."""
    return [
        (each["step"], each.get("category"), each["local"], each.get("zone", body["zone"])) for each in body["steps"]
    ]


def steps_dated(steps: Sequence[Mapping[str, Any]]) -> list[tuple[str, str | None, str, str]]:
    """Give the steps of an event in the same way."""
    return [(each["step"], each.get("category"), each["date"]["local"], each["date"]["zone"]) for each in steps]
