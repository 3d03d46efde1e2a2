"""Published figures beside the count: what is equal, what differs and why, what has no votes behind it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from terminal import CLOSE_POLL, DEFINED, PAPERS, Terminal

from ledger.streams.figure import Figure
from projections.explanation import UNEXPLAINED, Known, cross_checked, explained

HALVES = {"x": Fraction(1, 2), "y": Fraction(1, 2)}
THIRD = {"mps": Fraction(1, 3), "members": Fraction(1, 3), "affiliates": Fraction(1, 3)}
COLLEGE = {"caucus": Fraction(2, 5), "members": Fraction(2, 5), "affiliates": Fraction(1, 5)}
TWO_SECTIONS = [{"id": "members", "name": "Members"}, {"id": "affiliates", "name": "Affiliates"}]


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(tmp_path, monkeypatch, capsys)


def figure(section: str, measure: str, value: str, stage: int = 1, candidate: str | None = "a") -> Figure:
    decimals = len(value.partition(".")[2])
    body = {"section": section, "measure": measure, "value": value, "stage": stage, "decimals": decimals}
    return Figure.model_validate_json(json.dumps(body | ({"candidate": candidate} if candidate else {})))


def known(cells: Mapping[tuple[str, str], Fraction | int], weights: Mapping[str, Fraction], stage: int = 1) -> Known:
    """Cells of a stage by section and measure; of candidate `a`, or of the section where nobody holds them."""
    of_nobody = ("valid", "non-transferable", "distributed")
    exact = {
        (
            1 if measure in ("valid", "distributed") else stage,
            section,
            "" if measure in of_nobody else "a",
            measure,
        ): value
        for (section, measure), value in cells.items()
    }
    return Known({cell: Fraction(value) for cell, value in exact.items()}, weights)


@pytest.mark.parametrize(
    ("published", "exact", "beside", "words"),
    [
        (  # Labour 2015, Cooper's share of members: 22.186 per cent
            figure("members", "section-share", "22.18"),
            Fraction(5447000, 245520),
            known({}, {}),
            "cut off, not rounded",
        ),
        (figure("x", "section-share", "12"), Fraction(25, 2), known({}, {}), "half rounded to even"),
        (  # Labour 2010, Ed Miliband's share of MPs: 31.579, printed as three times 10.526
            figure("mps", "section-share", "31.578"),
            Fraction(8400, 266),
            known({("mps", "points"): Fraction(2800, 266)}, THIRD),
            "taken from rounded points: 10.526 x 3",
        ),
        (
            figure("x", "points", "12"),
            Fraction(45, 4),
            known({("x", "section-share"): Fraction(25, 2)}, {"x": Fraction(9, 10), "y": Fraction(1, 10)}),
            "taken from the rounded share: 13 x 9/10",
        ),
        (
            figure("all", "share", "20.02"),
            Fraction("20.012"),
            known({("x", "points"): Fraction("10.006"), ("y", "points"): Fraction("10.006")}, HALVES),
            "sum of rounded points: 10.01 + 10.01",
        ),
        (  # Labour 2010, MPs at the end: 140 of 262; of 266 it would be
            figure("mps", "section-share", "52.63", stage=4),
            Fraction(14000, 262),
            known({("mps", "votes"): 140, ("mps", "valid"): 266, ("mps", "non-transferable"): 4}, THIRD, stage=4),
            "taken of valid papers at stage 1",
        ),
        (
            figure("x", "points", "40.0", stage=2),
            Fraction(50 * 4, 8),
            known({("x", "votes"): 4, ("x", "valid"): 8, ("x", "non-transferable"): 3}, HALVES, stage=2),
            "taken of continuing papers",
        ),
        (
            figure("mps", "section-share", "13.910"),
            Fraction(11100, 266),
            known({("mps", "points"): Fraction(3700, 266)}, THIRD),
            "the section's weighted points, not its share",
        ),
        (
            figure("mps", "points", "41.729"),
            Fraction(3700, 266),
            known({("mps", "section-share"): Fraction(11100, 266)}, THIRD),
            "the share of the section, not weighted",
        ),
        (  # Labour 2016: 77.6 counts papers returned
            figure("all", "turnout", "77.4", candidate=None),
            Fraction(50748000, 654006),
            known({("all", "valid"): 506438, ("all", "distributed"): 654006}, {}),
            "taken of valid papers, not of those returned",
        ),
        (  # Labour 2010, Ed Miliband's share of members: 29.935; printed by a slip
            figure("members", "section-share", "29.983"),
            Fraction(3798000, 126874),
            known({("members", "points"): Fraction(1266000, 126874)}, THIRD),
            UNEXPLAINED,
        ),
    ],
    ids=lambda value: value.replace(" ", "-") if isinstance(value, str) else "",
)
def test_a_difference_is_explained_only_by_what_gives_the_published_value(
    published: Figure, exact: Fraction, beside: Known, words: str
) -> None:
    assert explained(published, exact, beside) == words
    last = str((int(published.value[-1]) + 5) % 10)
    elsewhere = published.model_copy(update={"value": published.value[:-1] + last})
    assert explained(elsewhere, exact, beside) == UNEXPLAINED


def test_a_total_of_a_college_may_be_taken_of_all_papers_too() -> None:
    """Labour 2010 at the end, read literally: 47.76 where continuing papers give 49.35."""
    votes = {"mps": (140, 266, 4), "members": (66814, 126874, 4068), "affiliates": (80266, 211234, 11563)}
    cells = {}
    for section, numbers in votes.items():
        cells |= dict(zip(((section, m) for m in ("votes", "valid", "non-transferable")), numbers, strict=True))
    exact = sum((Fraction(100 * held, 3 * (valid - spent)) for held, valid, spent in votes.values()), Fraction(0))
    beside = known(cells, THIRD, stage=4)
    assert explained(figure("all", "share", "47.76", stage=4), exact, beside) == "taken of valid papers at stage 1"


@pytest.mark.parametrize(
    ("total", "words"),
    [
        ("29.36", "published figures give 29.35 (6.25 + 10.28 + 64.10 x 1/5), within rounding"),
        ("29.90", "published figures give 29.35 (6.25 + 10.28 + 64.10 x 1/5), not within rounding"),
    ],
)
def test_what_cannot_be_recomputed_is_held_against_other_published_figures(total: str, words: str) -> None:
    """New Zealand Labour 2014: the caucus is known exactly, the rest as published; half a unit of each may be lost."""
    parts = [figure("members", "points", "10.28"), figure("members", "section-share", "26")]
    parts += [figure("affiliates", "section-share", "64"), figure("affiliates", "section-share", "64.10")]
    beside = known({("caucus", "points"): Fraction(25, 4)}, COLLEGE)
    whole = figure("all", "share", total)
    assert cross_checked(whole, beside, parts) == words
    assert cross_checked(whole, beside, parts[:2]) == "", "a section that nobody published"
    assert cross_checked(figure("all", "votes", "12"), beside, parts) == ""


def read(at: Terminal, *words: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(at("figures", "leader", "--json", *words).done())
    return rows


def publish(at: Terminal, *figures: dict[str, Any]) -> None:
    at.record("publish-figures", {"contest": "leader", "source": "s", "figures": list(figures)}).done()


def test_every_cell_says_all_there_is_to_say(at: Terminal) -> None:
    at.made().write("papers.csv", "marks\nabbott\nabbott\nballs\n")
    at(*PAPERS).done()
    cell = {"stage": 1, "section": "members", "candidate": "abbott", "measure": "section-share", "decimals": 2}
    publish(at, cell | {"value": "66.66"}, cell | {"value": "66.67", "certainty": "unconfirmed"})
    first, second = read(at)
    assert first == {
        "source": "s",
        "certainty": "sourced",
        "position": 9,
        "stage": 1,
        "section": "members",
        "candidate": "abbott",
        "measure": "section-share",
        "published": "66.66",
        "exact": "200/3",
        "recomputed": "66.67",
        "unconfirmed": False,
        "difference": "-0.01",
        "explanation": "cut off, not rounded",
        "verdict": "differs",
    }
    assert [second[name] for name in ("certainty", "explanation", "verdict")] == ["unconfirmed", None, "equal"]
    text = at("figures", "leader").done()
    assert "s (sourced)\n\nsection-share:" in text
    assert "s (transcribed, unconfirmed)\n\nsection-share:" in text
    assert "    1  members  abbott         66.66    66.67       -0.01  differs\n" in text
    assert "Stage 1, members, abbott (exactly 200/3): cut off, not rounded.\n" in text
    assert text.endswith("\n1 of 2 published cells follow from the papers\n")


def two_sections(at: Terminal) -> None:
    contest = DEFINED[2][1] | {"sections": TWO_SECTIONS}
    at.made([*DEFINED[:2], ("define-contest", contest), ("close-poll", CLOSE_POLL)])


def test_nothing_on_record_is_not_the_same_as_no_votes(at: Terminal) -> None:
    two_sections(at)
    at.write("papers.csv", "marks\nabbott\nabbott\nballs\n")
    at(*PAPERS).done()
    cell = {"stage": 1, "candidate": "abbott", "measure": "votes"}
    publish(
        at, *({"section": name, "value": value} | cell for name in ("affiliates", "all") for value in ("0", "2", "7"))
    )
    assert [row["verdict"] for row in read(at)] == [
        *("equal", "not recomputable", "not recomputable"),
        *("not recomputable", "equal", "not recomputable"),
    ]


def test_what_rests_on_unconfirmed_totals_says_so(at: Terminal) -> None:
    two_sections(at)
    for section, certainty in (("members", "sourced"), ("affiliates", "unconfirmed")):
        held = [{"candidate": "abbott", "votes": 3}, {"candidate": "balls", "votes": 1, "certainty": certainty}]
        body = {"contest": "leader", "section": section, "source": "s", "stages": [{"held": held}]}
        at.record("certify-totals", body).done()
    names = [
        ("members", "balls"),
        ("affiliates", "abbott"),
        ("affiliates", "balls"),
        ("all", "abbott"),
        ("all", "balls"),
    ]
    cells = [{"stage": 1, "section": s, "candidate": c, "measure": "votes", "value": "3"} for s, c in names]
    share = {"stage": 1, "section": "affiliates", "candidate": "abbott", "measure": "section-share", "value": "75"}
    publish(at, *cells, share)
    assert [row["unconfirmed"] for row in read(at)] == [False, False, True, False, True, True]
    text = at("figures", "leader").done()
    assert "    1  affiliates  abbott            75       75  equal ?\n" in text
    assert text.endswith(
        "\n? rests on certified totals that are transcribed, unconfirmed: affiliates stage\n1 (balls)\n"
    )


def test_without_a_count_certified_totals_are_compared_and_the_rest_is_not_recomputable(at: Terminal) -> None:
    at.run("demo", "nz-labour-2014").done()
    ledger = ("--ledger", "pollbook-nz-labour-2014", "figures", "leader")
    rows = json.loads(at.run(*ledger, "--json").done())
    verdicts = {(row["section"], row["verdict"]) for row in rows}
    assert verdicts == {(name, "not recomputable") for name in ("members", "affiliates", "all")} | {("caucus", "equal")}
    assert at.run(*ledger).done().startswith("Not counted: empty-section: section ")


def test_other_refusals_of_a_count_are_refusals_here(at: Terminal) -> None:
    at.made(DEFINED)("figures", "leader").refused("poll-open")
