"""What is shown: tables within 80 columns whatever the ids, JSON from every verb, progress on a terminal alone."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import pytest
from terminal import CLOSE_POLL, DEFINED, PAPERS, Answer, Terminal

from cli.screen import progress, table

LONG = "a" * 63 + "-"
LONG_CONTEST = DEFINED[2][1] | {
    "contest": "c" * 64,
    "office": "Leader of the party, " * 20,
    "candidates": [{"id": "a" * 64, "name": "A" * 200}, {"id": "b-" * 32, "name": "Bee " * 40}],
    "sections": [{"id": "s" * 64, "name": "Section"}],
}


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(tmp_path, monkeypatch, capsys)


@pytest.fixture
def counted(at: Terminal) -> Terminal:
    """A ledger with papers, a declaration and published figures."""
    at.made().write("papers.csv", "marks\nabbott\nabbott\nballs\n")
    at(*PAPERS).done()
    figure = {"stage": 1, "candidate": "abbott", "measure": "votes", "value": "2"}
    at.record("declare-result", {"contest": "leader", "elected": ["abbott"], "figures": [figure]}).done()
    for source, value in (("guardian2010", "2"), ("telegraph2010", "3"), ("guardian2010", "2")):
        body = {"contest": "leader", "source": source, "figures": [figure | {"value": value}]}
        address = {} if source == "telegraph2010" else {"address": "https://example.org/2010"}
        at.record("publish-figures", body | address).done()
    return at


def fits(answer: Answer) -> str:
    text = answer.done()
    assert max(map(len, text.splitlines())) <= 80
    return text


def test_figures_stand_in_a_block_for_each_source(counted: Terminal) -> None:
    text = fits(counted("figures", "leader"))
    assert [block.splitlines()[0] for block in text.split("\n\n")] == [
        "Declared by returning-officer (sourced)",
        "votes",
        "guardian2010 (sourced)",
        "votes",
        "telegraph2010 (sourced)",
        "votes",
        "3 of 4 published cells follow from the papers",
    ]
    assert text.count("guardian2010 (sourced)\nhttps://example.org/2010\n\nvotes\nstage  section  candidate") == 1
    assert "    1  all      abbott             3        2           1  differs\n" in text


def test_says_so_where_no_figures_are(at: Terminal) -> None:
    assert at.made()("figures", "leader").done() == "No figures were declared or published\n"


def test_tables_fit_whatever_the_ids(at: Terminal) -> None:
    contest, candidate, section = "c" * 64, "a" * 64, "s" * 64
    at.made([*DEFINED[:2], ("define-contest", LONG_CONTEST), ("close-poll", CLOSE_POLL | {"contest": contest})])
    at.write("papers.csv", f"marks\n{candidate}\n")
    words = ("import", "read-papers", "papers.csv", "--as", "s", "--set", f"contest={contest}")
    at(*words, "--set", f"section={section}", "--set", f"serial={'1' * 64}").done()
    figure = {"stage": 9_999, "section": section, "candidate": candidate, "measure": "section-share"}
    figure |= {"value": "12.345", "decimals": 3, "certainty": "unconfirmed"}
    at.record("publish-figures", {"contest": contest, "source": "z" * 64, "figures": [figure]}).done()
    text = fits(at("figures", contest))
    assert "not recomputable" in text
    text = fits(at("events", "--limit", "100"))
    assert len(text.splitlines()) > 8
    fits(at("count", contest))
    paper = json.loads(at("events", "--type", "paper-read.v1", "--json").done())[0]["stream"]
    for stream in (
        f"contest/{contest}",
        f"result/{contest}",
        paper,
        paper.rpartition("/")[0].replace("paper", "batch/paper"),
    ):
        fits(at("show", "--clocks", f"{stream}/{'1' * 64}" if stream.startswith("batch") else stream))


def test_nothing_of_a_long_name_is_lost() -> None:
    name = f"paper/{LONG}/{LONG}/0123456789abcdef"
    lines = table(("at", "stream"), [("1", name)], right=(0,), width=40).splitlines()
    assert max(map(len, lines)) <= 40
    assert "".join(line[4:] for line in lines[2:]) == name
    assert table(("a", "b"), []).splitlines() == ["a  b", "-  -"]
    assert table(("a",), [("nominations, of all",)], width=12).splitlines()[2:] == ["nominations,", "of all"]


def test_keys_and_days_stay_in_one_piece_while_another_column_can_give_way() -> None:
    key, day = "0c42bc22a35c684539fa65d8", "2025-06-02"
    row = (key, f"{key}/1", day, "ned.catman.of.nowhere@example.org", f"admitted by {key}")
    lines = table(("person", "application", "day", "e-mail", "why"), [row], width=106).splitlines()
    assert max(map(len, lines)) <= 106
    assert lines[2].split()[:3] == [key, f"{key}/1", day]
    assert lines[2].endswith("admitted by")
    assert lines[3].endswith(key)
    assert max(map(len, table(("key", "day"), [(key, day)], width=12).splitlines())) <= 12


@pytest.mark.parametrize(
    ("words", "keys"),
    [
        (("events",), {"position", "type", "stream", "recorded"}),
        (("show", "contest/leader"), {"position", "type", "candidates"}),
        (("count", "leader"), {"contest", "digest", "stages", "elected", "position"}),
        (("figures", "leader"), {"source", "verdict", "exact", "published"}),
        (("root",), {"size", "root"}),
        (("rebuild",), {"events", "size", "root"}),
        (("rebuild", "--known-at", "2"), {"events", "moment", "size", "root"}),
    ],
)
def test_every_reading_verb_speaks_json(counted: Terminal, words: tuple[str, ...], keys: set[str]) -> None:
    value = json.loads(counted(*words, "--json").done())
    assert keys <= (value[0] if isinstance(value, list) else value).keys()


def test_shows_a_stream_without_python_in_it(at: Terminal) -> None:
    text = at.made(DEFINED)("show", "election/labour", "--fields").done()
    assert "    ties: earlier-stages-backwards, lot\n" in text
    assert "{" not in text
    assert "[" not in text


def test_tells_a_stream_in_sentences(counted: Terminal) -> None:
    closed = "3  On 22 September 2010 at 23:59:59 UTC the returning-officer closed the poll of"
    text = fits(counted("show", "contest/leader"))
    assert text.endswith(f"\n{closed}\n   contest leader.\n2 of 2 events of contest/leader (now)\n")
    text = fits(counted("show", "contest/leader", "--clocks"))
    assert re.search(r"\n   contest leader; recorded [0-9,]+ days later, on [^;]+ UTC\.\n2 of 2 events of ", text)
    text = " ".join(fits(counted("show", "result/leader")).split())
    assert "the returning-officer declared the result of contest leader: elected Abbott (abbott). It" in text
    fields = counted("show", "contest/leader", "--fields").done()
    assert fields.startswith("contest-defined.v1 at 2, version 1\n  account: not-published\n")


def test_tells_papers_with_the_names_of_their_contest_as_known_then(counted: Terminal) -> None:
    paper = json.loads(counted("events", "--type", "paper-read.v1", "--json").done())[0]
    text = " ".join(fits(counted("show", paper["stream"])).split())
    assert text.startswith(
        f"{paper['position']} With effect from 22 September 2010 at 23:59:59 UTC the scrutineer read a "
    )
    assert re.search(
        r"section members, marked for (Abbott \(abbott\)|Balls \(balls\)), in batch/paper/leader/members/1\.", text
    )
    before = counted("show", paper["stream"], "--as-of", "2010-09-25").done()
    assert re.search(r"marked for\s(abbott|balls),", before)
    text = " ".join(fits(counted("show", "batch/paper/leader/members/1")).split())
    assert "opened batch/paper/leader/members/1, a batch of 3 papers, for" in text
    assert "; the same command also led to event 8 of this stream. They count once the batch is closed. 8 With" in text


def test_looks_at_other_moments(counted: Terminal) -> None:
    assert "as known at event 2)" in counted("events", "--known-at", "2").done()
    assert "as it was at 2010-09-30T23:59:59Z" in counted("events", "--as-of", "2010-09-30").done()
    assert "1 of 2 events" in counted("show", "contest/leader", "--as-of", "2010-09-30").done()
    assert "papers up to event 8" in counted("count", "leader", "--known-at", "8").done()
    assert (
        counted("count", "leader", "--known-at", "12").done().splitlines()[2:]
        == (counted("count", "leader").done().splitlines()[2:])
    )


def test_shows_progress_on_a_terminal_alone(at: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    with progress("reading", 10) as bar:
        bar.by(3)
        bar.members(1, 2)
        assert list(bar.over("abc")) == ["a", "b", "c"]
        assert bar.shown is None
    screen = io.StringIO()
    monkeypatch.setattr(screen, "isatty", lambda: True)
    monkeypatch.setattr("sys.stderr", screen)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("FORCE_COLOR", "1")
    with progress("reading [x] " + "n" * 60, 2_000) as bar:
        bar.by(500)
        bar.members(1, 4)
        list(bar.over(range(1_200)))
        bar.members(4, 4)
        assert bar.shown is not None
        assert bar.shown.tasks[0].completed == 1_700
        assert len(bar.shown.tasks) == 1
        bar.shown.refresh()
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", screen.getvalue())
    assert "reading [x] nnnnnnnnn..." in plain
    assert "1700/2000" in plain
    assert "/s" in plain
