"""What a terminal shows: progress with rate and time left, plain tables, JSON."""

from __future__ import annotations

import json
import re
import signal
import sys
import textwrap
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

WIDTH = 80
NAME_MAX = 24  # characters of the name of a piece of work
WHOLE = re.compile(r"\b(?:[0-9a-f]{24}(?:/[0-9]+)?|[0-9]{4}-[0-9]{2}-[0-9]{2})\b")  # keys and days are copied
STEP = 1_000  # how many are done between two looks at the screen

Item = TypeVar("Item")
_open: list[Progress] = []  # what is shown now, outermost first: a terminal takes one at a time


def say(text: str = "") -> None:
    """Print a line for the user."""
    sys.stdout.write(text + "\n")


def wrapped(text: str, indent: int = 0) -> list[str]:
    """Break text at spaces into lines that fit, all but the first indented; a longer word stays whole."""
    later = " " * indent
    return textwrap.wrap(text, WIDTH, subsequent_indent=later, break_long_words=False, break_on_hyphens=False)


def say_wrapped(text: str) -> None:
    """Print text broken at spaces into lines that fit."""
    say("\n".join(wrapped(text)))


def say_json(value: Any) -> None:
    """Print JSON for a program."""
    say(json.dumps(value, ensure_ascii=False, indent=2))


class Interrupt:
    """A keyboard interrupt during long work, which waits for the next step of it: the second one does not.

    Libraries written in other languages swallow what is raised within them, and go on with half of it.
    """

    def __init__(self) -> None:
        self._came = False

    @contextmanager
    def waits(self) -> Iterator[None]:
        """Have interrupts wait for `heed` or the end of the block, unless they wait already or nobody hears them."""
        alone = threading.current_thread() is threading.main_thread()
        if not alone or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
            yield
            return
        self._came = False
        signal.signal(signal.SIGINT, self._hear)
        try:
            yield
            self.heed()
        finally:
            signal.signal(signal.SIGINT, signal.default_int_handler)

    def _hear(self, _number: int, _frame: object) -> None:
        if self._came:
            raise KeyboardInterrupt
        self._came = True

    def heed(self) -> None:
        """Interrupt the work if that was asked for."""
        if self._came:
            self._came = False
            raise KeyboardInterrupt


_interrupt = Interrupt()


@dataclass(slots=True)
class Bar:
    """How far long work is; on no terminal it shows nothing."""

    shown: Progress | None = None
    task: TaskID | None = None
    _members: TaskID | None = field(default=None)
    _done: int = 0

    def by(self, count: int) -> None:
        """Show that so many more are done.

        Raises:
            KeyboardInterrupt: one came since the last time.
        """
        _interrupt.heed()
        if self.shown and self.task is not None:
            self.shown.advance(self.task, count)

    def to(self, done: int, _total: int) -> None:
        """Show that so many are done by now."""
        self.by(done - self._done)
        self._done = done

    def over(self, items: Iterable[Item]) -> Iterator[Item]:
        """Give the items, and show how many were taken."""
        number = 0
        for number, item in enumerate(items, 1):
            yield item
            if number % STEP == 0:
                self.by(STEP)
        self.by(number % STEP)

    def members(self, done: int, total: int) -> None:
        """Show on a line of its own how far one batch is."""
        _interrupt.heed()
        if not self.shown:
            return
        if self._members is None:
            self._members = self.shown.add_task("papers", total=total, completed=done)
        self.shown.update(self._members, completed=done)
        if done == total:
            self.shown.remove_task(self._members)
            self._members = None


@contextmanager
def progress(what: str, total: int) -> Iterator[Bar]:
    """Show how far long work is, how fast it goes and how long it will take; only on a terminal.

    Within other work that is shown it is a line of its own there. An interrupt waits for the next step. A total of 0
    is one that nobody knows yet.
    """
    with _interrupt.waits(), _shown(what, total) as bar:
        yield bar


@contextmanager
def _shown(what: str, total: int) -> Iterator[Bar]:
    if not sys.stderr.isatty():
        yield Bar()
        return
    if _open:
        task = _open[-1].add_task(_cut(what, NAME_MAX), total=total or None)
        yield Bar(_open[-1], task)
        _open[-1].remove_task(task)
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        Task,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.text import Text

    class Rate(ProgressColumn):
        """How many a second."""

        def render(self, task: Task) -> Text:
            return Text(f"{task.speed or 0:,.0f}/s")

    columns = (TextColumn("{task.description}", markup=False), BarColumn(bar_width=16), MofNCompleteColumn(), Rate())
    with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True), transient=True) as shown:
        _open.append(shown)
        try:
            yield Bar(shown, shown.add_task(_cut(what, NAME_MAX), total=total or None))
        finally:
            _open.pop()


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[int] = (), width: int = WIDTH) -> str:
    """Lay out rows under heads, no line longer than `width`; `right` lists columns set to the right.

    Where it does not fit, the widest columns are narrowed, and what is too long for them goes on below; but keys and
    days stay in one piece as long as another column can give way.
    """
    columns = list(zip(heads, *rows, strict=True))
    widths = [max(map(len, column)) for column in columns]
    least = [max((len(found) for cell in column for found in WHOLE.findall(cell)), default=1) for column in columns]
    while sum(widths) + 2 * (len(widths) - 1) > width:
        giving = [n for n, each in enumerate(widths) if each > least[n]] or range(len(widths))
        widths[max(giving, key=lambda n: widths[n])] -= 1
    lines = []
    for row in [tuple(heads), tuple("-" * each for each in widths), *rows]:
        cells = [_folded(cell, widths[n]) for n, cell in enumerate(row)]
        for deep in range(max(map(len, cells))):
            parts = [cell[deep] if deep < len(cell) else "" for cell in cells]
            laid = [p.rjust(widths[n]) if n in right else p.ljust(widths[n]) for n, p in enumerate(parts)]
            lines.append("  ".join(laid).rstrip())
    return "\n".join(lines)


def _folded(text: str, width: int) -> list[str]:
    """Break text into parts of at most `width`, after a space, a slash or a hyphen where there is one; not in a key."""
    parts = []
    while len(text) > width:
        cut = max(text.rfind(" ", 0, width), text.rfind("/", 0, width)) + 1 or text.rfind("-", 0, width) + 1 or width
        cut = next((m.start() for m in WHOLE.finditer(text) if m.start() < cut < m.end()), cut) or _end(text, width)
        parts.append(text[:cut].rstrip())
        text = text[cut:].lstrip(" ")
    return [*parts, text]


def _end(text: str, width: int) -> int:
    """Give the end of the key or day with which text begins, or the width where it is too long for it."""
    found = WHOLE.match(text)
    return min(found.end(), width) if found else width


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 3] + "..."
