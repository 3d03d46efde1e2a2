"""Pictures of counts: what is in them, that they are the same every time, and that votes flow where they went."""

from __future__ import annotations

import builtins
import logging
import re
import sys
import warnings
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from test_count_render import HOSTILE, NAMES, RULE, TABLES, labour_2010, transferable

from ledger.errors import UsageError
from projections.count.av import count_av
from projections.count.render import sheet_of
from projections.count.sheet import CountTable
from projections.count.stage_table import Action, Stage, StageTable
from projections.picture.flows import bands_of, bars_of
from projections.picture.layout import CHARACTER, LABEL_GAP, SLOT, Layout
from projections.picture.plot import BARS_MAX, plot_count

pytest.importorskip("matplotlib", reason="the extra `plot` is not installed")


def drawn(table: CountTable, names: dict[str, str], folder: Path, title: str = "A title") -> str:
    file = folder / "count.svg"
    plot_count(table, names, 2, file, title)
    return file.read_text("utf-8")


def texts(svg: str) -> list[str]:
    return ["".join(each.itertext()) for each in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


@pytest.mark.parametrize("table", TABLES)
def test_every_name_and_number_is_in_the_picture_as_text(table: Callable[[], CountTable], tmp_path: Path) -> None:
    sheet = sheet_of(table(), HOSTILE, 2)
    found = texts(drawn(table(), HOSTILE, tmp_path, "Who & what < $5^2$"))
    assert "Who & what < $5^2$" in found
    first = sheet.stages[0]
    for bar in bars_of(sheet, first):
        assert any(text.startswith(f"{bar.label}  {bar.printed}") for text in found), bar.label
    assert {f"Stage {stage.number}" for stage in sheet.stages} <= set(found)
    if sheet.transferable:
        assert found.count("Quota 6.00000") == len(sheet.stages)
    winners = [sheet.labels[candidate] for candidate in sheet.elected]
    for name in winners:
        assert any(text.startswith(name) and text.endswith("★") for text in found), name
    assert f"Elected: {', '.join(winners)}" in found


@pytest.mark.parametrize("suffix", [".svg", ".png", ".SVG"])
def test_the_same_count_gives_the_same_bytes(suffix: str, tmp_path: Path) -> None:
    files = [tmp_path / f"{name}{suffix}" for name in ("one", "two")]
    for file in files:
        plot_count(transferable(), HOSTILE, 2, file)
    first, second = (file.read_bytes() for file in files)
    assert first == second
    assert not re.search(rb"20\d\d-\d\d-\d\d|Matplotlib v", first)
    assert first.startswith(b"\x89PNG" if suffix == ".png" else b"<?xml")


def test_the_users_own_settings_change_nothing_and_stay_as_they_were(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import matplotlib

    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)  # it would keep every figure: importing it fails
    before = drawn(labour_2010(), NAMES, tmp_path)
    theirs: Any = {"svg.hashsalt": None, "svg.fonttype": "path", "font.size": 30, "savefig.facecolor": "red"}
    with matplotlib.rc_context(theirs):
        assert drawn(labour_2010(), NAMES, tmp_path) == before
        assert (matplotlib.rcParams["svg.fonttype"], matplotlib.rcParams["font.size"]) == ("path", 30)


def test_letters_that_no_font_has_are_no_reason_to_warn(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    names = {"a": "中村", "b": "\u12a0\u121b\u122d\U00013000", "c": "control \x07 \ud800", "d": "नमस्ते"}
    with warnings.catch_warnings(record=True) as caught, caplog.at_level(logging.WARNING):
        warnings.simplefilter("always")
        plot_count(transferable(), names, 2, tmp_path / "count.png")
        svg = drawn(transferable(), names, tmp_path)
    assert (caught, caplog.records, capfd.readouterr()) == ([], [], ("", ""))
    assert "中村" in svg
    assert "control \ufffd \ufffd" in svg


@pytest.mark.parametrize("name", ["count.pdf", "count", "svg", "count.svg.gz"])
def test_refuses_another_format(name: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"^plot-format: .* expected \.svg or \.png, found") as refused:
        plot_count(labour_2010(), NAMES, 2, tmp_path / name)
    assert refused.value.code == "plot-format"
    assert not list(tmp_path.iterdir())


def test_says_what_to_install_where_matplotlib_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name.partition(".")[0] == "matplotlib":
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(UsageError, match=r"pip install 'pollbook\[plot\]'") as refused:
        plot_count(labour_2010(), NAMES, 2, tmp_path / "count.svg")
    assert refused.value.code == "plot-extra-missing"


def test_refuses_a_picture_that_nobody_could_look_at(tmp_path: Path) -> None:
    candidates = tuple(f"c{number}" for number in range(BARS_MAX + 1))
    table = count_av(RULE, candidates, ("s",), {"s": {"c1": 2, "c2": 1}})
    with pytest.raises(UsageError, match=f"found {BARS_MAX + 1}") as refused:
        plot_count(table, {}, 2, tmp_path / "count.svg")
    assert refused.value.code == "plot-too-large"


def test_draws_counts_of_nothing(tmp_path: Path) -> None:
    nobody = Stage(1, {"s": {}}, {"s": 0}, Action("none", (), "There are no candidates."))
    none = StageTable((), ("s",), (nobody,), {"s": 0}, {}, ())
    empty = count_av(RULE, ("a", "b"), ("s",), {})
    for table in (none, empty):
        assert "Elected: nobody" in texts(drawn(table, {}, tmp_path))


# Flows


@pytest.mark.parametrize("table", TABLES)
def test_all_that_leaves_a_bar_and_all_that_comes_in_is_the_bar(table: Callable[[], CountTable]) -> None:
    sheet = sheet_of(table(), {}, 2)
    bars = [{bar.holder: bar.size for bar in bars_of(sheet, stage)} for stage in sheet.stages]
    for before, after, bands in zip(bars, bars[1:], bands_of(sheet), strict=False):
        assert sum(before.values()) == pytest.approx(1)
        for holder, size in before.items():
            assert sum(band.size for band in bands if band.giver == holder) == pytest.approx(size)
        for holder, size in after.items():
            assert sum(band.size for band in bands if band.heir == holder) == pytest.approx(size)


def test_votes_flow_from_who_gave_them_to_who_got_them() -> None:
    first, _, third = bands_of(sheet_of(labour_2010(), NAMES, 2))
    moved = {(band.giver, band.heir): round(band.size * 266) for band in first if band.giver != band.heir}
    assert moved == {
        (":abbott", ":balls"): 1,
        (":abbott", ":e-miliband"): 4,
        (":abbott", "non-transferable"): 2,
    }
    moved = {(band.giver, band.heir): round(band.size * 266) for band in third if band.giver != band.heir}
    assert moved == {(":balls", ":d-miliband"): 15, (":balls", ":e-miliband"): 26, (":balls", "non-transferable"): 2}
    assert all(band.known for band in (*first, *third))


def test_what_is_not_known_of_a_group_is_drawn_in_grey(tmp_path: Path) -> None:
    rule = RULE.model_copy(update={"exclusion": "bulk-when-safe"})
    table = count_av(rule, tuple("abcd"), ("s",), {"s": {"a": 9, "b": 8, "c>a": 2, "d>b": 1}})
    (bands,) = bands_of(sheet_of(table, {}, 2))
    assert {band.known for band in bands if band.giver in (":c", ":d")} == {False}
    assert any("Grey bands" in text for text in texts(drawn(table, {}, tmp_path)))
    assert not any("Grey bands" in text for text in texts(drawn(labour_2010(), NAMES, tmp_path)))


# Layout


@pytest.mark.parametrize("table", TABLES)
def test_bars_and_labels_never_meet(table: Callable[[], CountTable]) -> None:
    layout = Layout(sheet_of(table(), {name: name * 60 for name in "abcd"}, 2))
    for number, stage in enumerate(layout.stages):
        placed = list(stage.values())
        for upper, lower in combinations(placed, 2):
            assert lower.top >= upper.top + upper.height
            assert lower.middle - upper.middle >= SLOT - 1e-9
        for bar in placed:
            assert 0 < bar.top <= bar.top + bar.height < layout.height
            reach = LABEL_GAP + CHARACTER * len(bar.label)
            if layout.on_the_left(number):
                assert bar.left - reach > 0
            else:
                right = [*layout.lefts, layout.width][number + 1]
                assert bar.left + bar.width + reach < right


def test_a_count_of_20_candidates_in_many_stages_is_drawn(tmp_path: Path) -> None:
    names = tuple(f"candidate-{number:02}" for number in range(20))
    papers = {f"{name}>{names[number // 2]}": 100 + number for number, name in enumerate(names)}
    table = count_av(RULE, names, ("s",), {"s": papers})
    assert len(table.stages) > 10
    found = texts(drawn(table, {}, tmp_path))
    assert all(any(text.startswith(name) for text in found) for name in names)
