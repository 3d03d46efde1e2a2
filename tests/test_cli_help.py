"""Help that teaches, fits 80 columns, and answers at once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from terminal import ROOT, Terminal

from cli.main import app
from cli.parse import verbs

WORDS = sorted(
    str(command.name or command.callback.__name__) for command in app.registered_commands if command.callback
)


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(tmp_path, monkeypatch, capsys)


def test_no_line_of_the_verbs_is_cut(at: Terminal) -> None:
    text = at.run("--help").done()
    assert max(map(len, text.splitlines())) <= 80
    for line in text.partition("Record:")[2].splitlines():
        assert not line or line.endswith((":", ".", "--field value ..."))
    for word in WORDS:
        assert sum(line.startswith(f"  {word} ") for line in text.splitlines()) == 1


@pytest.mark.parametrize("word", [word for word in WORDS if word != "record"])
def test_every_verb_explains_each_of_its_words(at: Terminal, word: str) -> None:
    text = at.run(word, "--help").done()
    assert max(map(len, text.splitlines())) <= 80
    assert "Options:" in text


def test_lists_what_can_be_recorded_by_kind_of_stream(at: Terminal) -> None:
    text = at.run("record", "--help").done()
    assert max(map(len, text.splitlines())) <= 80
    assert "..." not in text.partition("Options:")[2]
    headings = [line for line in text.splitlines() if line.endswith(":") and not line.startswith(" ")]
    groups = sorted({kind.group.replace("_", " ").capitalize() for kind in verbs().values()})
    assert headings == ["Options:", *(f"{group}:" for group in groups)]
    assert at.run("record").done() == text
    flat = " ".join(text.split())
    for verb, kind in verbs().items():
        assert f"{verb} {(kind.__doc__ or '').splitlines()[0]}" in flat


@pytest.mark.parametrize("verb", sorted(verbs()))
def test_recording_explains_every_field(at: Terminal, verb: str) -> None:
    kind = verbs()[verb]
    text = at.run("record", verb, "--help").done()
    assert max(map(len, text.splitlines())) <= 80
    flat = " ".join(text.split())
    assert " ".join((kind.__doc__ or "").split()) in flat
    sections = {part.split()[0]: " ".join(part.split()) for part in text.split("\n  --")[1:]}
    for name, field in kind.model_fields.items():
        explained = sections[name.replace("_", "-")]
        assert (field.description or "?")[:30] in explained
        assert ("[required]" in explained.partition(" The object")[0]) == field.is_required()
    options = list(sections)
    needed = [name.replace("_", "-") for name, field in kind.model_fields.items() if field.is_required()]
    assert options[: len(needed)] == needed, "required ones stand first"


def test_explains_the_choices_of_a_count_rule(at: Terminal) -> None:
    flat = " ".join(at.run("record", "adopt-count-rule", "--help").done().split())
    assert "The object of --rule, av.v1:" in flat
    assert "pass over the rank (refuse, exhaust, skip) [required]" in flat


def test_explains_records_inside_records_each_once(at: Terminal) -> None:
    flat = " ".join(at.run("record", "open-nominations", "--help").done().split())
    for heading in ("The object of rule.classes.meeting:", "Each object in the list of rule.thresholds, share:"):
        assert flat.count(heading) == 1
    assert "notice_days_min days of notice at least" in flat
    flat = " ".join(at.run("record", "adopt-count-rule", "--help").done().split())
    assert flat.count("category category of candidates [required]") == 1


def test_help_loads_nothing_heavy() -> None:
    code = "import sys, cli.main; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    heavy = {"pydantic", "pydantic_core", "eventsourcing", "sqlite3", "cryptography", "psycopg", "rich"}
    assert not heavy & set(found.split())


def test_says_its_version_and_that_of_what_it_stores(at: Terminal) -> None:
    assert at.run("--version").done().endswith("stored format 3\n")


def test_importing_ends_with_the_mapping_of_what_is_imported(at: Terminal) -> None:
    for verb, line in (
        ("mark-returns", 'elector = "Elector number"'),
        ("marked-register", 'elector = "Elector number"'),
        ("payments", 'reference = "Transaction id"'),
        ("register-members", 'joined = "Date joined"'),
    ):
        text = at.run("import", verb, "--help").done()
        assert line in text.partition("--help  ")[2]
        assert ("[private]" in text) == (verb == "register-members")
        assert max(map(len, text.splitlines())) <= 80
