"""Checks that what was declared follows from what was decided: rules, papers, declared figures, recorded heads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ledger.decision import fold
from ledger.errors import PollbookError
from ledger.field import rounded
from ledger.seal.heads import heads_root
from ledger.store import Ledger
from ledger.streams.contest import Contest, ContestDefined, PollClosed
from ledger.streams.count_rule import CountRule, rule_hash
from ledger.streams.election import CountRuleAdopted
from ledger.streams.heads import StreamHeadsRecorded
from ledger.streams.result import ResultDeclared, printed
from projections.count.av import count_av
from projections.counting import cells, count_digest
from projections.verify.finding import Finding, found_by
from projections.verify.record import RecordRead

BatchName = tuple[str, str]  # contest, section


def check_evidence(ledger: Ledger, record: RecordRead) -> list[Finding]:
    """Carry out the checks that need the domain."""
    return [
        *check_rules(record),
        *check_papers(record),
        *check_declarations(record),
        *check_heads(ledger, record),
    ]


def adopted_rules(record: RecordRead) -> dict[str, tuple[int, CountRule]]:
    """Collect the count rules by content hash, with the position where each was adopted first."""
    rules: dict[str, tuple[int, CountRule]] = {}
    for position, event in record.others:
        if isinstance(event, CountRuleAdopted):
            rules.setdefault(rule_hash(event.rule), (position, event.rule))
    return rules


def contests(record: RecordRead) -> dict[str, Contest]:
    """Fold the contests that can be folded; those that cannot are findings of another check."""
    found: dict[str, Contest] = {}
    for name, events in record.streams().items():
        if name.startswith("contest/"):
            try:
                state = fold(Contest(name), (event for _, event in events))
            except TypeError:
                continue
            found[state.id] = state
    return found


def check_rules(record: RecordRead) -> Iterator[Finding]:
    """E1: every contest pins a rule that was adopted before it was defined."""
    rules = adopted_rules(record)
    for position, event in record.others:
        if isinstance(event, ContestDefined):
            adopted = rules.get(event.count_rule)
            if adopted is None or adopted[0] > position:
                yield Finding(
                    "E1", "unknown-rule", position, event.stream, "a count rule adopted before", event.count_rule
                )


def check_papers(record: RecordRead) -> Iterator[Finding]:
    """E2: every batch of papers belongs to a contest and section that exist, and was opened after the poll closed."""
    closed = {event.contest: position for position, event in record.others if isinstance(event, PollClosed)}
    known = contests(record)
    opened = {event.stream: position for position, event in record.others if hasattr(event, "contents")}
    for name in record.batches:
        contest, section = contest_and_section(name)
        state = known.get(contest)
        position = opened.get(name)
        if state is None or section not in state.sections:
            yield Finding(
                "E2", "papers-of-no-contest", position, name, "a contest and section that were defined", "none"
            )
            continue
        if position is not None and position < closed.get(contest, position + 1):
            yield Finding("E2", "poll-open", position, name, "papers read after the poll closed", "before")


def contest_and_section(batch: str) -> BatchName:
    """Read contest and section from the name of a batch of papers; empty where it is none."""
    parts = batch.split("/")
    return (parts[2], parts[3]) if len(parts) == 5 and parts[:2] == ["batch", "paper"] else ("", "")


def check_declarations(record: RecordRead) -> Iterator[Finding]:
    """E3: every declared result is that of the papers up to the position that it names."""
    known = contests(record)
    rules = adopted_rules(record)
    for position, event in record.others:
        if not isinstance(event, ResultDeclared):
            continue
        contest = known.get(event.contest)
        adopted = rules.get(contest.definition.count_rule) if contest and contest.definition else None
        if contest is None or contest.definition is None or adopted is None:
            yield Finding("E3", "not-recomputable", position, event.stream, "a contest with its rule", "none")
            continue
        profile = profile_at(record, event.contest, contest.sections, event.as_of_position)
        try:
            table = count_av(adopted[1], contest.candidates, contest.sections, profile)
        except PollbookError as error:
            yield found_by("E2", error)
            continue
        digest = count_digest(contest.definition, table)
        if digest != event.count or sorted(table.elected) != sorted(event.elected):
            yield Finding(
                "E3",
                "figures-differ",
                position,
                event.stream,
                f"count {event.count}, elected {', '.join(event.elected)}",
                f"count {digest}, elected {', '.join(table.elected) or 'nobody'}",
            )
        exact = cells(table)
        for figure in event.figures:
            value = exact.get(figure.cell)
            found = "no such cell" if value is None else rounded(value, figure.decimals)
            if found != printed(figure.value, figure.decimals):
                yield Finding("E3", "figures-differ", position, f"{event.stream}, {figure.says()}", figure.value, found)


def profile_at(record: RecordRead, contest: str, sections: tuple[str, ...], position: int) -> dict[str, Counter[str]]:
    """Give the papers of a contest by section, of batches closed up to a position."""
    profile: dict[str, Counter[str]] = {}
    for name, seen in record.batches.items():
        owner, section = contest_and_section(name)
        if owner == contest and seen.closed is not None and seen.closed_at <= position and section in sections:
            profile.setdefault(section, Counter()).update(seen.papers)
    return profile


def check_heads(ledger: Ledger, record: RecordRead) -> Iterator[Finding]:
    """S4: the heads of streams, wherever they were recorded, are those of the record at that position."""
    for position, event in record.others:
        if isinstance(event, StreamHeadsRecorded):
            streams, root = heads_root(ledger.stream_heads(event.as_of_position))
            if (streams, "sha256:" + root.hex()) != (event.streams, event.root) or event.as_of_position >= position:
                yield Finding(
                    "S4",
                    "heads-differ",
                    position,
                    event.stream,
                    f"{event.streams} streams, {event.root}",
                    f"{streams} streams, sha256:{root.hex()}",
                )
