"""What sentences about events are made of: days, numbers, lists, names, what users wrote in quotes; and their table.

There is one template for each type of event. It gives a clause, which `story` puts after day and actor, and sentences
that say what it means. All that comes from a user's free text goes through `quoted` or `Names`.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar, get_args

from ledger.event import Event
from ledger.streams.contest import ContestDefined

LIST_MAX = 10  # items of a list that are told one by one
NAME_MAX = 60  # characters of a name that is told without quotes
HASH_SHOWN = 12  # hexadecimal digits of a hash that is only to be recognised
QUOTED = re.compile(r'("(?:[^"\\]|\\.)*")')  # what a user wrote, in a sentence
HASHED = re.compile("sha256:[0-9a-f]{64}")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")

Sentences = tuple[str, ...]
AnyEvent = TypeVar("AnyEvent", bound=Event)


def day(moment: str) -> str:
    """Write the day of a moment, `2010-09-22T23:59:59Z`, as `22 September 2010`."""
    year, month, number = moment[:10].split("-")
    return f"{int(number)} {MONTHS[int(month) - 1]} {int(year)}"


def when(moment: str) -> str:
    """Write a moment as `22 September 2010 at 23:59:59 UTC`."""
    return f"{day(moment)} at {moment[11:19]} UTC"


def later(effective: str, recorded: str) -> str:
    """Say when something that took effect was recorded, and how many days, by the calendar, lie between."""
    days = (datetime.fromisoformat(recorded[:10]) - datetime.fromisoformat(effective[:10])).days
    if recorded == effective:
        return "recorded at that moment"
    if not days:
        return f"recorded the same day, at {recorded[11:19]} UTC"
    return f"recorded {_days(abs(days))} {'later' if days > 0 else 'earlier'}, on {when(recorded)}"


def _days(number: int) -> str:
    word = NUMBERS[number] if number < len(NUMBERS) else f"{number:,}"
    return f"{word} day{'' if number == 1 else 's'}"


def counted(number: int, noun: str, plural: str = "") -> str:
    """Write how many: `1 paper`, `4,312 papers`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def listed(items: Sequence[str], nothing: str = "nobody") -> str:
    """Write a list as `a, b and c`, and a long one as its beginning `and 4,312 more`."""
    if not items:
        return nothing
    shown = list(items[:LIST_MAX]) if len(items) > LIST_MAX + 1 else list(items)
    last = f"{len(items) - len(shown):,} more" if len(shown) < len(items) else shown.pop()
    return f"{', '.join(shown)} and {last}" if shown else last


def quoted(text: str) -> str:
    r"""Quote what a user wrote: quotes, backslashes and line ends in it are escaped, as `"a \"b\""`, as in JSON."""
    return json.dumps(text, ensure_ascii=False)


def short(digest: str) -> str:
    """Write the beginning of a hash, enough to recognise it."""
    name, _, digits = digest.rpartition(":")
    return f"{name}:{digits[:HASH_SHOWN]}..." if name else f"{digits[:HASH_SHOWN]}..."


def quoted_authority(authority: str) -> str:
    """Write what was acted under in quotation marks, with the hashes in it shortened."""
    return quoted(HASHED.sub(lambda found: short(found[0]), authority))


@dataclass(frozen=True, slots=True)
class Names:
    """Names of candidates, as the definitions of their contests have them: contest -> id -> name."""

    contests: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, events: Iterable[Event]) -> Names:
        """Take the names from whatever definitions are among the events."""
        defined = (event for event in events if isinstance(event, ContestDefined))
        return cls({each.contest: {one.id: one.name for one in each.candidates} for each in defined})

    def who(self, contest: str, candidate: str) -> str:
        """Write a candidate as `Bob (bob)`, or as the id alone where no definition has a name; odd names are quoted."""
        name = self.contests.get(contest, {}).get(candidate)
        if name is None:
            return candidate
        return f"{name if _is_plain(name) else quoted(name)} ({candidate})"

    def all(self, contest: str, candidates: Iterable[str]) -> str:
        """Write several candidates in their order."""
        return listed([self.who(contest, candidate) for candidate in candidates])

    def with_votes(self, contest: str, votes: Iterable[tuple[str, int]]) -> str:
        """Write candidates with what they held: `Abbott (abbott) 4 and Balls (balls) 3`."""
        return listed([f"{self.who(contest, candidate)} {held:,}" for candidate, held in votes])


def _is_plain(name: str) -> bool:
    """Whether a name cannot be taken for anything but a name: letters, with points after initials alone."""
    if len(name) > NAME_MAX or "  " in name or name != name.strip():
        return False
    words = name.split(" ")
    return all(_is_word(word[:-1] if len(word) == len("J.") and word[1] == "." else word) for word in words)


def _is_word(word: str) -> bool:
    return bool(word) and all(c.isalpha() or unicodedata.category(c)[0] == "M" or c in "'’-" for c in word)


TEMPLATES: dict[str, Callable[[Any, Names], Sentences]] = {}


def tells(kind: type[AnyEvent]) -> Callable[[Callable[[AnyEvent, Names], Sentences]], None]:
    """Enter a template for a type of event."""
    (name,) = get_args(kind.model_fields["type"].annotation)

    def enter(template: Callable[[AnyEvent, Names], Sentences]) -> None:
        TEMPLATES[name] = template

    return enter
