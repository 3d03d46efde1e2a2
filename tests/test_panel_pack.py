"""Panel packs: what is in them for whom, that their pages are sound, and that nobody can change one unseen."""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from html import unescape
from itertools import product
from pathlib import Path

import pytest
import told_packs
from ruled import EVIDENCE, GROUND, PANEL, RULE, RULED_ON, P
from scenario import CALL_ELECTION, but
from strict_html import read_page
from terminal import Answer, Terminal
from told_packs import AUDIENCES, ELECTION, KEYS, LEDGER, WHY

import projections.panel_pack.long_list
import projections.panel_pack.register
from cli.seal.key import ledger_state_folder
from ledger.storage.store import open_ledger
from ledger.streams.case_events import CaseOpened
from projections.oversight.statistics import told_of
from projections.panel_pack.manifest import SUMS
from projections.panel_pack.register import FACETS
from projections.panel_pack.wording import APPEAL_GROUNDS, APPEAL_STATES, DETECTIONS, OUTCOMES, REMEDIES, STANDINGS

STYLE = Path(projections.panel_pack.register.__file__).with_name("style.css").read_text("utf-8")
SECRET = "I took it back on the same day"  # what an appellant said: of the vault, for subject and reviewers
REASONS = "which is the test"  # of rulings: of the vault, for subject, panel and reviewers
CONTRAST_LEAST = Fraction(9, 2)  # WCAG 2.2, 1.4.3


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("told")
    told_packs.tell(folder)
    return folder


