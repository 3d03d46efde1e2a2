"""All files of a pack, one after the other: the same for the same record, readers and moment, whoever writes them.

A file is made, handed over and forgotten, so that the memory that a pack takes is that of its rows, not of its pages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, cast

from ledger.streams.election import ElectionCalled, election_stream
from projections.cases.audience import TextReader
from projections.cases.facts import facts_of
from projections.cases.file import CaseFile, read_case_file
from projections.cases.headline import headline
from projections.cases.page import case_page
from projections.moment import Moment
from projections.oversight.deadlines import Waiting
from projections.oversight.docket import DocketLine
from projections.oversight.lateness import Calendar
from projections.oversight.panels import PanelRecord
from projections.oversight.reading import Oversight
from projections.panel_pack.appeals import APPEALS, appeals_part
from projections.panel_pack.case import case_part
from projections.panel_pack.consistency import CONSISTENCY, consistency_part
from projections.panel_pack.deadlines import DEADLINES, deadlines_pages
from projections.panel_pack.front import OPEN, about_part, front_part, open_part
from projections.panel_pack.manifest import ABOUT, CHECKPOINT, SUMS, About, Sums
from projections.panel_pack.panels import PANELS, panels_pages
from projections.panel_pack.public import public_part
from projections.panel_pack.register import FACETS, case_file, list_pages, lists_of, register_pages
from projections.panel_pack.remembered import Remembered
from projections.panel_pack.rows import Row, files_of, row_files, row_of_case, row_of_ruling
from projections.panel_pack.shell import SCRIPT, STYLE, Shell
from projections.story.words import day

if TYPE_CHECKING:
    from ledger.record import Record

HERE = Path(__file__).parent
PUBLIC_PAGES = (("index.html", "Rulings in numbers"), ("about.html", "About"))
READERS = {
    "public": "everybody",
    "panel": "the panel",
    "reviewer": "the reviewers of appeals",
    "scrutineer": "the scrutineer",
}
PAGES = (
    ("index.html", "Overview"),
    ("register.html", "Rulings"),
    (OPEN, "Open cases"),
    (APPEALS, "Appeals"),
    (DEADLINES, "Deadlines"),
    (PANELS, "Panels"),
    (CONSISTENCY, "Consistency"),
    ("about.html", "About"),
)
Progress = Callable[[int], None]
File = tuple[str, bytes]


@dataclass(frozen=True, slots=True)
class Source:
    """What a pack is made from.

    Attributes:
        ledger: may know more than the pack does: what came after its checkpoint is left out.
        oversight: cases, rulings and appeals as of the checkpoint.
        docket, waiting, panels: what is asked of them.
        calendar: by which days are counted, up to the moment that deadlines are held against.
        note: the signed checkpoint.
        read: looks private texts up; None where none are shown.
    """

    ledger: Record
    oversight: Oversight
    docket: Sequence[DocketLine]
    waiting: Sequence[Waiting]
    panels: Sequence[PanelRecord]
    calendar: Calendar
    about: About
    note: bytes
    read: TextReader | None

    @property
    def moment(self) -> Moment:
        """The moment that everything is read at: that of the checkpoint, or of what the public is told."""
        return Moment(known_at_position=self.about.last)


def files_of_pack(source: Source, progress: Progress = lambda _: None) -> Iterator[File]:
    """Give every file of a pack: path and content.

    Args:
        progress: told how many cases were written.
    """
    sums = Sums()
    for path, data in _files(source, progress):
        sums.add(path, data)
        yield path, data
    yield SUMS, sums.data()


def _files(source: Source, progress: Progress) -> Iterator[File]:
    shell = _shell(source)
    yield ABOUT, source.about.data()
    yield CHECKPOINT, source.note
    yield STYLE, (HERE / STYLE).read_bytes()
    if source.about.audience == "public":
        yield _page(shell, "index.html", "Rulings in numbers", public_part(source.oversight, source.about))
        yield _page(shell, "about.html", "About", about_part(source.about, source.note))
        return
    yield SCRIPT, (HERE / SCRIPT).read_bytes()
    yield from _lists(source, shell)
    cases = _Cases(source, shell)
    yield from cases.pages(progress)
    yield from row_files(cases.rows())


def _shell(source: Source) -> Shell:
    about = source.about
    called = next(
        event for _, event in source.ledger.stream(election_stream(about.election).stream)
        if isinstance(event, ElectionCalled)
    )  # fmt: skip
    pages = PUBLIC_PAGES if about.audience == "public" else PAGES
    made_from = f"from the record {about.origin} as it stood at event {about.size - 1}, on {day(about.at)}"
    return Shell(called.title, called.organisation, READERS[about.audience], made_from, pages)


def _lists(source: Source, shell: Shell) -> Iterator[File]:
    """Write every page but those of cases."""
    seen, about = source.oversight, source.about
    files = files_of(len(seen.rulings) + sum(each.last is None for each in seen.cases))
    yield _page(shell, "index.html", "Overview", front_part(seen, about, files), scripts=True)
    yield _page(shell, OPEN, "Open cases", open_part(seen, about.at))
    yield _page(shell, APPEALS, "Appeals", appeals_part(source.docket))
    for path, title, part in (*deadlines_pages(source.waiting, source.calendar), *panels_pages(source.panels)):
        yield _page(shell, path, title, part)
    yield _page(shell, CONSISTENCY, "Consistency", consistency_part(seen))
    yield _page(shell, "about.html", "About", about_part(about, source.note))
    for path, title, part in register_pages(seen.rulings, files):
        yield _page(shell, path, title, part, scripts=path == "register.html")
    facets = {each.name: each for each in FACETS}
    for (name, value), rulings in lists_of(seen.rulings).items():
        for path, title, part in list_pages(facets[name], value, rulings):
            yield _page(shell, path, title, part)


def _page(shell: Shell, path: str, title: str, part: str, *, scripts: bool = False) -> File:
    return path, shell.page(title, part, here=path, scripts=scripts)


@dataclass(slots=True)
class _Cases:
    """Pages of cases, and what of each is kept for the search: its headlines."""

    source: Source
    shell: Shell
    _kept: dict[tuple[str, int], str] = field(default_factory=dict)  # case and ruling, 0 for none -> headline

    def pages(self, progress: Progress) -> Iterator[File]:
        """Write the page of every case."""
        source = self.source
        ledger = cast("Record", Remembered(source.ledger))
        for row in source.oversight.cases:
            file = read_case_file(ledger, row.case, source.moment)
            page = case_page(file, source.about.audience, source.about.at, source.read)
            self._keep(file, page.lines)
            path = case_file(row.case)
            yield _page(self.shell, path, f"Case {row.case}", case_part(file, page, source.about.at))
            progress(1)

    def _keep(self, file: CaseFile, lines: tuple[str, ...]) -> None:
        if not file.rulings:
            self._kept[file.case.id, 0] = " ".join(lines)
        for each in file.rulings:
            self._kept[file.case.id, each.number] = headline(facts_of(file, each, self.source.about.at))

    def rows(self) -> Iterator[Row]:
        """Give the rows for filters and search, once all pages were written."""
        for ruling in self.source.oversight.rulings:
            yield row_of_ruling(ruling, self._kept[ruling.case, ruling.ruling])
        for row in self.source.oversight.cases:
            if row.last is None:
                yield row_of_case(row.case, self._kept[row.case, 0])
