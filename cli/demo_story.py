"""A demo that is told: text, and the commands that it speaks of, each carried out as it is reached.

A story is a text file. `@ TIME` sets the clock (UTC), for what does not say when it happened; `$ pollbook ...` is a
command, which may end in `| head -N` or `| grep WORD`, and goes on in lines that begin with `> `; `! CODE` below a
command says with which code it is refused. All else is printed as it stands. Files that a command names are those
beside the story.
"""

from __future__ import annotations

import io
import json
import shlex
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from cli.demo_beginning import demo_key, origin_of
from cli.office import Chance, make
from cli.place import Place
from cli.screen import say
from ledger.errors import EvidenceError, PollbookError
from ledger.leaf import Draw
from ledger.seal.sealer import write_secret

STORY, FOUNDING = "story.txt", "founding.json"
COMMAND, GOES_ON, TIME, REFUSED = "$ pollbook ", "> ", "@ ", "! "


@dataclass(frozen=True, slots=True)
class Step:
    """A command of a story: its lines as they are shown, and the code with which it is refused, if it is."""

    lines: tuple[str, ...]
    refused: str | None = None

    @property
    def _parts(self) -> tuple[str, str]:
        """The command, and what it is piped into; empty if nothing."""
        text = " ".join(line.removeprefix(GOES_ON).removesuffix("\\") for line in self.lines)
        command, _, pipe = text.removeprefix(COMMAND).partition(" | ")
        return command, pipe

    @property
    def words(self) -> list[str]:
        """The command as words, without what it is piped into."""
        return shlex.split(self._parts[0])

    @property
    def piped(self) -> bool:
        """Whether not all that it says is shown."""
        return bool(self._parts[1])

    def shown(self, said: list[str]) -> list[str]:
        """Give the lines that are shown, of all that it says."""
        match shlex.split(self._parts[1]):
            case ["head", number]:
                return said[: int(number.removeprefix("-"))]
            case ["grep", word]:
                return [line for line in said if word in line]
        return said


def steps_of(text: str) -> Iterator[Step | str]:
    """Give the commands of a story, and every other line as it stands, in order."""
    lines = text.splitlines()
    at = 0
    while at < len(lines):
        if not lines[at].startswith(COMMAND):
            yield lines[at]
            at += 1
            continue
        end = at + 1
        while end < len(lines) and lines[end].startswith(GOES_ON):
            end += 1
        refused = lines[end].removeprefix(REFUSED) if lines[end : end + 1] and lines[end].startswith(REFUSED) else None
        yield Step(tuple(lines[at:end]), refused)
        at = end + (refused is not None)


def tell_story(place: Place, name: str, data: Path, draw: Draw) -> None:
    """Make the ledger of a story, and tell it.

    Args:
        place: with the folder that the officers' keys are put into.
        data: the folder of the story and its files.
    """
    now = ""
    chance = Chance(lambda: now, draw)
    make(place, chance, origin_of(name), founded=True).close()
    for officer in json.loads((data / FOUNDING).read_text("utf-8"))["officers"]:
        office = officer["office"]
        write_secret((place.keys or Path()) / f"{office}.key", demo_key(name, office).text + "\n")
    for step in steps_of((data / STORY).read_text("utf-8")):
        if isinstance(step, Step):
            _carry_out(place, step, data, chance)
        elif step.startswith(TIME):
            now = step.removeprefix(TIME)
        else:
            say(step.format(folder=place.folder, keys=place.keys))


def _carry_out(place: Place, step: Step, data: Path, chance: Chance) -> None:
    """Carry out a command of a story as the command line would, and print what it says."""
    for line in step.lines:
        say(line)
    words = [_placed(word, data) for word in step.words]
    given = ["--ledger", str(place.folder), "--keys", str(place.keys), *words]
    said, found = io.StringIO(), None
    with redirect_stdout(said if step.piped else sys.stdout):
        try:
            _run(given, chance)
        except PollbookError as error:
            found = error
    for line in step.shown(said.getvalue().splitlines()):
        say(line)
    if (found.code if found else None) != step.refused:
        raise found or EvidenceError("refusal-unseen", " ".join(words), expected=str(step.refused), found="none")
    if found:
        say(str(found))
        say(f"(exit code {found.exit_code})")


def _placed(word: str, data: Path) -> str:
    """Give a word of a command as it stands, or as the path of the file beside the story that it names."""
    mark = "@" if word.startswith("@") else ""
    file = data / word.removeprefix(mark)
    return f"{mark}{file}" if file.is_file() else word


@cache
def _program() -> Any:
    """Give the command line, which takes longer to make than most commands take to run."""
    from typer.main import get_command

    from cli.main import app

    return get_command(app)


def _run(words: list[str], chance: Chance) -> None:
    try:
        _program().main(words, prog_name="pollbook", standalone_mode=False, obj=chance)
    except SystemExit as end:  # of verbs that are programs of their own: record
        if end.code:
            raise