@pytest.fixture
def at(told: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return on_ledger(Terminal(told, monkeypatch, capsys))


@pytest.fixture
def own(told: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    """A copy to change."""
    told_packs.copied(told, tmp_path)
    return on_ledger(Terminal(tmp_path, monkeypatch, capsys))


def on_ledger(terminal: Terminal) -> Terminal:
    terminal.ledger = terminal.folder / LEDGER
    return terminal


def run(at: Terminal, *words: str) -> Answer:
    return at.run("--ledger", LEDGER, "--keys", KEYS, *words)


def pages(pack: Path) -> dict[str, str]:
    return {path.relative_to(pack).as_posix(): path.read_text("utf-8") for path in sorted(pack.rglob("*.html"))}


def everything(pack: Path) -> str:
    return unescape("\n".join(path.read_text("utf-8") for path in sorted(pack.rglob("*")) if path.is_file()))


# Pages


@pytest.mark.parametrize("audience", AUDIENCES)
def test_every_page_is_sound_html_that_can_be_read_aloud(told: Path, audience: str) -> None:
    found = pages(told / "packs" / audience)
    assert len(found) == {"public": 2}.get(audience, len(found))
    for path, text in found.items():
        _, faults = read_page(text)
        assert faults == [], path


@pytest.mark.parametrize("audience", AUDIENCES)
def test_every_link_leads_somewhere_in_the_pack(told: Path, audience: str) -> None:
    pack = told / "packs" / audience
    read = {path: read_page(text)[0] for path, text in pages(pack).items()}
    led_to = {"index.html"}
    for path, root in read.items():
        for each in root.all("a", "link", "script"):
            address = each.get("href") or each.get("src")
            assert not re.match(r"[a-z]+:|//", address), address
            file, _, fragment = address.partition("#")
            target = (pack / path).parent.joinpath(file).resolve().relative_to(pack.resolve()) if file else Path(path)
            assert (pack / target).is_file(), (path, address)
            led_to.add(target.as_posix())
            if fragment and "=" not in fragment:
                assert f'id="{fragment}"' in (pack / target).read_text("utf-8"), (path, address)
    assert led_to >= set(read)  # no page that nothing leads to


def test_a_strict_reader_finds_what_is_wrong() -> None:
    page = (
        '<!DOCTYPE html>\n<html lang="en"><head><title>t</title></head><body><a href="#main">x</a><header></header>'
        '<main id="main"><h1>t</h1>{}</main><footer></footer></body></html>'
    )
    assert read_page(page.format("<p>a</p>"))[1] == []
    for wrong in (
        "<p><p>a</p></p>", "<h3>a</h3>", "<b>a", '<p id="main">a</p>', "<input name='a'>", "<p style='a'>b</p>",
        "<table><tbody><tr><td>a</td></tr></tbody></table>", "<ul>a</ul>", "<p>a & b</p>", "<button>a</button>",
        "<p onclick='a'>b</p>", "<img>", "<!-- a -->", "<nav>a</nav>", "<a href='a'></a>",
    ):  # fmt: skip
        assert read_page(page.format(wrong))[1] != [], wrong


def test_pages_need_nothing_from_elsewhere_and_forbid_it(told: Path) -> None:
    for path, text in pages(told / "packs" / "reviewer").items():
        policy = "default-src 'none'; style-src 'self' file:; script-src 'self' file:; base-uri 'none'; form-action"
        assert policy in text, path
        assert "://" not in text.replace("http-equiv", ""), path
    assert "url(" not in STYLE
    assert "@import" not in STYLE


def colours(scheme: str) -> dict[str, tuple[int, ...]]:
    """Give the colours of a scheme: those of light ones, and what the scheme puts in their place."""
    blocks = re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)
    light, dark, printed = (dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", block)) for block in blocks)
    chosen = {**light, **{"light": {}, "dark": dark, "print": printed}[scheme]}
    return {name: tuple(bytes.fromhex(value[1:])) for name, value in chosen.items()}


def contrast(one: tuple[int, ...], other: tuple[int, ...]) -> float:
    def luminance(colour: tuple[int, ...]) -> float:
        parts = [each / 255 for each in colour]
        red, green, blue = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark", "print"])
def test_every_text_stands_out_from_what_is_behind_it(scheme: str) -> None:
    found = colours(scheme)
    for text, behind in product(("ink", "quiet", "link", "visited", "alert"), ("paper", "tint")):
        assert contrast(found[text], found[behind]) >= CONTRAST_LEAST, (text, behind)
    assert contrast(found["ink"], found["mark"]) >= CONTRAST_LEAST
    assert contrast((0, 0, 0), (255, 255, 255)) == 21


def test_no_rule_has_a_colour_of_its_own() -> None:
    rules = re.sub(r":root \{.*?\}", "", STYLE, flags=re.DOTALL)
    assert not re.findall(r"#[0-9a-fA-F]{3,8}\b|rgb|hsl|opacity|filter:", rules)
    named = re.findall(r"(?<![-\w])(?:color|background|fill|stroke|border-color): ([^;}]+)", rules)
    assert {each for each in named if not re.fullmatch(r"var\(--[a-z-]+\)", each)} == set()
    assert len(named) > 30


def test_every_code_has_its_words() -> None:
    from typing import get_args

    from ledger.streams.appeal_events import AppealGround, Remedy
    from ledger.streams.case_events import Detection
    from ledger.streams.ruling_events import RulingOutcome
    from projections.oversight.docket import STATES

    assert set(OUTCOMES) == set(get_args(RulingOutcome))
    assert set(DETECTIONS) == set(get_args(Detection))
    assert set(APPEAL_GROUNDS) == set(get_args(AppealGround))
    assert set(REMEDIES) == set(get_args(Remedy))
    assert set(APPEAL_STATES) == {*STATES, "none", "not-told", "no-appeal-lies"}
    assert set(STANDINGS) == {"closed", "told", "ruled", "not-allocated", "not-noticed", "awaits-ruling"}


# What is told


def test_the_register_and_its_lists_hold_every_ruling_once(told: Path, at: Terminal) -> None:
    pack = told / "packs" / "scrutineer"
    known = json.loads(run(at, "rulings", ELECTION, "--json").done())["list"]
    table = read_page((pack / "register.html").read_text("utf-8"))[0].all("table")[0]
    rows = [[cell.whole() for cell in row.children] for row in table.all("tbody")[0].all("tr")]
    assert [(row[0], row[1], row[4]) for row in rows] == [
        (each["case"], each["ruled"][:10], each["by"]) for each in known
    ]
    for facet in FACETS[:3]:
        listed = [
            len(read_page(path.read_text("utf-8"))[0].all("tr")) - 1 for path in pack.glob(f"register-{facet.name}-*")
        ]
        assert sum(listed) == len(known), facet.name


def test_rows_for_the_filter_are_those_of_the_register(told: Path) -> None:
    pack = told / "packs" / "scrutineer"
    (file,) = sorted((pack / "data").iterdir())
    begin, text = file.read_text("utf-8").split("\n", 1)
    assert begin == "pollbookRows(0, ["
    rows = json.loads("[" + text.removesuffix("]);\n") + "]")
    table = read_page((pack / "register.html").read_text("utf-8"))[0].all("table")[0]
    shown = [[cell.whole() for cell in row.children] for row in table.all("tbody")[0].all("tr")]
    assert [row[9] for row in rows if row[3]] == shown
    names = [row[1] for row in rows if not row[3]]
    assert names == sorted(f"Case {each}" for each in without_ruling(pack))
    assert names


def without_ruling(pack: Path) -> list[str]:
    return [path.stem for path in (pack / "cases").iterdir() if "not ruled on" in path.read_text("utf-8")]


def test_long_registers_go_over_pages(
    told: Path, at: Terminal, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(projections.panel_pack.register, "PAGE_ROWS", 4)
    run(at, "panel-pack", str(tmp_path / "small"), ELECTION).done()
    found = pages(tmp_path / "small")
    assert {path for path in found if re.fullmatch(r"register(-page-\d)?\.html", path)} == {
        "register.html", "register-page-2.html", "register-page-3.html",
    }  # fmt: skip
    rows = [len(read_page(found[path])[0].all("tr")) - 1 for path in sorted(found) if path.startswith("register")]
    assert max(rows) == 4
    for path, text in found.items():
        assert read_page(text)[1] == [], path


@pytest.mark.parametrize(
    ("home", "stem", "rows", "others"),
    [
        (
            "deadlines.html",
            "deadlines-",
            4,
            ["deadlines-no-next-step-page-2.html", "deadlines-no-next-step-page-3.html"],
        ),
        ("panels.html", "conflicts-", 1, [f"conflicts-north-page-{each}.html" for each in (2, 3, 4)]),
    ],
)
def test_long_lists_go_over_pages(
    told: Path,
    at: Terminal,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    home: str,
    stem: str,
    rows: int,
    others: list[str],
) -> None:
    monkeypatch.setattr(projections.panel_pack.long_list, "PAGE_ROWS", rows)
    run(at, "panel-pack", str(tmp_path / "small"), ELECTION).done()
    found = {path: text for path, text in pages(tmp_path / "small").items() if path == home or path.startswith(stem)}
    assert sorted(found.keys() - {home}) == others
    tables = {path: read_page(text)[0].all("table") for path, text in found.items()}
    shown = Counter(row.whole() for each in tables.values() for one in each for row in one.all("tbody")[0].all("tr"))
    whole = read_page((told / "packs" / "scrutineer" / home).read_text("utf-8"))[0].all("table")
    assert shown == Counter(row.whole() for one in whole for row in one.all("tbody")[0].all("tr"))
    for path in others:
        assert all(len(each.all("tbody")[0].all("tr")) <= rows for each in tables[path])
        assert f'href="{path}"' in found[home]
    for text in found.values():
        assert read_page(text)[1] == []


def test_nobody_reads_what_is_not_for_them(told: Path) -> None:
    texts = {audience: everything(told / "packs" / audience) for audience in AUDIENCES}
    assert [audience for audience in AUDIENCES if SECRET in texts[audience]] == ["reviewer"]
    assert [audience for audience in AUDIENCES if REASONS in texts[audience]] == ["panel", "reviewer"]
    with open_ledger(told / LEDGER) as ledger:
        opened = [event for _, event in ledger.scan() if isinstance(event, CaseOpened)]
    assert len(opened) > 10
    for each in opened:
        assert each.person not in texts["public"]
        assert not re.search(rf"\b{each.case}\b", texts["public"])
    assert "Fewer than 10." in texts["public"]


def test_the_public_is_told_what_is_large_enough(at: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("projections.panel_pack.public.told_of", lambda rows: told_of(rows, least=2))
    run(at, "panel-pack", str(tmp_path / "out"), ELECTION, "--audience", "public").done()
    root, faults = read_page((tmp_path / "out" / "index.html").read_text("utf-8"))
    assert faults == []
    rulings = json.loads(run(at, "rulings", ELECTION, "--outcome", "remove", "--json").done())["list"]
    known = Counter(each["by"] for each in rulings if each.get("told"))
    assert 0 < known.total() < len(rulings)  # of one the person was not told yet, and the public is not either
    (panels,) = [each for each in root.all("table") if each.all("caption")[0].whole().endswith("by who decided")]
    shown = {row.children[0].whole(): int(row.children[1].whole()) for row in panels.all("tbody")[0].all("tr")}
    assert sum(shown.values()) == sum(known.values())
    assert {by: number for by, number in shown.items() if by != "others"}.items() <= known.items()


def test_a_pack_about_people_is_for_its_owner_alone(told: Path) -> None:
    modes = {
        audience: {path.stat().st_mode & 0o077 for path in (told / "packs" / audience).rglob("*")}
        for audience in AUDIENCES
    }
    assert modes["reviewer"] == modes["panel"] == modes["scrutineer"] == {0}
    assert (told / "packs" / "public" / "index.html").stat().st_mode & 0o077


def test_opening_texts_asks_why_and_is_recorded(at: Terminal, tmp_path: Path) -> None:
    words = ("panel-pack", str(tmp_path / "out"), ELECTION, "--audience", "reviewer")
    run(at, *words).refused("purpose-required", 2)
    assert not (tmp_path / "out").exists()
    listed = json.loads(run(at, "access", "--json").done())
    assert [(each["what"], each["rows"]) for each in listed if each["what"] == "panel-pack"] == [("panel-pack", 13)] * 2


def test_refuses_what_there_is_not(at: Terminal, tmp_path: Path) -> None:
    out = str(tmp_path / "out")
    assert "(nearest: reviewer)" in run(at, "panel-pack", out, ELECTION, "--audience", "reviewers").refused(
        "unknown-audience", 2
    )
    assert "pollbook case ID" in run(at, "panel-pack", out, ELECTION, "--audience", "subject").refused(
        "unknown-audience", 2
    )
    assert f"(nearest: {ELECTION})" in run(at, "panel-pack", out, "chair-2026").refused("no-cases")
    run(at, "panel-pack", "packs/public", ELECTION).refused("folder-exists")
    run(at, "panel-pack", f"{LEDGER}/pack", ELECTION).refused("folder-inside-ledger")
    assert not (tmp_path / "out").exists()
    assert list(tmp_path.iterdir()) == []


def test_a_pack_is_there_whole_or_not_at_all(at: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = []

    def torn(*_: object) -> str:
        written.append(1)
        if len(written) == 5:
            raise KeyboardInterrupt
        return "<h1>Case</h1>\n"

    monkeypatch.setattr("projections.panel_pack.pack.case_part", torn)
    assert run(at, "panel-pack", str(tmp_path / "out"), ELECTION).code != 0
    assert len(written) == 5
    assert list(tmp_path.iterdir()) == []


# Checking


@pytest.mark.parametrize("audience", AUDIENCES)
def test_a_pack_that_nobody_touched_passes(at: Terminal, audience: str) -> None:
    found = json.loads(run(at, "verify", "--pack", f"packs/{audience}", *WHY, "--json").done())
    there = [path for path in (at.folder / "packs" / audience).rglob("*") if path.is_file()]
    assert found["compared"] == found["files"] == len(there) - 1  # the list of files does not name itself
    assert found["note"] == ""


def test_a_pack_is_checked_without_the_ledger_as_far_as_it_can_be(at: Terminal, tmp_path: Path) -> None:
    text = at.run("--ledger", str(tmp_path), "verify", "--pack", "packs/scrutineer").done()
    assert "each as it was written" in text
    assert "no ledger is here" in " ".join(text.split())
    assert max(map(len, text.splitlines())) <= 80
    with open_ledger(at.ledger) as ledger:
        key = (ledger_state_folder(ledger.ledger_id) / "log.key").exists()
    assert key
    policy = tmp_path / "policy"
    policy.write_text(f"log {run(at, 'key').done().split()[-1]}\nquorum none\n", "utf-8")
    text = at.run("--ledger", str(tmp_path), "verify", "--pack", "packs/scrutineer", "--policy", str(policy)).done()
    assert "signed by the log, cosigned by no witness" in text


def test_a_changed_byte_of_any_file_is_found(own: Terminal) -> None:
    pack = own.folder / "packs" / "scrutineer"
    for path in [path for path in sorted(pack.rglob("*")) if path.is_file()]:
        whole = path.read_bytes()
        middle = len(whole) // 2
        path.write_bytes(whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :])
        run(own, "verify", "--pack", "packs/scrutineer").refused("pack-altered", 3)
        path.write_bytes(whole)
    run(own, "verify", "--pack", "packs/scrutineer").done()


def replaced(path: str, old: str, new: str) -> Callable[[Path], None]:
    """Change a page and its digest in the list."""

    def change(pack: Path) -> None:
        before = (pack / path).read_bytes()
        after = before.replace(old.encode(), new.encode())
        assert after != before
        (pack / path).write_bytes(after)
        sums = (pack / SUMS).read_text("utf-8")
        digests = [hashlib.sha256(each).hexdigest() for each in (before, after)]
        (pack / SUMS).write_text(sums.replace(digests[0], digests[1]), "utf-8")

    return change


def added(pack: Path) -> None:
    (pack / "zero.html").write_text("<!DOCTYPE html>", "utf-8")
    line = f"{hashlib.sha256(b'<!DOCTYPE html>').hexdigest()}  zero.html\n"
    (pack / SUMS).write_text((pack / SUMS).read_text("utf-8") + line, "utf-8")


@pytest.mark.parametrize(
    "change",
    [
        replaced("cases/c-07.html", "4 present", "5 present"),
        replaced("register.html", ">south<", ">north<"),
        replaced("data/rulings-1.js", '"south"', '"north"'),
        replaced("deadlines.html", "apology", "refund"),
        replaced("style.css", "#1d1c1a", "#fdfcf9"),
        added,
    ],
)
def test_a_page_that_does_not_follow_from_the_ledger_is_found(own: Terminal, change: Callable[[Path], None]) -> None:
    change(own.folder / "packs" / "scrutineer")
    run(own, "verify", "--pack", "packs/scrutineer").refused("pack-differs", 3)
    assert (
        own.run("--ledger", "nowhere", "verify", "--pack", "packs/scrutineer").code == 0
    )  # without it nobody can tell


def test_files_too_many_or_too_few_are_found(own: Terminal) -> None:
    pack = own.folder / "packs" / "scrutineer"
    (pack / "more.html").symlink_to(pack / "index.html")
    run(own, "verify", "--pack", "packs/scrutineer").refused("pack-altered", 3)
    (pack / "more.html").unlink()
    (pack / "open.html").unlink()
    assert "open.html" in run(own, "verify", "--pack", "packs/scrutineer").refused("pack-altered", 3)
    (pack / SUMS).unlink()
    run(own, "verify", "--pack", "packs/scrutineer").refused("not-a-panel-pack")


def test_a_pack_says_what_its_checkpoint_says(own: Terminal) -> None:
    replaced("pack.json", '"origin":"demo', '"origin":"dema')(own.folder / "packs" / "scrutineer")
    run(own, "verify", "--pack", "packs/scrutineer").refused("pack-altered", 3)


def test_a_pack_of_another_program_is_checked_with_that(own: Terminal) -> None:
    pack = own.folder / "packs" / "scrutineer"
    written = json.loads((pack / "pack.json").read_text("utf-8"))["program"]
    replaced("pack.json", f'"program":"{written}"', '"program":"9.9"')(pack)
    run(own, "verify", "--pack", "packs/scrutineer").done()
    replaced("about.html", "Deadlines", "Dead lines")(pack)
    run(own, "verify", "--pack", "packs/scrutineer").refused("another-version")


def test_a_pack_of_another_record_is_not_compared(own: Terminal, tmp_path: Path) -> None:
    own.run("--ledger", "other", "init", "--unfounded").done()
    own.run("--ledger", "other", "verify", "--pack", "packs/scrutineer").refused("unknown-origin")


def test_hostile_words_are_shown_as_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    hostile = "<script>alert('1')</script> & \"Co\", which fails test one of them"
    said = {GROUND: "title", PANEL: "name", RULE: "reasons", EVIDENCE: "description", CALL_ELECTION: "title"}
    more = {RULE: " and on 1 June 2010 they signed the nomination of a candidate against ours"}
    commands = [but(each, **{said[each]: hostile + more.get(each, "")}) if each in said else each for each in RULED_ON]
    at = Terminal(tmp_path, monkeypatch, capsys)
    at.made((each.verb, each.model_dump(mode="json", exclude_none=True)) for each in commands)
    at("panel-pack", "out", "labour", "--audience", "reviewer", *WHY).done()
    for path, text in pages(tmp_path / "out").items():
        root, faults = read_page(text)
        assert faults == [], path
        assert len(root.all("script")) == (path in ("index.html", "register.html")), path
        assert hostile in root.whole(), path  # in the head of each page, and in what it says


def test_what_was_erased_since_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    at = Terminal(tmp_path, monkeypatch, capsys)
    at.made((each.verb, each.model_dump(mode="json", exclude_none=True)) for each in RULED_ON)
    for audience in ("panel", "scrutineer"):
        at("panel-pack", audience, "labour", "--audience", audience, *WHY).done()
    at("record", "order-erasure", "--person", P, "--basis", "court-order", "--as", "registrar").done()
    at("verify", "--pack", "scrutineer").done()  # it never had a text
    line = at("verify", "--pack", "panel", *WHY).refused("erased-since", 3)
    assert "cases/c1.html" in line
    assert "Destroy every copy" in line


def test_texts_are_compared_only_where_the_key_is(own: Terminal) -> None:
    for path in list((own.folder / "state").rglob("vault*.key")) + list((own.folder / "state").rglob("*master*")):
        path.rename(path.with_name(path.name + ".away"))
    found = json.loads(run(own, "verify", "--pack", "packs/reviewer", "--json").done())
    assert "the vault's key is not here" in found["note"]
    assert 0 < found["compared"] < found["files"]


def test_views_are_not_believed(own: Terminal) -> None:
    with sqlite3.connect(own.ledger / "views.db") as views:
        views.execute("UPDATE overseen_ruling SET outcome = 'admit'")
    run(own, "verify", "--pack", "packs/scrutineer").done()
    run(own, "panel-pack", "wrong", ELECTION).done()
    run(own, "verify", "--pack", "wrong").refused("pack-differs", 3)
