"""Everybody of an election erased: whatever is read of it stays, byte for byte, and of the people nothing is left."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from stores import PostgresPlace
from terminal import ADOPT_RULE, CALL_ELECTION, DEFINE_CONTEST, Answer, Terminal
from test_application import FEE, GROUND, TIMETABLE
from test_cli_applications import HEAD, IMPORT, line_of
from test_cli_applications import MAPPING as APPLICATIONS
from test_vault import found_in

import cli.office
from ledger.privacy.sqlite_vault import VAULT_FILE
from ledger.storage.store import open_ledger

MEMBERS, FRIENDS, SUPPORTERS = 46, 14, 15
SECTIONS = {"members": MEMBERS, "friends": FRIENDS, "supporters": SUPPORTERS}
REGISTER = ("import", "register-members", "m.csv", "--mapping", "m.toml", "--set", "register_id=party")
MAPPING = """\
key = "No"
[public]
category = "Type"
unit = "Unit"
joined = "Joined"
[private]
name = "Name"
email = "E-mail"
"""
FRANCHISE = {
    "version": "franchise.v1",
    "several": "per-section",
    "categories": [
        {
            "category": "member",
            "by": "register",
            "registers": ["party"],
            "section": "members",
            "tests": [{"test": "member-on", "day": "2020-01-01"}],
        },
        {"category": "friend", "by": "register", "registers": ["party"], "section": "friends", "tests": []},
        {
            "category": "supporters",
            "by": "application",
            "section": "supporters",
            "tests": [{"test": "declaration"}],
        },
    ],
}
CONTEST = {**DEFINE_CONTEST, "sections": [{"id": each, "name": each.title()} for each in SECTIONS]}
TOKENS = 2  # entries of the index for each person: a name, and an e-mail address
NAMES = [f"Invented{n:03} Voter{n:03}" for n in range(100)]
PLAIN = [form.encode() for n in range(100) for form in (f"invented{n:03}", f"voter{n:03}", f"v{n}@example.org")]
TABLES = (
    "register party",
    "roll labour --by section --by unit",
    "roll labour --list",
    "roll labour --by section --by unit --audience public",
    "roll diff labour 30 2100-01-01 --by section",
    "fees labour",
    "papers leader",
    "turnout leader",
    "turnout leader --by unit",
    "turnout leader --by unit --audience public",
    "count leader",
    "account leader",
    "show roll/labour",
)
HEAD_AT = re.compile(r'(papers up to event |"position": )\d+')
CSV = "roll labour --out - --format csv"
READ = (*TABLES, *(f"{each} --json" for each in TABLES), CSV, "roll labour --out - --format jsonl")


def told(at: Terminal, read: Iterable[str] = TABLES) -> dict[str, str]:
    """What the verbs that read tell, to officers and to the public; but not up to which event the papers were read."""
    return {words: HEAD_AT.sub(r"\1N", at(*words.split()).done()) for words in read}


def person_rows() -> Iterator[str]:
    yield "No,Type,Unit,Joined,Name,E-mail\n"
    for n in range(MEMBERS):
        yield f"{n},Member,{'Bow' if n % 2 else 'Hull'},2010-01-01,{NAMES[n]},v{n}@example.org\n"
    for n in range(MEMBERS, MEMBERS + FRIENDS):
        yield f"{n},Friend,Bow,2010-01-01,{NAMES[n]},v{n}@example.org\n"
    yield f"{90},Member,Bow,not-a-day,{NAMES[90]},v90@example.org\n"  # rejected, and kept in the vault


def applied_rows() -> Iterator[str]:
    yield HEAD
    for n in range(60, 60 + SUPPORTERS):
        first, last = NAMES[n].split()
        yield f"A-{n:04},{first},{last},v{n}@example.org,Bow East,,yes,01/08/2010 12:00:00\n"


class OnServer(Terminal):
    """Runs `pollbook` on the ledger that the environment names."""

    def __call__(self, *words: str) -> Answer:
        return self.run(*words)


NEW = "A-0099,Invented099,Voter099,v99@example.org,Bow East,,yes,01/08/2010 12:00:00\n"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the election is made once."""
    return tmp_path_factory.mktemp("built")


