"""The roll as it is read: in numbers, by page, in full, what changed, why, and one person's record."""

from __future__ import annotations

import csv
import json
from typing import Any

import pytest
from terminal import OPENED, Terminal

MAPPING = """\
key = "No"
[public]
category = "Type"
region = "Region"
unit = "Unit"
joined = "Joined"
lapsed = "Lapsed"
[private]
name = "Name"
"""
HEAD = "No,Type,Region,Unit,Joined,Lapsed,Name\n"
MEMBERS, AFFILIATED = 72, 16
LATE = "900,Member,North,U1,2016-05-05,,Late Joiner\n"
FRANCHISE = {
    "version": "franchise.v1",
    "several": "per-section",
    "categories": [
        {
            "category": "member",
            "by": "register",
            "registers": ["party"],
            "section": "members",
            "tests": [{"test": "member-on", "day": "2015-08-12"}],
        },
        {"category": "affiliated", "by": "register", "registers": ["party"], "section": "affiliates", "tests": []},
    ],
}
CALLED = {"election": "labour", "title": "Leader", "organisation": "Labour", "reason": "vacancy"}
IMPORT = ("import", "register-members", "--mapping", "m.toml", "--set", "register_id=party", "--as", "registrar")
THERE: list[tuple[str, dict[str, Any]]] = [
    ("call-election", CALLED),
    ("adopt-franchise", {"election": "labour", "rule": FRANCHISE}),
]


def rows() -> str:
    members = [f"{n},Member,{'North' if n % 3 else 'South'},U{n % 3},2010-01-01,,M {n}\n" for n in range(MEMBERS)]
    others = [f"{500 + n},Affiliated,North,U{n % 3},2012-01-01,,A {n}\n" for n in range(AFFILIATED)]
    return HEAD + "".join(members + others) + LATE


