"""The pages are true: every command they show gives that output, and generated pages are fresh."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType

import preloaded
import pytest
import typer

ROOT = Path(__file__).parent.parent


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "docs" / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


transcripts = load("transcripts")
generate = load("generate")


@pytest.fixture(scope="module")
def programs() -> Iterator[Path]:
    """A folder whose `pollbook` starts at once; see `preloaded`."""
    with TemporaryDirectory() as folder:
        command = [sys.executable, preloaded.__file__, folder]
        environment = transcripts._environment(folder)
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as server:
            assert server.stdout
            assert server.stdout.readline() == preloaded.READY + "\n"
            yield Path(folder)
            server.terminate()


AS_PROCESSES = ("README.md",)  # run as a user runs them; the others, from a program that is loaded already


@pytest.mark.parametrize("path", transcripts.pages(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_command_on_the_page_gives_the_output_shown(
    path: Path, programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = path.read_text("utf-8")
    if path.relative_to(ROOT).as_posix() not in AS_PROCESSES:
        put_first(programs, monkeypatch)
    assert transcripts.rerun(text) == text


def put_first(folder: Path, patch: pytest.MonkeyPatch) -> None:
    """Let the pages find the programs of a folder before any other."""
    made = transcripts._environment

    def environment(scratch: str) -> dict[str, str]:
        found: dict[str, str] = made(scratch)
        return found | {"PATH": f"{folder}{os.pathsep}{found['PATH']}"}

    patch.setattr(transcripts, "_environment", environment)


SAME = """```console
$ pollbook init --unfounded && ls
$ POLLBOOK_ACTOR=clerk pollbook record call-election --election e --title Möbius --organisation o --reason term
$ pollbook root | sed "s/^/$(pollbook --version) /"
$ echo '{"verb": "nothing"}' | pollbook apply /dev/stdin --as clerk
$ pollbook recrod 2>&1 >/dev/null
$ cd / && pollbook events
```"""


def test_a_preloaded_program_is_else_like_any_other(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Words, environment, folder, pipes, exit codes: all but ids and roots."""
    varies = re.compile(r"[0-9a-f]{32,}")
    plain = varies.sub("*", transcripts.rerun(SAME))
    put_first(programs, monkeypatch)
    assert varies.sub("*", transcripts.rerun(SAME)) == plain
    assert (plain.count("(exit code 1)"), plain.count("(exit code 2)")) == (2, 1)
    found = transcripts.rerun("```console\n$ command -v pollbook\n```")
    assert str(programs / "pollbook") in found


@pytest.mark.parametrize("name", sorted(generate.PAGES))
def test_the_generated_page_is_fresh(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typer.main, "get_command", cache(typer.main.get_command))  # not for each verb's help anew
    assert generate.PAGES[name]() == (ROOT / "docs" / "reference" / name).read_text("utf-8"), (
        "stale: run python docs/generate.py"
    )


def test_links_between_pages_lead_somewhere() -> None:
    for page in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.relative_to(ROOT)} links to {target}"


def test_an_ellipsis_stands_for_anything_and_nothing_else_does() -> None:
    assert transcripts.matches("made ... in club", "made ledger 12 in club")
    assert not transcripts.matches("made ... in club", "made ledger 12 in clubs")
    assert not transcripts.matches("a.b", "axb")


def test_every_decision_record_says_when_to_look_again() -> None:
    for record in sorted((ROOT / "docs" / "decisions").glob("*.md")):
        text = record.read_text("utf-8")
        for part in ("Context:", "Decision:", "Consequences:", "Revisit when:"):
            assert part in text, f"{record.name} lacks {part}"
