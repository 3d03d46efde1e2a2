"""Papers in other programs' formats on the command line: in, out, and in again as the same papers."""

from __future__ import annotations

from pathlib import Path

import pytest
from terminal import CLOSE_POLL, DEFINE_CONTEST, DEFINED, POLLED, Terminal

IN = ("import", "read-papers")
SETTINGS = ("--set", "contest=leader", "--set", "section=members", "--as", "scrutineer")
BLT = '2 1\n3 1 2 0\n1 2 0\n0\n"Abbott"\n"Balls"\n"Leader, members"\n'


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(tmp_path, monkeypatch, capsys).made(POLLED)


def serial(number: int) -> tuple[str, str]:
    return "--set", f"serial={number}"


def test_papers_come_in_and_go_out_as_they_were(at: Terminal) -> None:
    at.write("papers.blt", BLT)
    at(*IN, "papers.blt", "--format", "blt", *SETTINGS, *serial(1)).done()
    assert at("export", "leader", "--format", "blt").done().startswith("2 1\n3 1 2 0\n1 2 0\n0\n")
    assert "wrote out.json: 4 papers" in at("export", "leader", "--format", "json", "--out", "out.json").done()
    answer = at(*IN, "out.json", "--format", "json", *SETTINGS, *serial(2))
    assert "just those of batch/paper/leader/members/1" in answer.refused("same-papers")


def test_the_same_file_again_adds_nothing(at: Terminal) -> None:
    at.write("papers.blt", BLT)
    at(*IN, "papers.blt", "--format", "blt", *SETTINGS, *serial(1)).done()
    assert "added nothing" in at(*IN, "papers.blt", "--format", "blt", *SETTINGS, *serial(1)).done()


def test_a_name_that_the_contest_does_not_know_can_be_mapped(at: Terminal) -> None:
    at.write("papers.blt", BLT.replace("Balls", "Mr Ed Balls"))
    words = (*IN, "papers.blt", "--format", "blt", *SETTINGS, *serial(1))
    assert "papers.blt line 6" in at(*words).refused("unknown-candidate")
    at(*words, "--candidate", "Mr Ed Balls=balls").done()
    assert at.size() == len(POLLED) + 6


def test_a_paper_that_the_rule_refuses_is_named_by_its_line(at: Terminal) -> None:
    at.write("papers.blt", BLT.replace("1 2 0\n0", "1 2=1 0\n0"))
    answer = at(*IN, "papers.blt", "--format", "blt", *SETTINGS, *serial(1))
    assert "papers.blt line 3" in answer.refused("overvote")
    assert at.size() == len(POLLED)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--format", "btl"), "unknown-format"),
        (("--format", "blt", "--option", "kind=soi"), "unknown-option"),
        (("--format", "preflib", "--option", "kind=sow"), "bad-field"),
        (("--format", "rctab", "--option", "first_column=0"), "bad-field"),
        (("--format", "blt", "--candidate", "abbott"), "bad-field"),
    ],
)
def test_words_that_cannot_be_meant_are_errors_of_usage(at: Terminal, words: tuple[str, ...], code: str) -> None:
    at.write("papers.blt", BLT)
    at(*IN, "papers.blt", *words, *SETTINGS, *serial(1)).refused(code, 2)


def test_a_format_is_for_papers_alone(at: Terminal) -> None:
    at("import", "call-election", "made.jsonl", "--format", "blt", "--as", "x").refused("unknown-verb", 2)


def test_refuses_to_write_what_a_format_cannot_say_and_sections_there_are_not(at: Terminal) -> None:
    at("export", "leader", "--format", "btl").refused("unknown-format", 2)
    at("export", "leader", "--section", "mebers").refused("unknown-section")
    at("export", "leadr").refused("unknown-contest")


def test_the_same_papers_are_not_read_into_another_section(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sections = [{"id": "north", "name": "North"}, {"id": "south", "name": "South"}]
    contest = ("define-contest", {**DEFINE_CONTEST, "sections": sections})
    at = Terminal(tmp_path, monkeypatch, capsys).made([*DEFINED[:-1], contest, ("close-poll", CLOSE_POLL)])
    at.write("papers.csv", "marks\nabbott\nballs\n")
    words = (*IN, "papers.csv", "--set", "contest=leader", "--set", "serial=1", "--as", "ro")
    at(*words, "--set", "section=north").done()
    assert "leader/north/1" in at(*words, "--set", "section=south").refused("same-papers")
    at(*words, "--set", "section=south", "--set", "same_again=true").done()