@pytest.fixture
def at(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    """A copy of an election in a folder, from the register to the declaration."""
    monkeypatch.setenv("POLLBOOK_PURPOSE", "audit")
    if not (built / "ledger").exists():
        held_election(Terminal(built, monkeypatch, capsys), monkeypatch)
    shutil.copytree(built, tmp_path / "here")
    return told_why(Terminal(tmp_path / "here", monkeypatch, capsys), monkeypatch)


def told_why(at: Terminal, patch: pytest.MonkeyPatch) -> Terminal:
    """Say for everything that is asked from now on why, and who asks."""
    patch.setenv("POLLBOOK_PURPOSE", "audit")
    patch.setenv("POLLBOOK_ACTOR", "registrar")
    return at


def held_election(at: Terminal, patch: pytest.MonkeyPatch) -> None:
    """Hold an election: members, friends, supporters who applied; their papers, marks, and the declaration."""
    begun: list[tuple[str, dict[str, Any]]] = [("call-election", CALL_ELECTION), ("adopt-count-rule", ADOPT_RULE)]
    begun += [*map(line_of, (TIMETABLE, FEE, GROUND)), ("adopt-franchise", {"election": "labour", "rule": FRANCHISE})]
    told_why(at.made(begun), patch)
    at.write("m.toml", MAPPING)
    at.write("a.toml", APPLICATIONS)
    at.write("m.csv", "".join(person_rows()))
    at.write("a.csv", "".join(applied_rows()))
    at(*REGISTER).done()
    at(*IMPORT).done()
    at("admit", "labour").done()
    at("build-roll", "labour").done()
    at.record("freeze-roll", {"election": "labour"}).done()
    counts = [{"section": each, "entries": number} for each, number in sorted(SECTIONS.items())]
    statement = "sha256:" + "7" * 64
    certified = {"election": "labour", "entries": sum(SECTIONS.values()), "sections": counts, "statement": statement}
    at.record("certify-roll", certified).done()
    at.record("define-contest", CONTEST).done()
    for section, number in SECTIONS.items():
        issued = {"contest": "leader", "section": section, "count": number, "roll_version": 1, "channel": "post"}
        at.record("issue-papers", issued).done()
    at.record("close-poll", {"contest": "leader"}).done()
    voted(at)
    at("find", "--name", NAMES[0]).done()  # makes the index


def voted(at: Terminal) -> None:
    """Two of three electors vote; their marks and papers come in, and the result is declared."""
    electors = [line.split(",")[0] for line in at(*CSV.split()).done().splitlines()[1:]]
    closed = json.loads(at("show", "contest/leader", "--json").done())[-1]["effective"]
    back = [each for n, each in enumerate(sorted(electors)) if n % 3]
    at.write("r.csv", "elector,day\n" + "".join(f"{each},{closed[:10]}\n" for each in back))
    at("import", "mark-returns", "r.csv", "--set", "contest=leader").done()
    returned = {
        each["section"]: each["returned"] for each in json.loads(at("papers", "leader", "--json").done())["papers"]
    }
    for number, section in enumerate(SECTIONS, 1):
        at.write("p.csv", "marks\n" + "abbott\n" * (returned[section] - number) + "balls\n" * number)
        words = ("--set", "contest=leader", "--set", f"section={section}", "--set", f"serial={number}")
        at("import", "read-papers", "p.csv", *words).done()
    at.record("declare-result", {"contest": "leader", "elected": ["abbott"], "figures": []}).done()


def secrets_of(execute: Any, schema: str = "") -> list[bytes]:
    """Give every key and ciphertext in the vault, and every entry of the index, as they lie there."""
    found: list[Any] = []
    for columns, table in (("row, wrapped, sealed", "member"), ("wrapped, sealed", "rejected"), ("token", "blind")):
        found += [bytes(value) for line in execute(f"SELECT {columns} FROM {schema}{table}") for value in line]
    return found


def in_folder(at: Terminal) -> list[bytes]:
    with closing(sqlite3.connect(at.ledger / VAULT_FILE)) as vault:
        return secrets_of(vault.execute)


def erase(at: Terminal, *words: str) -> tuple[int, int]:
    """Erase, and give how many disclosures went and how many people are kept."""
    dry = json.loads(at("erase", *words, "--basis", "court-order", "--dry-run", "--json").done())
    done = json.loads(at("erase", *words, "--basis", "court-order", "--json").done())
    assert (dry["erased"], dry["kept"], dry["when"]) == (done["erased"], done["kept"], "dry")
    return done["erased"], done["kept"]


def root_then(at: Terminal, size: int) -> tuple[int, bytes]:
    """The root over the first events."""
    with open_ledger(at.ledger) as ledger:
        return ledger.root(size)


def clean(at: Terminal) -> None:
    """Nothing wrong is found: not by the counts, the roll's root and certificate, or what the vault holds."""
    report = json.loads(at("verify", "--json").done())
    assert report["findings"] == []
    assert not {"C4", "I4", "E12"} & report["unchecked"].keys()


def test_everybody_is_erased_and_all_is_told_as_before(at: Terminal) -> None:
    before, size, hidden = told(at, READ), at.size(), in_folder(at)
    root = root_then(at, size)
    assert len(hidden) == 3 * sum(SECTIONS.values()) + 2 + TOKENS * sum(SECTIONS.values())
    assert VAULT_FILE in " ".join(found_in(at.ledger, hidden)), "the search finds what is there"
    assert erase(at, "--everybody", "--register", "party") == (MEMBERS + FRIENDS, 0)
    assert erase(at, "--everybody", "--election", "labour") == (SUPPORTERS, 0)
    assert told(at, READ) == before
    assert root_then(at, size) == root
    assert found_in(at.ledger, hidden) == []
    assert [name for name, content in at.files().items() if any(each in content.lower() for each in PLAIN)] == []
    assert in_folder(at) == []
    clean(at)
    at("rebuild").done()
    assert told(at, READ) == before


def test_whoever_applied_is_erased_and_nobody_else(at: Terminal) -> None:
    before, hidden = told(at), in_folder(at)
    applied, held = (at("application-key", "labour", f"A-{n:04}").done().strip() for n in (60, 61))
    at.record("hold-retention", {"person": held, "hold": "case-1", "ground": "appeal"}).done()
    words = ("erase", "--everybody", "--election", "labour", "--basis")
    at(*words, "retention-over").refused("retention-until")
    assert erase(at, "--everybody", "--election", "labour") == (SUPPORTERS - 1, 1)
    left = in_folder(at)
    assert len(left) == len(hidden) - (3 + TOKENS) * (SUPPORTERS - 1)
    assert found_in(at.ledger, sorted(set(hidden) - set(left))) == []
    assert told(at) == before
    assert applied not in at("find", "--name", NAMES[60], "--json").done()
    assert held in at("find", "--name", NAMES[61], "--json").done()
    assert set(NAMES[0].split()) <= set(at("find", "--name", NAMES[0]).done().split())
    size = at.size()
    assert "added nothing" in at(*IMPORT).done()
    assert at.size() == size
    at.write("a.csv", "".join([*applied_rows(), NEW]))
    again = json.loads(at(*IMPORT, "--json").done())
    assert (again["accepted"], again["held"], again["rejected"]) == (1, 1, {"member-erased": SUPPORTERS - 1})
    assert erase(at, "--everybody", "--election", "labour") == (1, 1)
    at.record("release-retention", {"person": held, "hold": "case-1"}).done()
    assert erase(at, "--everybody", "--election", "labour") == (1, 0)
    clean(at)


@pytest.mark.postgres
def test_on_a_server_every_key_is_destroyed(
    postgres_place: PostgresPlace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    at = OnServer(tmp_path, monkeypatch, capsys)
    monkeypatch.setattr(cli.office, "POSTGRES_SCHEMA", postgres_place.schema)
    monkeypatch.setenv("POLLBOOK_POSTGRES", postgres_place.url)
    held_election(at, monkeypatch)
    before = told(at)
    with postgres_place.database() as database:
        vault = f"{postgres_place.vault_schema}."
        assert len(secrets_of(database.execute, vault)) == (3 + TOKENS) * sum(SECTIONS.values()) + 2
        assert erase(at, "--everybody", "--register", "party") == (MEMBERS + FRIENDS, 0)
        assert erase(at, "--everybody", "--election", "labour") == (SUPPORTERS, 0)
        assert secrets_of(database.execute, vault) == []
        for table in ("subject", "disclosure", "erasing"):
            assert database.execute(f"SELECT count(*) FROM {vault}{table}").fetchone() == (0,)
    assert told(at) == before
    clean(at)
