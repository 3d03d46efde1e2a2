"""The pages are true: every command they show gives that output, and generated pages are fresh."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

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


@pytest.mark.parametrize("path", transcripts.pages(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_command_on_the_page_gives_the_output_shown(path: Path) -> None:
    text = path.read_text("utf-8")
    assert transcripts.rerun(text) == text


@pytest.mark.parametrize("name", sorted(generate.PAGES))
def test_the_generated_page_is_fresh(name: str) -> None:
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