@pytest.fixture
def at(tmp_path: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    made = Terminal(tmp_path, monkeypatch, capsys).made(THERE)
    monkeypatch.setenv("POLLBOOK_PURPOSE", "audit")
    monkeypatch.setenv("POLLBOOK_ACTOR", "registrar")
    made.write("m.toml", MAPPING)
    made.write("a.csv", rows())
    made(*IMPORT, "a.csv").done()
    made("build-roll", "labour", "--as", "registrar").done()
    return made


def shown(at: Terminal, *words: str) -> Any:
    return json.loads(at(*words, "--json").done())


def counts(at: Terminal, *words: str) -> dict[tuple[str, ...], int]:
    return {tuple(each.values())[:-1]: each["entries"] for each in shown(at, "roll", "labour", *words)["by"]}


def electors(at: Terminal, *words: str) -> list[dict[str, Any]]:
    lines = at("roll", "labour", "--out", "-", "--format", "jsonl", *words).done().splitlines()
    return [json.loads(line) for line in lines]


def changed(at: Terminal, verb: str, elector: str, *words: str, cause: str = "clerical") -> None:
    person, number = elector.split("/")
    named = ("--election", "labour", "--person", person, "--number", number)
    at("record", verb, *named, "--cause", cause, *words, "--as", "registrar").done()


def agreed(at: Terminal, verb: str, elector: str) -> None:
    """Another office agrees to a clerical change after the freeze."""
    person, number = elector.split("/")
    terms = [{"field": "cause", "value": "clerical"}, {"field": "number", "value": number}]
    command = {"person": person, "election": "labour", "agreed": verb, "terms": terms, "reason": "Counted twice"}
    at("apply", at.lines("agree.jsonl", [("agree-to-change", command)]), "--as", "secretary").done()


def test_counts_by_any_place(at: Terminal) -> None:
    assert counts(at) == {("affiliates",): AFFILIATED, ("members",): MEMBERS}
    assert counts(at, "--by", "region", "--by", "category") == {
        ("north", "affiliated"): AFFILIATED,
        ("north", "member"): 48,
        ("south", "member"): 24,
    }
    assert counts(at, "--only", "region=north", "--by", "unit") == {("u0",): 6, ("u1",): 29, ("u2",): 29}
    assert counts(at, "--known-at", "3") == {}
    assert counts(at, "--as-of", "2015-01-01") == {}  # the build took effect today


def test_says_what_may_be_amiss_with_a_question(at: Terminal) -> None:
    for more in ((), ("--list",)):
        assert (
            "No entry has the region 'nort' (nearest: north)"
            in at("roll", "labour", "--only", "region=nort", *more).done()
        )
    assert "No entry has" not in at("roll", "labour", "--only", "region=north").done()
    assert "That moment is to come" in at("roll", "labour", "--as-of", "2999-01-01").done()
    assert "to come" not in at("roll", "labour", "--as-of", "2015-01-01").done()


def test_lists_by_page_and_in_full(at: Terminal) -> None:
    everybody = electors(at)
    assert [each["elector"] for each in everybody] == sorted(each["elector"] for each in everybody)
    assert len(everybody) == MEMBERS + AFFILIATED
    pages = [shown(at, "roll", "labour", "--list", "--page", page)["list"] for page in ("1", "2")]
    assert [len(page) for page in pages] == [50, 38]
    assert pages[0] + pages[1] == everybody
    assert shown(at, "roll", "labour", "--list", "--only", "unit=u0")["entries"] == 30
    at("roll", "labour", "--out", "all.csv").done()
    with (at.folder / "all.csv").open(encoding="utf-8") as file:
        written = list(csv.DictReader(file))
    assert [each["elector"] for each in written] == [each["elector"] for each in everybody]
    assert [each["unit"] for each in written] == [each["unit"] for each in everybody]
    assert "page 2 of 2" in at("roll", "labour", "--list", "--page", "2").done()
    at("roll", "labour", "--page", "3").refused("no-such-page", 2)


def test_says_what_changed_and_why(at: Terminal) -> None:
    first, second, third = (each["elector"] for each in electors(at, "--only", "unit=u1")[:3])
    start = at.size() - 1
    changed(at, "remove-entry", first, cause="death")
    changed(at, "amend-entry", second, "--field", "unit", "--new", "u2")
    changed(at, "remove-entry", third)
    changed(at, "restore-entry", third)
    end = str(at.size() - 1)
    found = shown(at, "roll", "diff", "labour", str(start), end)
    assert (found["before"], found["after"]) == (88, 87)
    causes = {(each["kind"], each["act"], each["cause"], each["entries"]) for each in found["causes"]}
    assert causes == {("removed", "removed", "death", 1), ("moved", "amended", "clerical", 1)}
    listed = shown(at, "roll", "diff", "labour", str(start), end, "--list")["list"]
    assert {each["elector"]: each["kind"] for each in listed} == {first: "removed", second: "moved"}
    back = shown(at, "roll", "diff", "labour", end, str(start))
    assert {each["kind"] for each in back["causes"]} == {"added", "moved"}
    assert shown(at, "roll", "diff", "labour", "3", end)["after"] == 87  # over the build itself
    assert "S5   ok" in at("verify").out  # the kept views are what folding anew gives
    at("roll", "diff", "labour", "3").refused("two-moments", 2)
    said = at("roll", "diff", "labour", "3", "now").refused("bad-moment", 2)
    assert "--as-of" not in said
    assert "or the position of an event" in said
    at("roll", "diff", "labour", "3", "2999-01-01", "--known-at", "then").refused("bad-moment", 2)
    same = at("roll", "diff", "labour", end, end, "--list").done()
    assert same.splitlines() == ["page 1 of 1, 0 that changed"]


def test_keeps_both_clocks(at: Terminal) -> None:
    elector = electors(at)[0]["elector"]
    before = str(at.size() - 1)
    changed(at, "remove-entry", elector, "--effective", "2030-01-01T00:00:00Z", cause="resigned")
    total = MEMBERS + AFFILIATED
    assert shown(at, "roll", "labour", "--as-of", "2029-12-31")["entries"] == total
    assert shown(at, "roll", "labour", "--as-of", "2030-01-02")["entries"] == total - 1
    assert shown(at, "roll", "labour", "--as-of", "2030-01-02", "--known-at", before)["entries"] == total


def test_tells_the_public_no_small_number(at: Terminal) -> None:
    at("roll", "labour", "--audience", "public").refused("not-frozen")
    at("record", "freeze-roll", "--election", "labour", "--as", "returning-officer").done()
    found = shown(at, "roll", "labour", "--audience", "public", "--by", "section", "--by", "unit")
    assert all(each["entries"] >= 10 for each in found["by"])
    assert sum(each["entries"] for each in found["by"]) == MEMBERS + AFFILIATED
    elector = electors(at, "--only", "section=members")[0]["elector"]
    agreed(at, "remove-entry", elector)
    changed(at, "remove-entry", elector)
    assert shown(at, "roll", "labour", "--audience", "public") == shown(
        at, "roll", "labour", "--audience", "public", "--as-of", "2999-01-01"
    )
    for by in (("section",), ("section", "unit"), ("unit",), ("region",)):
        out = at("roll", "labour", "--audience", "public", *(word for name in by for word in ("--by", name))).done()
        assert ("\n+ and a few more" in out) == any(line.endswith("+") for line in out.splitlines())
    told = shown(at, "roll", "labour", "--audience", "public")["by"]
    assert {each["section"]: each["entries"] for each in told} == {"members": MEMBERS, "affiliates": AFFILIATED}
    for words in (("--list",), ("--by", "affiliate"), ("--only", "unit=u1"), ("--out", "x.csv")):
        at("roll", "labour", "--audience", "public", *words).refused("not-for-the-public", 2)


def test_a_panel_sees_every_number_and_no_elector(at: Terminal) -> None:
    panel = ("roll", "labour", "--audience", "panel")
    assert shown(at, *panel, "--by", "unit", "--only", "region=south") == shown(
        at, "roll", "labour", "--by", "unit", "--only", "region=south"
    )
    out = at(*panel, "--by", "affiliate", "--by", "unit").done()
    assert "For a panel: electors are not listed, and small numbers are not hidden" in out
    assert max(map(len, out.splitlines())) <= 80
    size = at.size()
    for words in (("--list",), ("--page", "2"), ("--out", "x.csv")):
        at(*panel, *words).refused("not-for-a-panel", 2)
    at("roll", "diff", "labour", "3", "2999-01-01", "--audience", "panel", "--list").refused("not-for-a-panel", 2)
    assert at.size() == size
    assert [each["what"] for each in shown(at, "access")][-2:] == ["roll", "roll"]  # who looked is on record
    at("roll", "labour", "--audience", "pannel").refused("unknown-audience", 2)


def test_refuses_what_there_is_not(at: Terminal) -> None:
    assert "nearest: labour" in at("roll", "labor").refused("unknown-roll")
    assert "nearest: section" in at("roll", "labour", "--by", "sectoin").refused("unknown-place", 2)
    at("roll", "labour", "--only", "town=x").refused("unknown-place", 2)
    at("roll", "labour", "--audience", "press").refused("unknown-audience", 2)
    at("roll", "labour", "--out", "x", "--format", "xml").refused("unknown-format", 2)
    at("roll", "labour", "2015-01-01").refused("one-election", 2)
    at("roll", "labour", "--known-at", "9999").refused("bad-moment", 2)
    at("why", "0" * 24, "labour").refused("unknown-person")
    at("my-record", "0" * 24).refused("unknown-person")


def test_who_looks_and_why_is_on_record(at: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    person = electors(at)[0]["elector"].split("/")[0]
    at("why", person, "labour").done()
    at("my-record", person).done()
    at("roll", "diff", "labour", "3", "2999-01-01").done()
    logged = [(each["what"], each["rows"], each["subject"]) for each in shown(at, "access")]
    everybody = MEMBERS + AFFILIATED
    one = [("why", 2, person), ("my-record", 2, person)]
    assert logged == [("roll", everybody, None), *one, ("roll", everybody, None)]
    monkeypatch.delenv("POLLBOOK_PURPOSE")
    looks = (("roll", "labour"), ("roll", "diff", "labour", "3", "4"), ("why", person, "labour"), ("my-record", person))
    size = at.size()
    for words in looks:
        at(*words).refused("purpose-required", 2)
    assert at.size() == size


def outside(at: Terminal) -> str:
    """The key of whoever is registered and has no entry."""
    on = {each["elector"].split("/")[0] for each in electors(at)}
    events = shown(at, "events", "--type", "member-registered.v1", "--limit", "200", *OPENED)
    (person,) = {each["stream"].removeprefix("person/") for each in events} - on
    return person


def test_says_why_somebody_is_or_is_not_on_the_roll(at: Terminal) -> None:
    late = shown(at, "why", outside(at), "labour")
    assert not late["on_the_roll"]
    ((ground,),) = [late["grounds"]]
    assert [(each["code"], each["outcome"]) for each in ground["tests"]] == [("member-on", "failed")]
    elector = electors(at, "--only", "section=members")[0]["elector"]
    person = elector.split("/")[0]
    assert shown(at, "why", person, "labour")["on_the_roll"]
    assert "It gives an entry in section members: entry 1." in at("why", person, "labour").done()
    before = str(at.size() - 1)
    changed(at, "remove-entry", elector, cause="death")
    assert "Cause: death." in " ".join(at("why", person, "labour").done().split())
    assert not shown(at, "why", person, "labour")["on_the_roll"]
    assert shown(at, "why", person, "labour", "--known-at", before)["on_the_roll"]


def test_tells_one_persons_record(at: Terminal) -> None:
    elector = electors(at, "--only", "section=members")[0]["elector"]
    person = elector.split("/")[0]
    changed(at, "amend-entry", elector, "--field", "unit", "--new", "u9")
    told = " ".join(at("my-record", person).done().split())
    for words in ("Membership", "Entries, election labour", "Cause: clerical", "test", "pollbook prove"):
        assert words in told
    found = shown(at, "my-record", person)
    assert set(found["record"]) == {f"person/{person}", f"entry/labour/{person}"}
    assert [each["on_the_roll"] for each in found["elections"]] == [True]
    assert list(shown(at, "my-record", person, "--known-at", "80")["record"]) == [f"person/{person}"]


def test_whoever_passes_is_on_the_roll(at: Terminal) -> None:
    """The tests that explain are those that built: everybody on record passes if and only if they are on it."""
    on = {each["elector"].split("/")[0] for each in electors(at)}
    events = shown(at, "events", "--type", "member-registered.v1", "--limit", "200", *OPENED)
    for person in [*[each["stream"].removeprefix("person/") for each in events][::9], outside(at)]:
        found = shown(at, "why", person, "labour")
        assert any(each["passed"] for each in found["grounds"]) == (person in on) == found["on_the_roll"]


def test_says_of_who_was_merged_where_the_entry_is(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    at = Terminal(tmp_path, monkeypatch, capsys).made(THERE)
    monkeypatch.setenv("POLLBOOK_PURPOSE", "audit")
    monkeypatch.setenv("POLLBOOK_ACTOR", "registrar")
    at.write("m.toml", MAPPING)
    at.write("a.csv", rows())
    at(*IMPORT, "a.csv").done()
    passing = electors_to_be(at)
    kept, dropped = passing[:2]
    at("record", "merge-persons", "--dropped", dropped, "--kept", kept, "--basis", "document").done()
    at("build-roll", "labour", "--as", "registrar").done()
    out = " ".join(at("why", dropped, "labour").done().split())
    assert f"The entry is theirs into whom they were merged: pollbook why {kept} labour" in out
    assert "It gives an entry" not in out


def electors_to_be(at: Terminal) -> list[str]:
    """People on record whose tests are all passed before there is a roll."""
    events = shown(at, "events", "--type", "member-registered.v1", "--limit", "200")
    people = [each["stream"].removeprefix("person/") for each in events]
    return [each for each in people[:6] if any(one["passed"] for one in shown(at, "why", each, "labour")["grounds"])]


def test_lists_the_rows_merged_into_who_is_kept(at: Terminal) -> None:
    late = outside(at)
    person = electors(at, "--only", "section=members")[0]["elector"].split("/")[0]
    before = str(at.size() - 1)
    why = ("--basis", "email", "--basis", "address")
    at("record", "merge-persons", "--dropped", late, "--kept", person, *why).done()
    for words in (("why", person, "labour"), ("my-record", person)):
        (merged,) = shown(at, *words)["merged"]
        assert (merged["person"], merged["streams"], merged["basis"]) == (
            late,
            [f"person/{late}"],
            ["email", "address"],
        )
        out = at(*words).done()
        assert f"by email and address: person/{late}." in " ".join(out.split())
        assert max(map(len, out.splitlines())) <= 80
        assert shown(at, *words, "--known-at", before)["merged"] == []
    grounds = [each["stream"] for each in shown(at, "why", person, "labour")["grounds"]]
    assert grounds == [f"person/{person}", f"person/{late}"]
    assert shown(at, "why", late, "labour")["merged"] == []
    at("record", "undo-merge", "--dropped", late, "--reason", "two-people").done()
    assert shown(at, "why", person, "labour")["merged"] == []
    assert "nothing wrong was found" in at("verify").done()


def test_merges_are_listed_where_there_is_no_franchise_yet(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    at = Terminal(tmp_path, monkeypatch, capsys).made([THERE[0]])
    monkeypatch.setenv("POLLBOOK_PURPOSE", "audit")
    monkeypatch.setenv("POLLBOOK_ACTOR", "registrar")
    at.write("m.toml", MAPPING)
    at.write("a.csv", rows())
    at(*IMPORT, "a.csv").done()
    events = shown(at, "events", "--type", "member-registered.v1", "--limit", "2", *OPENED)
    kept, dropped = (each["stream"].removeprefix("person/") for each in events)
    at("record", "merge-persons", "--dropped", dropped, "--kept", kept, "--basis", "document").done()
    assert f"by document: person/{dropped}." in " ".join(at("my-record", kept).done().split())
