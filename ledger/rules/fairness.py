"""Fair ruling: what has to hold before a ruling is recorded, and in which order it is asked.

A ruling that fails one of these is refused as it is recorded, naming the first that fails; `verify` asks the same of
every ruling on record. Each is a question of its own, on what was on record at that moment.

Source: the rules of natural justice: notice and a hearing (Ridge v Baldwin [1964] AC 40), no judge in their own cause
(Dimes v Grand Junction Canal (1852) 3 HLC 759), no punishment without a rule published before (ECHR article 7), reasons
(Doody [1994] 1 AC 531).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import SequenceMatcher
from typing import NamedTuple

ADVERSE = ("refuse", "remove", "suspend")  # outcomes that take a vote from somebody
SUFFICES = {"A": ("A",), "B": ("A", "B"), "C": ("A", "B")}  # a tip alone never refuses anybody, whatever a ground says
WORD = re.compile(r"\w+")

ORDER = (
    *("not-allocated", "unknown-sitting", "before-sitting", "sitting-too-early", "sitting-late"),
    *("inquorate", "not-a-member", "seated-late", "counted-twice"),
    *("conflict", "same-person-referred-and-decided", "witness-decided"),
    *("votes-exceed-present", "votes-missing", "ruling-not-carried"),
    *("review-missing", "reviewer-not-independent", "reviewer-without-power"),
    *("ground-not-of-the-case", "ground-not-met", "conduct-unfit", "rule-not-in-force-at-conduct", "not-for-them"),
    *("notice-not-served", "reply-window-open", "interim-measure-missing", "ground-not-in-notice"),
    "reply-not-considered",
    *("unknown-evidence", "evidence-withdrawn", "evidence-too-late", "evidence-not-disclosed"),
    *("evidence-below-standard", "new-evidence-missing"),
    "reasons-insufficient",
    *("effect-missing", "effect-unfit", "unknown-entry", "entry-not-live", "entry-live"),
    *("appeal-route-missing", "appeal-route-unclear"),
)  # of several faults the first of these is told, whichever ground, entry or evidence it is about

Fault = tuple[str, str, str]  # code, what is expected, what is found


class Ground(NamedTuple):
    """A ground as it was when somebody acted: when it was published, in force, and which evidence suffices.

    Attributes:
        in_force: whether it was, and had been published, at the time of the conduct.
        since: when the first version took effect; None where it was never adopted.
    """

    id: str
    title: str
    in_force: bool
    since: str | None
    evidence: str
    decided_by: str


class Panel(NamedTuple):
    """Who decided: those present and not recused, and what bars any of them.

    Attributes:
        quorum: needed at the sitting.
        barred: (member, interest declared) of those who voted all the same.
        strangers: present, but no members when the panel sat.
    """

    id: str
    sitting: str
    able: tuple[str, ...]
    quorum: int
    barred: tuple[tuple[str, str], ...]
    strangers: tuple[str, ...]


def words_of(text: str) -> list[str]:
    """Give the words of a text, in one case; what is no letter or digit parts them."""
    return WORD.findall(text.casefold())


def words_changed(before: str, after: str) -> int:
    """Count the words that make one text of another: those put in, left out, or put in the place of others."""
    steps = SequenceMatcher(None, words_of(before), words_of(after), autojunk=False).get_opcodes()
    return sum(max(end - start, until - since) for step, start, end, since, until in steps if step != "equal")


def own_words(reasons: str, known: Iterable[str]) -> int:
    """Count the words of reasons, each once, that do not merely say a ground's title and tests again."""
    said = {word for text in known for word in words_of(text)}
    return len({*words_of(reasons)} - said)


def panel_faults(panel: Panel, referred_by: str, votes: tuple[int, int, int]) -> Iterator[Fault]:
    """Find what is wrong with how a panel was made up and voted: `inquorate`, `not-a-member`, `conflict`, ..."""
    if len(panel.able) < panel.quorum:
        yield "inquorate", f"quorum {panel.quorum} at sitting {panel.sitting}", f"{len(panel.able)} who could vote"
    for person in panel.strangers:
        yield "not-a-member", f"members of {panel.id} when it sat", f"{person}, who was none"
    for member, interest in panel.barred:
        yield "conflict", f"{member} among those recused", interest
    if referred_by in panel.able:
        found = f"{referred_by}, who referred it and sat"
        yield "same-person-referred-and-decided", "others than who referred the case", found
    if sum(votes) > len(panel.able):
        yield "votes-exceed-present", f"at most {len(panel.able)} votes", str(sum(votes))
    elif sum(votes) < len(panel.able):
        expected = f"{len(panel.able)} for, against or abstained, one of each who could vote"
        yield "votes-missing", expected, str(sum(votes))
    elif votes[0] <= votes[1]:
        yield "ruling-not-carried", "more votes for than against", f"{votes[0]} for, {votes[1]} against"


def ground_faults(grounds: Iterable[tuple[Ground, str]], decided_by: str) -> Iterator[Fault]:
    """Find grounds that were not in force, or not published, at the time of the conduct, or that others apply.

    Args:
        grounds: each that was found to be met, with the time of the conduct.
    """
    for ground, conduct in grounds:
        if not ground.in_force:
            since = f"in force since {ground.since}" if ground.since else "never adopted"
            expected = f"a ground in force and published at the time of the conduct, {conduct}"
            yield "rule-not-in-force-at-conduct", expected, f"{ground.id}, {since}"
        yield from alone_faults((ground,), decided_by)


def alone_faults(grounds: Iterable[Ground], decided_by: str) -> Iterator[Fault]:
    """Find grounds that only others may decide on (`not-for-them`): a panel, or an officer and no check."""
    rank = ("auto", "officer", "panel")
    for ground in grounds:
        if ground.since and rank.index(decided_by) < rank.index(ground.decided_by):
            yield "not-for-them", f"{ground.id} decided by: {ground.decided_by}", decided_by


def evidence_faults(relied: Mapping[str, str], grounds: Iterable[Ground]) -> Iterator[Fault]:
    """Find grounds whose standard the evidence relied on does not meet (`evidence-below-standard`).

    Args:
        relied: evidence relied on and not withdrawn, id -> class A, B or C.
    """
    for ground in grounds:
        enough = SUFFICES[ground.evidence]
        if not set(relied.values()) & set(enough):
            found = ", ".join(f"{each} of class {kind}" for each, kind in relied.items()) or "none"
            yield "evidence-below-standard", f"evidence of class {' or '.join(enough)} for {ground.id}", found
