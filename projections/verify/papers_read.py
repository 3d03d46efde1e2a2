"""The check of papers read beside those issued: no section has more than went out, or than came back."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping

from ledger.streams.result import ResultDeclared
from projections.papers.issued_account import PaperLine, paper_lines
from projections.verify.finding import Finding
from projections.verify.papers import BatchName, contest_and_section
from projections.verify.record import RecordRead

CHECK = "E11"


def check_papers_read(database: sqlite3.Connection, record: RecordRead, unchecked: dict[str, str]) -> Iterator[Finding]:
    """E11: at most as many papers were read as were issued, in place of others too, and not cancelled.

    Where papers were marked as returned, at most as many as that, further returns of one entry included. Registers may
    still be on their way then, so until the result is declared it is said, and is no finding. Contests of which no
    paper was issued in the ledger are left alone.

    Args:
        database: the papers of the whole record, folded.
    """
    read: dict[str, dict[str, int]] = defaultdict(dict)
    last: dict[BatchName, int] = {}
    for name, seen in record.batches.items():
        contest, section = contest_and_section(name)
        if seen.closings and not seen.withdrawals:
            read[contest][section] = read[contest].get(section, 0) + seen.members
            last[contest, section] = max(last.get((contest, section), -1), seen.closed_at)
    declared = {event.contest for _, event in record.others if isinstance(event, ResultDeclared)}
    early = []
    for contest, sections in sorted(read.items()):
        lines = {line.key[0]: line for line in paper_lines(database, contest)}
        for section, papers, what, most in _above(sections, lines):
            stream = f"papers of {contest}, section {section}"
            if what == "marked as returned" and contest not in declared:
                early.append(f"{contest}, section {section}: {papers} papers, {most} {what}")
                continue
            yield Finding(CHECK, "too-many-papers", last[contest, section], stream, f"{most} {what}", f"{papers} read")
    if early:
        unchecked.setdefault(CHECK, f"more papers read than marked so far, and no result declared: {'; '.join(early)}")


def _above(sections: Mapping[str, int], lines: Mapping[str, PaperLine]) -> Iterator[tuple[str, int, str, int]]:
    """Give sections with more papers read than there can be: section, papers, what they are held against, the most."""
    if not any(line.issued for line in lines.values()):
        return
    for section, papers in sorted(sections.items()):
        line = lines.get(section)
        out = line.issued + line.reissued - line.cancelled if line else 0
        back = line.returned + line.duplicates if line else 0
        if papers > out:
            yield section, papers, "issued and not cancelled, those in place of others included", out
        elif back and papers > back:
            yield section, papers, "marked as returned", back
