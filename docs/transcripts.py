"""Run the console blocks of a page and hold their output against what the page shows.

In a block ```` ```console ```` a line that begins with `$ ` is a command, lines that begin with `> ` continue it,
and what follows is its output. `...` in the output stands for anything. `python docs/transcripts.py PAGE ...`
writes the real output where the page is wrong.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
PAGES = ("README.md", "docs/tutorial.md", "docs/how-to")
SECONDS_MAX = 300


def pages() -> list[Path]:
    """List the pages whose commands are run."""
    found: list[Path] = []
    for name in PAGES:
        path = ROOT / name
        found += sorted(path.glob("*.md")) if path.is_dir() else [path]
    return found


def rerun(text: str) -> str:
    """Give the page with real output wherever what it shows does not match; its commands run in one new folder."""
    with TemporaryDirectory() as folder:
        environment = _environment(folder)
        lines = text.split("\n")
        result: list[str] = []
        at = 0
        while at < len(lines):
            result.append(lines[at])
            at += 1
            if result[-1] == "```console":
                end = lines.index("```", at)
                result += _block(lines[at:end], folder, environment)
                at = end
        return "\n".join(result)


def _block(lines: list[str], folder: str, environment: dict[str, str]) -> list[str]:
    result: list[str] = []
    at = 0
    while at < len(lines):
        command = [lines[at].removeprefix("$ ")]
        at += 1
        while at < len(lines) and lines[at].startswith("> "):
            command.append(lines[at].removeprefix("> "))
            at += 1
        start = at
        while at < len(lines) and not lines[at].startswith("$ "):
            at += 1
        shown = lines[start:at]
        real = _run("\n".join(command), folder, environment)
        result += ["$ " + command[0], *("> " + line for line in command[1:])]
        result += shown if matches("\n".join(shown), "\n".join(real)) else real
    return result


def matches(shown: str, real: str) -> bool:
    """Whether the output is what the page shows, `...` standing for anything."""
    pattern = ".*".join(re.escape(part) for part in shown.split("..."))
    return re.fullmatch(pattern, real, re.DOTALL) is not None


def _environment(folder: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("POLLBOOK")}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return kept | {"PATH": path, "POLLBOOK_STATE": f"{folder}/.state", "COLUMNS": "80", "TERM": "dumb"}


def _run(command: str, folder: str, environment: dict[str, str]) -> list[str]:
    exported = re.fullmatch(r"export (\w+)=(\S+)", command)
    if exported:
        environment[exported[1]] = exported[2]
        return []
    answer = subprocess.run(  # noqa: S603  # the project's own pages
        ["/bin/bash", "-c", command], cwd=folder, env=environment, capture_output=True, text=True, timeout=SECONDS_MAX
    )
    lines = (answer.stdout + answer.stderr).rstrip("\n").split("\n")
    if answer.returncode:
        lines.append(f"(exit code {answer.returncode})")
    return [line.rstrip() for line in lines if lines != [""]]


def main(names: list[str]) -> None:
    """Write the real output into pages."""
    for path in [Path(name) for name in names] or pages():
        path.write_text(rerun(path.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
