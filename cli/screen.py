"""What a terminal shows: progress with rate and time left, plain tables, JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from ledger.store import Ledger, Record

WIDTH = 80

Advance = Callable[[int], None]  # takes how many are done in all


def say(text: str = "") -> None:
    """Print a line for the user."""
    sys.stdout.write(text + "\n")


def say_json(value: Any) -> None:
    """Print JSON for a program."""
    say(json.dumps(value, ensure_ascii=False, indent=2))


@contextmanager
def progress(what: str, total: int) -> Iterator[Advance]:
    """Show how far long work is, how fast it goes and how long it will take; only on a terminal."""
    if not sys.stderr.isatty():
        yield lambda _done: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn
    from rich.progress import TimeRemainingColumn
    from rich.text import Text

    class Rate(ProgressColumn):
        """How many a second."""

        def render(self, task: Task) -> Text:
            return Text(f"{task.speed or 0:,.0f}/s")

    columns = (TextColumn("{task.description}"), BarColumn(bar_width=20), MofNCompleteColumn(), Rate())
    with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda done: bar.update(task, completed=done)


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[int] = ()) -> str:
    """Lay out rows under heads, in columns as wide as needed; `right` lists columns set to the right."""
    widths = [max(len(head), *(len(row[n]) for row in rows), 0) if rows else len(head) for n, head in enumerate(heads)]
    lines = []
    for row in [tuple(heads), tuple("-" * width for width in widths), *rows]:
        cells = [cell.rjust(widths[n]) if n in right else cell.ljust(widths[n]) for n, cell in enumerate(row)]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def seal_up(record: Record) -> tuple[int, bytes] | None:
    """Extend the tiles over what was recorded; a rehearsal is not sealed."""
    if not isinstance(record, Ledger):
        return None
    behind = record.head().size - record.tiles().size
    done = 0
    with progress("sealing", behind) as advance:

        def step(count: int) -> None:
            nonlocal done
            done += count
            advance(done)

        return record.seal(step)
