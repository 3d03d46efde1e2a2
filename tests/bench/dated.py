"""The program with a clock of its own: python tests/bench/dated.py MOMENT WORDS.

It is MOMENT (UTC) all the time that it runs; while it carries out a file of commands, each is given as it takes effect.
So what is recorded of another year stands there as if it had been recorded then.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).resolve().parents[2])

from cli import apply, main, office
from cli.apply import Given, given_in
from cli.office import Chance
from cli.source import Read


class Clock:
    """Tells the moment that it was set to last."""

    def __init__(self, moment: str) -> None:
        self.moment = moment

    def __call__(self) -> str:
        """Give the moment."""
        return self.moment


def set_clock(moment: str) -> None:
    """Let the program in this process live at a moment; set again, at another."""
    clock = Clock(moment)

    def given_then(file: Path, actor: str, read: Read) -> Iterator[Given]:
        for given in given_in(file, actor, read):
            clock.moment = max(clock.moment, given.command.effective or clock.moment)
            yield given

    office.Chance = lambda: Chance(clock)  # type: ignore[assignment, misc]
    apply.given_in = given_then


if __name__ == "__main__":
    set_clock(sys.argv.pop(1))
    main.main()
