"""What a reviewer is to look at in a ruling, found from the record: flags decide nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ledger.rules.fairness import words_of
from projections.cases.audience import TextReader
from projections.cases.file import CaseFile, RulingRead
from projections.story.words import listed, quoted


class Flag(NamedTuple):
    """Something to look at: its code, and what was found."""

    code: str
    says: str


def flags_of(file: CaseFile, read: TextReader | None) -> Iterator[Flag]:
    """Find what a reviewer is to look at in the ruling that the file is read from.

    `ground-mismatch`: a ground of the case that the ruling finds nothing on, or, where the reasons can be read, one
    that they name by its id or title and that is not among the findings. `evidence-withdrawn`: it relied on evidence
    that was withdrawn since. `not-told`: nobody told the person.

    Args:
        read: looks the reasons up; without it they are not read.
    """
    chosen = file.chosen
    if chosen is None:
        return
    yield from _unanswered(chosen)
    yield from _named(file, chosen, read)
    withdrawn = [each for each in chosen.made.evidence if each in file.case.withdrawn]
    if withdrawn:
        yield Flag("evidence-withdrawn", f"It relied on {listed(withdrawn)}, withdrawn since.")
    ruling = next(each for each in file.case.rulings if each.made.ruling == chosen.number)
    if ruling.notified is None:
        yield Flag("not-told", "It was made, and the person was not told.")


def _unanswered(chosen: RulingRead) -> Iterator[Flag]:
    """Find grounds of the case on which the ruling finds nothing, not even that they were considered."""
    found = {each.ground for each in chosen.made.findings}
    opened = chosen.before.opened
    for ground in opened.grounds if opened else ():
        if ground not in found:
            says = f"Ground {ground} is on the case, and the ruling does not say whether it is met or was considered."
            yield Flag("ground-mismatch", says)


def _named(file: CaseFile, chosen: RulingRead, read: TextReader | None) -> Iterator[Flag]:
    """Find grounds of the election that the reasons name, and that are not among the findings."""
    last = next(each for each in file.case.rulings if each.made.ruling == chosen.number)
    said = last.corrected[-1] if last.corrected else chosen.made
    digest = str(said.reasons)
    text = None if read is None or digest in file.erased else read(digest, "reasons", said.stream)
    if text is None:
        return
    words = words_of(str(text))
    found = {each.ground for each in chosen.made.findings}
    for ground, versions in chosen.grounds.grounds.items():
        names = dict.fromkeys([ground, *(each.title for each in versions)])
        named = next((name for name in names if _within(words_of(name), words)), None)
        if ground not in found and named is not None:
            says = f"The reasons name {quoted(named)}, and the ruling finds nothing on ground {ground}."
            yield Flag("ground-mismatch", says)


def _within(part: Sequence[str], words: Sequence[str]) -> bool:
    """Tell whether some words stand in a text one after the other."""
    length = len(part)
    return bool(part) and any(list(words[at : at + length]) == list(part) for at in range(len(words) - length + 1))
