"""A case file as one reader sees it: the headline, what a reviewer is to look at, and the timeline in sentences.

What was recorded after the ruling that the file is read from is marked `later`: the panel did not have it. Renderers
(`case_text`, `case_html`) lay a page out and decide nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from projections.cases.audience import ERASED, MISSING, PRIVATE, Reader, TextReader, as_read_by, text_of
from projections.cases.facts import Facts, facts_of
from projections.cases.file import CaseFile
from projections.cases.flags import Flag, flags_of
from projections.cases.headline import headline, public_line
from projections.story.story import story
from projections.story.words import QUOTED, quoted

HIDDEN = "\ue000"  # stands for a field while the sentence is made; no text of anybody's has it: `field.check_text`

UNSAID = {"ruling-corrected.v1": f"The reasons now read {PRIVATE}."}
LATER = "Recorded after the ruling: whoever made it did not have it."
NOTHING_PUBLIC = "No ruling: nothing of it is public."


class Entry(NamedTuple):
    """One event of the timeline.

    Attributes:
        says: sentences, private values in their places where the reader may see them.
        texts: private field -> what stands for it.
        later: whether it was recorded after the ruling.
    """

    position: int
    type: str
    stream: str
    effective: str
    recorded: str
    later: bool
    says: tuple[str, ...]
    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Page:
    """A case file for one reader.

    Attributes:
        title: the case's id; for the public no more than that it is a case.
        lines: the headline; for the public a line for each ruling of which the person was told, the headline where
            they consented, and nothing else on the page.
        facts: of the headline; None for the public, and where there is no ruling yet.
        ruling: number of the ruling that it is read from.
        moment: as of when, in words.
    """

    title: str
    reader: Reader
    lines: tuple[str, ...]
    facts: Facts | None
    ruling: int | None
    flags: tuple[Flag, ...]
    timeline: tuple[Entry, ...]
    moment: str
    notes: tuple[str, ...]

    def plain(self) -> dict[str, Any]:
        """Give it as plain values, for JSON."""
        if self.reader == "public":
            return {"audience": self.reader, "lines": list(self.lines)}
        return {
            "case": self.title,
            "audience": self.reader,
            "moment": self.moment,
            "ruling": self.ruling,
            "headline": " ".join(self.lines),
            "facts": None if self.facts is None else _plain(asdict(self.facts)),
            "flags": [each._asdict() for each in self.flags],
            "timeline": [
                each._asdict() | {"says": list(each.says), "texts": dict(each.texts)} for each in self.timeline
            ],
            "notes": list(self.notes),
        }


def case_page(file: CaseFile, reader: Reader, at: str, read: TextReader | None = None) -> Page:
    """Lay out a case for a reader.

    Args:
        at: the moment that deadlines are held against, UTC; the caller owns the clock.
        read: looks private values up in the vault; None where it is not at hand, or is not to be opened.
    """
    known = {each.number: facts_of(file, each, at) for each in file.rulings}
    if reader == "public":
        public = (
            headline(facts) if number in file.consented else public_line(facts)
            for number, facts in known.items()
            if facts.told is not None  # nobody hears of it before the person
        )
        lines = tuple(public) or (NOTHING_PUBLIC,)
        return Page("Case", reader, lines, None, None, (), (), "", ())
    chosen = known.get(file.chosen.number) if file.chosen else None
    lines = (headline(chosen) if chosen else _without_ruling(file),)
    timeline = tuple(_timeline(file, reader, read))
    return Page(
        title=file.case.id,
        reader=reader,
        lines=lines,
        facts=chosen,
        ruling=chosen.ruling if chosen else None,
        flags=tuple(flags_of(file, read)) if reader == "reviewer" else (),
        timeline=timeline,
        moment=file.moment.says(),
        notes=tuple(_notes(timeline, reader, read)),
    )


def _without_ruling(file: CaseFile) -> str:
    """Say of a case that is not ruled on that it is not, and how it stands."""
    case = file.case
    if case.closed is not None:
        return f"Case {case.id}: closed without a ruling, {case.closed.reason.replace('-', ' ')}."
    with_whom = f"with {case.panel}" if case.panel else "given to no panel yet"
    told = "the person was told of it" if case.notice else "the person was not told of it yet"
    return f"Case {case.id}: open, {with_whom}, not ruled on; {told}."


def _timeline(file: CaseFile, reader: Reader, read: TextReader | None) -> Iterator[Entry]:
    """Tell what happened, each private value in its place or what stands for it."""
    shown = [(position, as_read_by(reader, event, HIDDEN)) for position, event in file.events]
    for (position, event), told in zip(file.events, story(shown), strict=True):
        texts = {
            field: text_of(reader, event, field, file.erased, read)
            for field in event.private
            if getattr(event, field) is not None
        }
        sentences = (*told.sentences, *_unsaid(event.type, told.sentences, texts))
        said = next(iter(texts.values()), PRIVATE)  # no event of a case has more than one
        yield Entry(
            position,
            event.type,
            event.stream,
            event.effective,
            event.recorded,
            file.later(position),
            tuple(_filled(sentence, said) for sentence in sentences),
            texts,
        )


def _unsaid(kind: str, sentences: Iterable[str], texts: Iterable[str]) -> Iterator[str]:
    """Give a sentence for a private value that the story of its event has no place for."""
    if not any(PRIVATE in part for sentence in sentences for part in QUOTED.split(sentence)[::2]):
        for field in texts:
            yield UNSAID.get(kind, f"Its {field}: {PRIVATE}.")


def _filled(sentence: str, said: str) -> str:
    """Put a private value where the sentence says `(private)`: never inside what a user wrote."""
    parts = QUOTED.split(sentence)
    stands = said if said in (PRIVATE, ERASED, MISSING) else quoted(said)
    ours = [stands.join(part.split(PRIVATE)) if not at % 2 else part for at, part in enumerate(parts)]
    return "".join(ours).replace(HIDDEN, PRIVATE)


def _notes(timeline: tuple[Entry, ...], reader: Reader, read: TextReader | None) -> Iterator[str]:
    """Say why something is not shown."""
    if any(ERASED in each.texts.values() for each in timeline):
        yield f"{ERASED}: it was held in the vault, and was erased by order; the digest stays."
    if any(MISSING in each.texts.values() for each in timeline):
        yield f"{MISSING}: the vault has no value for the digest, and no erasure is on record; see pollbook verify."
    if any(PRIVATE in sentence for each in timeline for sentence in each.says):
        why = "the vault is not open, or not for this audience" if read is None else f"not for the {reader}"
        yield f"{PRIVATE}: {why}."


def _plain(value: Any) -> Any:
    """Give nested values as JSON has them: named tuples and records by their names."""
    if hasattr(value, "_asdict"):
        return {name: _plain(each) for name, each in value._asdict().items()}
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json")
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value
