"""Panel packs in a browser: without scripts, filtered and searched by keyboard, on a phone, in the dark, printed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import told_packs
from browser import Browser, browser, chromium

CONTRAST_LEAST = 4.5  # WCAG 2.2, 1.4.3
PAGES = (
    *("index.html", "register.html", "open.html", "appeals.html", "deadlines.html", "panels.html"),
    *("consistency.html", "about.html", "cases/c-07.html", "cases/c-11.html", "register-ground-abuse.html"),
)
SHOWN = "[...document.querySelectorAll('#rulings tbody tr')].map(row => row.cells[0].textContent)"
ROWS = "[...document.querySelectorAll('#rulings tbody tr')].map(row => row.outerHTML.replace(/<\\/?time[^>]*>/g, ''))"
SAID = "document.querySelector('output').textContent"
# Of every text on the page: how far it stands out from the nearest background that is not transparent.
WORST = """
(() => {
  const parts = (text) => text.match(/[\\d.]+/g).map(Number);
  const luminance = (colour) => {
    const [r, g, b] = colour.map(each => each / 255).map(e => e <= 0.04045 ? e / 12.92 : ((e + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const found = parts(getComputedStyle(at).backgroundColor);
      if (found.length === 3 || found[3] === 1) return found;
    }
    return [255, 255, 255];
  };
  let worst = 21, seen = 0;
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const element = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || !element.checkVisibility()) continue;
    const pair = [parts(getComputedStyle(element).color).slice(0, 3), behind(element).slice(0, 3)].map(luminance);
    worst = Math.min(worst, (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05));
    seen += 1;
  }
  return [worst, seen];
})()
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    chromium()
    folder = tmp_path_factory.mktemp("told")
    told_packs.tell(folder)
    return folder


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser(chromium(), tmp_path_factory.mktemp("chromium")) as opened:
        yield opened


@pytest.fixture
def page(window: Browser) -> Browser:
    """A wide window in a light room, scripts on, nothing noted yet."""
    window.resize(1280)
    window.prefer("light")
    window.scripts(on=True)
    window.asked.clear()
    window.complaints.clear()
    return window


@pytest.fixture
def pack(told: Path) -> Path:
    return told / "packs" / "reviewer"


def tab_to(page: Browser, name: str) -> None:
    """Press Tab until the element of that id, or of that text, has the focus."""
    for _ in range(60):
        page.press("Tab")
        if page.ask("document.activeElement.id || document.activeElement.textContent") == name:
            return
    raise AssertionError(f"Tab does not reach {name}")


@pytest.mark.parametrize("path", PAGES)
def test_a_page_asks_for_nothing_but_files_of_the_pack(page: Browser, pack: Path, path: str) -> None:
    page.open(pack / path)
    asked = [each for each in page.asked if not each.startswith(("about:", "data:image/"))]  # signs of its own controls
    assert asked
    assert all(each.startswith(pack.resolve().as_uri()) for each in asked), asked
    assert page.complaints == []
    assert page.ask("getComputedStyle(document.body).maxWidth") != "none"  # its style came


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_texts_stand_out_and_nothing_runs_off_the_screen(page: Browser, pack: Path, width: int, scheme: str) -> None:
    page.resize(width)
    page.prefer(scheme)
    behind = set()
    for path in PAGES:
        page.open(pack / path)
        worst, seen = page.ask(WORST)
        assert seen > 10, path
        assert worst >= CONTRAST_LEAST, path
        assert page.ask("document.documentElement.scrollWidth") <= width, path
        behind.add(page.ask("getComputedStyle(document.body).backgroundColor"))
    assert len(behind) == 1
    assert ("rgb(253" in behind.pop()) == (scheme == "light")


def test_the_first_key_skips_to_the_text(page: Browser, pack: Path) -> None:
    page.open(pack / "register.html")
    page.press("Tab")
    assert page.ask("document.activeElement.getBoundingClientRect().left") >= 0  # it comes into sight
    page.press("Enter")
    assert page.ask("document.activeElement.id") == "main"


def test_filters_work_by_keyboard(page: Browser, pack: Path) -> None:
    page.open(pack / "register.html")
    whole = page.ask(ROWS)
    assert page.ask(SAID) == f"{len(whole)} rulings"
    tab_to(page, "ground")
    page.type("abuse")
    page.until(f"/ of /.test({SAID})")
    assert page.ask(SAID) == f"{len(page.ask(SHOWN))} of {len(whole)} rulings"
    assert page.ask("document.querySelector('#rulings caption').textContent").endswith(page.ask(SAID))
    assert page.ask(SHOWN)
    assert len(page.ask(SHOWN)) < len(whole)
    assert set(page.ask(ROWS)) <= set(whole)  # each row is as it was written, but for the mark-up of days
    assert "ground=abuse" in page.ask("location.hash")
    tab_to(page, "Show all")
    page.press("Enter")
    page.until(f"!/ of /.test({SAID})")
    assert page.ask(ROWS) == whole
    assert page.complaints == []


