"""A strict reader of pages: what a validator and somebody with a screen reader would find wrong with one."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import pairwise

VOID = {"meta", "link", "input", "br", "line", "circle"}
SELF_CLOSED = {"line", "circle"}  # of drawings, which have the syntax of XML
PHRASING = {
    *("a", "abbr", "b", "br", "button", "code", "em", "input", "label", "mark", "output", "select", "span", "strong"),
    *("svg", "time"),
}
FLOW = {
    *("address", "article", "div", "dl", "footer", "form", "h1", "h2", "h3", "header", "main", "nav", "ol", "p", "pre"),
    *("section", "table", "ul"),
    *PHRASING,
}
CHILDREN = {
    "html": {"head", "body"},
    "head": {"meta", "title", "link", "script"},
    "body": FLOW,
    "ul": {"li"},
    "ol": {"li"},
    "dl": {"dt", "dd", "div"},
    "table": {"caption", "thead", "tbody", "tfoot"},
    "thead": {"tr"},
    "tbody": {"tr"},
    "tfoot": {"tr"},
    "tr": {"th", "td"},
    "select": {"option"},
    "svg": {"line", "circle"},
    **{name: set() for name in ("title", "script", "option")},
    **dict.fromkeys(("p", "h1", "h2", "h3", "caption", "label", "span", "b", "code", "time", "output"), PHRASING),
    **dict.fromkeys(("mark", "em", "strong", "button", "pre", "a"), PHRASING),
    **dict.fromkeys(("div", "li", "dd", "td", "th", "main", "header", "footer", "nav", "form", "section"), FLOW),
    "dt": FLOW - {"header", "footer", "h1", "h2", "h3"},
}
NO_TEXT = {"html", "head", "ul", "ol", "dl", "table", "thead", "tbody", "tfoot", "tr", "select", "svg"}
ATTRIBUTES = {
    "*": {
        "id",
        "class",
        "hidden",
        "lang",
        "role",
        "tabindex",
        "aria-label",
        "aria-hidden",
        "aria-current",
        "data-head",
    },
    "a": {"href"},
    "meta": {"charset", "name", "content", "http-equiv"},
    "link": {"rel", "href"},
    "script": {"src", "defer"},
    "th": {"scope"},
    "time": {"datetime"},
    "label": {"for"},
    "output": {"for"},
    "input": {"name", "type", "autocomplete", "spellcheck"},
    "select": {"name"},
    "option": {"value"},
    "button": {"type"},
    "form": {"data-files", "data-all"},
    "svg": {"viewbox", "focusable"},
    "line": {"x1", "x2", "y1", "y2"},
    "circle": {"cx", "cy", "r"},
}
REFERENCE = re.compile(r"&(?!(amp|lt|gt|quot|#x27);)")


@dataclass
class Element:
    """An element with its attributes, where it stands, and its text."""

    tag: str
    attributes: dict[str, str]
    parent: Element | None
    text: str = ""
    children: list[Element] = field(default_factory=list)

    def all(self, *tags: str) -> list[Element]:
        """Give the elements of these names in it, in the order of the page."""
        found = []
        for child in self.children:
            found += [child] if child.tag in tags else []
            found += child.all(*tags)
        return found

    def whole(self) -> str:
        """Give all its text."""
        return self.text + "".join(child.whole() for child in self.children)

    def get(self, name: str) -> str:
        """Give an attribute; empty where it is not there."""
        return self.attributes.get(name, "")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []
        self.root = Element("", {}, None)
        self.at = self.root
        self.declared = 0

    def handle_decl(self, decl: str) -> None:
        self.declared += 1
        if decl != "DOCTYPE html" or self.root.children:
            self.faults.append(f"declaration {decl}")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        if len(names) != len(set(names)):
            self.faults.append(f"<{tag}> has an attribute twice")
        for name in set(names) - ATTRIBUTES["*"] - ATTRIBUTES.get(tag, set()):
            self.faults.append(f"<{tag}> has the attribute {name}")
        grouped = self.at.tag == "div" and self.at.parent is not None and self.at.parent.tag == "dl"
        if self.at.tag and tag not in ({"dt", "dd"} if grouped else CHILDREN.get(self.at.tag, set())):
            self.faults.append(f"<{tag}> in <{self.at.tag}>")
        element = Element(tag, {name: value or "" for name, value in attrs}, self.at)
        self.at.children.append(element)
        if tag not in VOID:
            self.at = element

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in SELF_CLOSED:
            self.faults.append(f"<{tag}/>")
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if self.at.tag != tag or self.at.parent is None:
            self.faults.append(f"</{tag}> in <{self.at.tag}>")
            return
        self.at = self.at.parent

    def handle_data(self, data: str) -> None:
        if data.strip() and self.at.tag in NO_TEXT | {""}:
            self.faults.append(f"text in <{self.at.tag}>: {data.strip()[:20]}")
        self.at.text += data

    def handle_comment(self, data: str) -> None:
        self.faults.append(f"a comment: {data[:20]}")


def read_page(text: str) -> tuple[Element, list[str]]:
    """Read a page: its root, and all that is wrong with it."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    faults = list(reader.faults)
    if reader.declared != 1 or not text.startswith("<!DOCTYPE html>"):
        faults.append("no single DOCTYPE at its beginning")
    if reader.at is not reader.root or [each.tag for each in reader.root.children] != ["html"]:
        faults.append(f"<{reader.at.tag}> is not closed, or there is more than one root")
    faults += [f"an unescaped {text[each.start() : each.start() + 8]}" for each in REFERENCE.finditer(text)]
    faults += _structure(reader.root)
    return reader.root, faults


