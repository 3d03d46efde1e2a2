"""`pollbook case` and `pollbook cases`: what a user sees of a case, in each form, for each audience."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ruled import BEFORE, KNOWN, OPEN, RULE, TELL, P
from scenario import but
from terminal import Terminal

from ledger.decision import Command
from ledger.streams.incident import LinkCase, OpenIncident

OTHER = "9" * 24
SECOND = but(OPEN, case="c2", person=OTHER, subject=f"person/{OTHER}")
INCIDENTS = (
    OpenIncident(incident="leaflet", election="labour", kind="guide", title="A guide that went round"),
    OpenIncident(incident="other", election="labour", kind="leak", title="A list that got out"),
    LinkCase(case="c2", incident="leaflet", signal="the same card"),
)
TEXT = "Nomination paper of another party, signed"
WHY = ("--purpose", "case", "--as", "clerk")


def as_line(command: Command) -> tuple[str, dict[str, object]]:
    return command.verb, command.model_dump(mode="json", exclude_none=True)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for the one ledger of all these tests, which only read it."""
    return tmp_path_factory.mktemp("cases")


@pytest.fixture
def at(kept: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    found = Terminal(kept, monkeypatch, capsys)
    return (
        found
        if found.ledger.exists()
        else found.made(map(as_line, (*BEFORE, RULE, TELL, but(KNOWN, person=OTHER), SECOND, *INCIDENTS)))
    )


def test_shows_what_is_on_record_and_nothing_of_the_vault(at: Terminal) -> None:
    text = at("case", "c1").done()
    assert text.startswith("Case c1, for the scrutineer (now)\n\nRuling 1 on case c1: on 10 August 2010")
    assert max(map(len, text.splitlines())) <= 80
    assert TEXT not in " ".join(text.split())
    assert "later: On 11 August 2010" in text
    assert "later: On 10 August 2010" not in text
    assert "(private): the vault is not open, or not for this audience." in text


def test_shows_private_texts_to_whom_they_are_for(at: Terminal) -> None:
    assert TEXT in " ".join(at("case", "c1", "--audience", "subject", *WHY).done().split())
    keys = [path for path in (at.folder / "state").rglob("*") if path.is_file() and "key" in path.name]
    away = [path.rename(path.with_name(path.name + ".away")) for path in keys]
    try:
        text = at("case", "c1", "--audience", "subject", *WHY).done()
    finally:
        for path in away:
            path.rename(path.with_name(path.name.removesuffix(".away")))
    assert keys
    assert TEXT not in " ".join(text.split())


def test_tells_the_public_one_line(at: Terminal) -> None:
    line = "One ruling under other-party, 10 August 2010, appeal closed."
    assert at("case", "c1", "--audience", "public").done() == line + "\n"
    early = at("case", "c1", "--audience", "public", "--as-of", "2010-08-20").done()
    assert early == line.replace("closed", "open") + "\n"


def test_holds_time_to_appeal_against_the_moment_that_is_looked_at(
    at: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cli.cases.case.system_clock", lambda: "2010-08-20T00:00:00Z")
    public = ("case", "c1", "--audience", "public")
    assert at(*public).done().endswith("appeal open.\n")
    assert at(*public, "--known-at", str(at.size() - 1)).done().endswith("appeal closed.\n")  # it was recorded now


def test_writes_each_form(at: Terminal) -> None:
    whole = json.loads(at("case", "c1", "--json").done())
    assert whole == json.loads(at("case", "c1", "--format", "json").done())
    assert whole["facts"]["panel"] == {
        "id": "panel-1",
        "name": "Panel 1",
        "sitting": "s1",
        "present": 4,
        "withdrew": 0,
        "quorum": 3,
        "strangers": [],
    }
    assert at("case", "c1", "--format", "md").done().startswith("# Case c1\n")
    assert at("case", "c1", "--format", "html", "--out", "c1.html").done() == "wrote c1.html\n"
    assert (at.folder / "c1.html").read_text("utf-8").startswith("<!DOCTYPE html>")
    assert (at.folder / "c1.html").stat().st_mode & 0o077 == 0  # it is about one person
    at("case", "c1", "--out", "nowhere/c1.txt").refused("no-such-file", 2)


def test_refuses_what_there_is_not(at: Terminal) -> None:
    assert "(nearest: reviewer)" in at("case", "c1", "--audience", "reviewers").refused("unknown-audience", 2)
    assert "(nearest: html)" in at("case", "c1", "--format", "htm").refused("unknown-format", 2)
    assert "(nearest: c1)" in at("case", "c11").refused("unknown-case")
    at("case", "c1", "--as-of-ruling", "2").refused("unknown-ruling")
    at("case", "c1", "--known-at", "0").refused("unknown-case")
    at("case", "c1", "--as-of", "yesterday").refused("bad-moment", 2)


def test_somebodys_record_names_the_cases_about_them(at: Terminal) -> None:
    size = at.size()
    record = json.loads(at("my-record", P, "--purpose", "enquiry", "--as", "registrar", "--json").done())["record"]
    (docket,) = (stream for stream in record if stream.startswith("docket/"))
    assert {event["case"] for event in record[docket]} == {"c1"}
    told = at("my-record", P, "--purpose", "enquiry", "--as", "registrar").done()
    assert "Cases, election " in told
    assert "pollbook case ID" in told
    assert at.size() > size


def test_lists_cases(at: Terminal) -> None:
    text = at("cases").done()
    assert max(map(len, text.splitlines())) <= 80
    assert text.endswith("2 cases (now)\n")
    found = json.loads(at("cases", "--json").done())
    assert [(each["case"], each["stands"]) for each in found["cases"]] == [("c1", "told"), ("c2", "not-allocated")]
    assert at("cases", "--open").done().endswith("1 open case (now)\n")
    assert [each["case"] for each in json.loads(at("cases", "--person", P, "--json").done())["cases"]] == ["c1"]
    near = P[:-1] + "0"
    assert at("cases", "--person", near).done().endswith(f"0 cases about {near} (nearest: {P}) (now)\n")
    more = json.loads(at("cases", "--limit", "1", "--json").done())
    assert ([each["case"] for each in more["cases"]], more["more"]) == (["c1"], True)
    assert at("cases", "--known-at", "0").done().endswith("0 cases (now)\n".replace("now", "as known at event 0"))


def test_lists_the_cases_of_an_incident(at: Terminal) -> None:
    found = json.loads(at("cases", "--incident", "leaflet", "--json").done())
    assert [each["case"] for each in found["cases"]] == ["c2"]
    assert at("cases", "--incident", "leaflet").done().endswith("1 case linked to incident leaflet (now)\n")
    assert at("cases", "--incident", "other").done().endswith("0 cases linked to incident other (now)\n")
    assert json.loads(at("cases", "--incident", "leaflet", "--person", P, "--json").done())["cases"] == []
    assert "(nearest: leaflet)" in at("cases", "--incident", "leaflets").refused("unknown-incident")