def test_filters_go_together_and_can_be_led_to(page: Browser, pack: Path) -> None:
    page.open(pack / "register.html")
    cells = page.ask(
        "[...document.querySelectorAll('#rulings tbody tr')].map(r => [...r.cells].map(c => c.textContent))"
    )
    page.open(pack / "register.html", "#by=south&outcome=remove&found=match&appeal=allowed")
    page.until(f"/ of /.test({SAID})")
    wanted = ("removed", "south", "match of data", "allowed")
    assert page.ask(SHOWN) == [row[0] for row in cells if (row[2], row[4], row[6], row[8]) == wanted] == ["c-07"]
    page.open(pack / "register.html", "#by=south&outcome=remove")
    page.until(f"/ of /.test({SAID})")
    south = page.ask(SHOWN)
    assert south == [row[0] for row in cells if (row[2], row[4]) == ("removed", "south")]
    assert len(south) < len([row for row in cells if row[4] == "south"])
    page.open(pack / "register.html", "#by=south&outcome=remove&from=2025-06-04&text=ABSTENTION")
    page.until(f"/ of /.test({SAID})")
    assert page.ask(SHOWN)
    assert len(page.ask(SHOWN)) < len(south)
    page.open(pack / "register.html", "#to=2000-01-01")
    page.until(f"/^0 of /.test({SAID})")
    assert page.ask(SHOWN) == []


def test_the_search_finds_cases_offline(page: Browser, pack: Path) -> None:
    page.open(pack / "index.html")
    tab_to(page, "text")
    page.type("chair JUNE allowed")
    page.until(f"/ found/.test({SAID})")
    found = page.ask("[...document.querySelectorAll('#found a')].map(each => each.textContent)")
    assert "Case c-07" in found
    assert page.ask(SAID) == f"{len(found)} found"
    tab_to(page, "Case c-07")
    with page.loading():
        page.press("Enter")
    assert page.ask("document.querySelector('h1').textContent").startswith("Case c-07: ")
    page.open(pack / "index.html")
    tab_to(page, "text")
    page.type("not ruled on")
    page.until(f"/ found/.test({SAID})")
    assert "Case c-11" in page.ask("[...document.querySelectorAll('#found a')].map(each => each.textContent)")
    assert page.complaints == []


def test_everything_is_there_without_scripts(page: Browser, pack: Path) -> None:
    page.open(pack / "register.html")
    rows = len(page.ask(SHOWN))
    page.scripts(on=False)
    page.open(pack / "register.html")
    tree = page.send("DOM.getDocument", depth=-1)["root"]["nodeId"]

    def seen(selector: str) -> list[bool]:
        """Whether each element takes up room: asked of the browser, for the page runs nothing."""
        nodes = page.send("DOM.querySelectorAll", nodeId=tree, selector=selector)["nodeIds"]
        shown = []
        for node in nodes:
            styles = page.send("CSS.getComputedStyleForNode", nodeId=node)["computedStyle"]
            shown.append({each["name"]: each["value"] for each in styles}["display"] != "none")
        return shown

    page.send("DOM.enable")
    page.send("CSS.enable")
    assert seen("#register-filter") == [False]
    assert seen("#lists") == [True]
    assert seen("#rulings tbody tr") == [True] * rows
    assert len(seen("#lists a")) >= 6
    page.send("CSS.disable")
    page.send("DOM.disable")


def test_it_prints(page: Browser, pack: Path) -> None:
    for path in ("cases/c-07.html", "register.html"):
        page.open(pack / path)
        page.send("Emulation.setEmulatedMedia", media="print")
        hidden = page.ask("[...document.querySelectorAll('nav, form, .skip')].map(each => each.checkVisibility())")
        assert hidden
        assert not any(hidden)
        assert page.ask("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        assert page.ask(WORST)[0] >= CONTRAST_LEAST
        page.send("Emulation.setEmulatedMedia", media="")
        printed = page.printed()
        assert printed.startswith(b"%PDF-")
        assert printed.count(b"/Type /Page\n") >= 1


def test_a_missing_file_of_rows_is_said(page: Browser, pack: Path, tmp_path: Path) -> None:
    for name in ("register.html", "style.css", "panel.js"):
        (tmp_path / name).write_bytes((pack / name).read_bytes())
    page.open(tmp_path / "register.html", "#ground=abuse")
    page.until(f"/missing/.test({SAID})")
    assert len(page.ask(SHOWN)) > 5  # the page itself is whole