def _structure(root: Element) -> list[str]:
    """Find what an assistive technology would stumble over."""
    faults = []
    ids = [each.get("id") for each in _every(root) if "id" in each.attributes]
    faults += [f"id {each} is not unique" for each in ids if ids.count(each) > 1]
    if [each.get("lang") for each in root.all("html")] != ["en"]:
        faults.append("no language")
    if [len(root.all(tag)) for tag in ("title", "h1", "main", "header", "footer")] != [1] * 5:
        faults.append("not one each of title, h1, main, header, footer")
    levels = [int(each.tag[1]) for each in root.all("h1", "h2", "h3")]
    if levels[:1] != [1] or any(after > before + 1 for before, after in pairwise(levels)):
        faults.append(f"headings are not in order: {levels}")
    first = (root.all("body")[0].all("a") or [Element("", {}, None)])[0]
    if first.get("href") != "#main" or "main" not in ids:
        faults.append("the first link does not skip to the text")
    faults += [f"an empty {each.tag}" for each in root.all("a", "button", "label", "caption", "title", "h1", "h2", "h3")
               if not each.whole().strip()]  # fmt: skip
    for each in root.all("nav"):
        faults += [] if each.get("aria-label") else ["a nav without a label"]
    return faults + _tables(root) + _fields(root, ids)


def _tables(root: Element) -> list[str]:
    faults = []
    for table in root.all("table"):
        if not table.children or table.children[0].tag != "caption":
            faults.append("a table without a caption")
        heads = [each for row in table.all("thead") for each in row.all("th")]
        faults += ["a head without its scope"] * sum(each.get("scope") != "col" for each in heads)
        for row in [row for part in table.all("tbody", "tfoot") for row in part.all("tr")]:
            if len(row.children) != len(heads) or [each.tag for each in row.children].count("th") != 1:
                faults.append(f"a row of {len(row.children)} cells below {len(heads)} heads")
            faults += ["a row whose name has no scope"] * (row.children[0].get("scope") != "row")
    return faults


def _fields(root: Element, ids: list[str]) -> list[str]:
    faults = []
    labelled = [each.get("for") for each in root.all("label")]
    for each in root.all("input", "select"):
        if labelled.count(each.get("id")) != 1:
            faults.append(f"{each.get('name')} has no label of its own")
    faults += [f"a label for {each}, which is not there" for each in labelled if each not in ids]
    faults += ["a button without a type" for each in root.all("button") if not each.get("type")]
    return faults + ["a drawing that is read aloud" for each in root.all("svg") if each.get("aria-hidden") != "true"]


def _every(root: Element) -> list[Element]:
    return [root, *(found for child in root.children for found in _every(child))]
