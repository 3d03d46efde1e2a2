"""The checks of `pollbook verify` one by one: what is signed and wrong, and what no store would have kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from time import time as seconds_now
from typing import Any

import pytest
from keeper import World, canonical, make_world
from scenario import DEFINED as DEFINED_COMMANDS
from scenario import READ_PAPERS
from stores import MASTER, LedgerPlace, SQLitePlace, desk_at
from terminal import Terminal
from test_attacks import CLOSED, COMPLETE, DECLARED, DEFINED, HEADS, OPENED, P1, P4, PAPERS, RULE

from ledger.leaf import BLIND_BYTES
from ledger.privacy.sqlite_vault import VAULT_FILE
from ledger.privacy.vault import Vault
from ledger.rules.alternative import WeightedAlternativeVote
from ledger.rules.count_rule import rule_hash
from ledger.seal.sealer import LAST_SIGNED
from ledger.storage.store import open_ledger
from ledger.streams.contest import ClosePoll
from ledger.streams.person import DISCLOSURES_MAX
from projections.catch_up import VIEWS_FILE
from projections.counting import open_views
from projections.verify.run import Report, verify
from projections.verify.sealing import Notes, Trust

BLIND = "A" * (BLIND_BYTES * 4 // 3 + 1)
COUNCIL, COUNCIL_OPENED, COUNCIL_PAPER, COUNCIL_COMPLETE = 20, 22, 23, 26  # of the contest that keeps its papers
ORDERED, ERASED = 14, 15  # of somebody's erasure
HUGE = 10**14
Act = Callable[[World], None]


@pytest.fixture(scope="session")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> World:
    return make_world(tmp_path_factory.mktemp("checks") / "world", int(seconds_now()))


@pytest.fixture
def world(untouched: World, tmp_path: Path) -> World:
    return untouched.copied(tmp_path / "world")


def report_of(world: World) -> Report:
    """Verify with all there is, but without anything to trust."""
    folder = world.operator.folder
    signed, latest = world.operator.state / LAST_SIGNED, world.operator.latest
    with (
        open_ledger(folder) as ledger,
        closing(Vault(SQLitePlace(folder).vault_store(), MASTER, lambda size: bytes(size))) as vault,
        closing(open_views(folder if (folder / VIEWS_FILE).is_file() else None)) as views,
    ):
        return verify(
            ledger,
            views=views,
            vault=vault,
            notes=Notes(
                latest.read_bytes() if latest.is_file() else None, signed.read_bytes() if signed.is_file() else None
            ),
            trust=Trust(),
        )


def ids(world: World) -> list[str]:
    return [finding.id for finding in report_of(world).findings]


def papers(*marks: str) -> Act:
    """What the three papers of the contest say, and their batch with them."""

    def change(world: World) -> None:
        for at, each in zip(PAPERS, marks, strict=True):
            world.operator.rewrite(at, marks=each)
        world.operator.put_batches_right()

    return change


def fields(position: int, **changes: Any) -> Act:
    def change(world: World) -> None:
        world.operator.rewrite(position, **changes)
        if position in (*PAPERS, COUNCIL_PAPER, COUNCIL_OPENED, OPENED):
            world.operator.put_batches_right()

    return change


def alone(position: int, **changes: Any) -> Act:
    """Change a leaf, and let its batch say what it said."""
    return lambda world: world.operator.rewrite(position, **changes)


def again(position: int, at: int, **changes: Any) -> Act:
    """Put a copy of an event in at another position, with the time that is then."""

    def change(world: World) -> None:
        leaves = world.operator.leaves()
        when = leaves[max(at - 1, 0)]["recorded"] if at > position else leaves[at]["recorded"]
        world.operator.insert(at, leaves[position] | {"command": None, "recorded": when} | changes)

    return change


def swap(one: int, other: int) -> Act:
    """Let two events change places, each with the time of its new place."""

    def change(world: World) -> None:
        leaves = world.operator.leaves()
        for at in (one, other):
            world.operator.move(at, 1_000 + at)
        for at, to in ((one, other), (other, one)):
            leaf = leaves[at] | {"recorded": leaves[to]["recorded"]}
            world.operator.write(1_000 + at, state=canonical(leaf))
            world.operator.move(1_000 + at, to)
            world.operator.sql("UPDATE command SET position = ? WHERE id = ?", to, leaf.get("command"))

    return change


def drop(position: int) -> Act:
    return lambda world: world.operator.drop(position)


def weigh_others(world: World) -> None:
    """Let the rule be one for an electoral college, with weights for other sections than the contest has."""
    old = world.operator.leaves()[RULE]["rule"]
    rule = old | {
        "version": "weighted-av.v1",
        "empty_section": "nothing",
        "majority_base": "whole",
        "section_base": "continuing",
        "weights": [{"section": "elsewhere", "weight": "1/1"}],
    }
    world.operator.rewrite(RULE, rule=rule)
    digest = rule_hash(WeightedAlternativeVote.model_validate_json(json.dumps(rule)))
    for at in world.operator.positions("contest-defined.v1"):
        world.operator.rewrite(at, count_rule=digest)


def erase_another(world: World) -> None:
    """Say of somebody's disclosure that it was erased with another's."""
    leaves = world.operator.leaves()
    at = world.operator.at("disclosure-erased.v1")
    world.operator.rewrite(at, digests=[leaves[P1]["identity"], *leaves[at]["digests"]])


SECOND = {"stream": "paper/leader/members/ffffffffffffffff"}
SIGNED: dict[str, tuple[Act, str]] = {
    "C3: opened twice": (again(OPENED, COMPLETE, version=3), "C3:batch-reopened:8"),
    "C3: closed twice": (again(COMPLETE, P1, version=3), "C3:batch-reclosed:9"),
    "C3: a member before its batch": (again(PAPERS[0], OPENED, **SECOND), "C3:member-too-early:4"),
    "C3: a member after its batch": (again(PAPERS[0], P1, **SECOND), "C3:member-too-late:9"),
    "C3: closed before it was opened": (swap(OPENED, COMPLETE), "C3:batch-out-of-order:4"),
    "C3: other contents": (alone(OPENED, contents="sha256:" + "0" * 64), "C3:batch-differs:4"),
    "C3: more in all": (alone(OPENED, total=4), "C3:batch-differs:4"),
    "C3: closed over fewer": (alone(COMPLETE, count=2), "C3:batch-incomplete:8"),
    "C3: never opened": (drop(OPENED), "C3:batch-unopened"),
    "C3: no paper, but in a batch": (alone(P1, batch="batch/paper/leader/members/s1"), "C3:member-unexpected:9"),
    "E1: contest defined twice": (again(DEFINED, CLOSED, version=3), "E1:contest-redefined:3"),
    "E1: poll closed twice": (again(CLOSED, OPENED, version=3), "E1:poll-reclosed:4"),
    "E1: contest undefined": (drop(DEFINED), "E1:unknown-contest:2"),
    "E1: poll closed before": (swap(DEFINED, CLOSED), "E1:poll-out-of-order:2"),
    "E1: rule adopted afterwards": (swap(RULE, DEFINED), "E1:unknown-rule:1"),
    "E1: rule of another election": (
        fields(RULE, election="other", stream="election/other", version=1),
        "E1:unknown-rule:2",
    ),
    "E1: election not called": (drop(0), "E1:unknown-election:0"),
    "E1: election called twice": (again(0, DEFINED, version=3), "E1:election-recalled:2"),
    "E1: one candidate twice": (fields(DEFINED, candidates=[{"id": "a", "name": "A"}] * 2), "E1:duplicate-candidate:2"),
    "E1: one section twice": (
        fields(DEFINED, sections=[{"id": "members", "name": "M"}] * 2),
        "E1:duplicate-section:2",
    ),
    "E1: section called all": (
        fields(DEFINED, sections=[{"id": "members", "name": "M"}, {"id": "all", "name": "All"}]),
        "E1:section-reserved:2",
    ),
    "E1: two seats": (fields(DEFINED, seats=2), "E1:seats-unfit:2"),
    "E2: no such section": (
        fields(DEFINED, sections=[{"id": "mps", "name": "MPs"}]),
        "E2:papers-of-no-contest:4",
    ),
    "E2: poll never closed": (drop(CLOSED), "E2:poll-open:3"),
    "E2: poll closed meanwhile": (swap(CLOSED, OPENED), "E2:poll-open:3"),
    "E2: effective, paper": (fields(PAPERS[1], effective="2024-05-01T11:00:00Z"), "E2:effective-differs:6"),
    "E2: effective, opening": (fields(OPENED, effective="2024-05-01T11:00:00Z"), "E2:effective-differs:4"),
    "E2: effective, closing": (alone(COMPLETE, effective="2024-05-01T11:00:00Z"), "E2:effective-differs:8"),
    "E2: blind on a public paper": (fields(PAPERS[2], blind=BLIND), "E2:wrong-audience:7"),
    "E2: blind on a public opening": (fields(OPENED, blind=BLIND), "E2:wrong-audience:4"),
    "E2: blind on a public closing": (alone(COMPLETE, blind=BLIND), "E2:wrong-audience:8"),
    "E2: no blind on a withheld paper": (fields(COUNCIL_PAPER, blind=None), "E2:wrong-audience:23"),
    "E2: no blind on a withheld opening": (fields(COUNCIL_OPENED, blind=None), "E2:wrong-audience:22"),
    "E2: no blind on a withheld closing": (alone(COUNCIL_COMPLETE, blind=None), "E2:wrong-audience:26"),
    "E2: papers withheld that were to be public": (fields(DEFINED, paper_publication="none"), "E2:wrong-audience:4"),
    "E2: another provenance": (
        fields(PAPERS[0], provenance="expanded from published totals"),
        "E2:provenance-differs:5",
    ),
    "E2: a command": (fields(PAPERS[0], command="c"), "E2:paper-tells-more:5"),
    "E2: an authority": (fields(PAPERS[0], authority="rule 7"), "E2:paper-tells-more:5"),
    "E2: id of another form": (fields(PAPERS[0], stream="paper/leader/members/0"), "E2:paper-out-of-place:5"),
    "E2: ids that go down": (fields(PAPERS[2], stream=SECOND["stream"].replace("f", "0")), "E2:paper-out-of-place:7"),
    "E2: of another section": (fields(PAPERS[2], stream="paper/leader/mps/" + "f" * 16), "E2:paper-out-of-place:7"),
    "E2: a second version": (fields(PAPERS[0], version=2), "E2:paper-out-of-place:5"),
    "E2: nothing": (papers("a>b", "b", ""), "E2:blank-paper:7"),
    "E2: a gap": (papers("a>>b", "b", "b"), "E2:gap-in-ranking:5"),
    "E2: an overvote": (papers("a", "a=b", "b"), "E2:overvote:6"),
    "E2: somebody twice": (papers("a", "b>a>b", "b"), "E2:duplicate-mark:6"),
    "E2: a stranger": (papers("a", "b>z", "b"), "E2:unknown-candidate:6"),
    "E3: declared twice": (again(DECLARED, P4, version=3), "E3:declared-twice:17"),
    "E3: on what came later": (fields(DECLARED, as_of_position=20), "E3:as-of-later:13"),
    "E3: before the papers": (fields(DECLARED, as_of_position=4), "E3:papers-after-count:5"),
    "E3: before the poll closed": (fields(DECLARED, as_of_position=2), "E3:poll-open:13"),
    "E3: with a batch open": (drop(COMPLETE), "E3:batches-open:12"),
    "E3: without a lot": (papers("a", "b", "c"), "E3:lot-needed:13"),
    "E3: somebody who did not stand": (fields(DECLARED, elected=["zz"]), "E3:unknown-candidate:13"),
    "E3: of no contest": (
        fields(DECLARED, contest="nothing", stream="result/nothing", version=1),
        "E3:not-recomputable:13",
    ),
    "E1: sections that the rule does not weigh": (weigh_others, "E1:sections-unfit:2"),
    "S4: other heads": (alone(HEADS, root="sha256:" + "0" * 64), "S4:heads-differ:16"),
    "S4: heads of later": (alone(HEADS, as_of_position=20), "S4:heads-differ:16"),
    "I3: on a stream of another kind": (alone(P1, stream="election/p1"), "I3:stream-does-not-replay:9"),
    "I3: on a stream of no kind": (alone(P1, stream="people/p1"), "I3:stream-does-not-replay:9"),
    "C4: erased, and never ordered": (drop(ORDERED), "C4:no-erasure-ordered:14"),
    "C4: erased before it was ordered": (swap(ORDERED, ERASED), "C4:no-erasure-ordered:14"),
    "C4: erased once more": (again(ERASED, HEADS, version=3), "C4:no-erasure-ordered:16"),
    "C4: erased as was ordered of another": (
        alone(ERASED, stream="erasure/p1", version=1),
        "C4:no-erasure-ordered:15",
    ),
    "C4: erased, and held": (erase_another, "C4:disclosure-not-erased:9"),
    "I1: on the stream of another": (fields(DECLARED, contest="council"), "I1:stream-differs:13"),
    "C5: a leaf names another command": (fields(P1, command="another"), "C5:command-differs:9"),
    "C5: a leaf names none": (fields(P1, command=None), "C5:command-differs:9"),
    "C5: a leaf names one too many": (again(0, RULE, command="c", version=3), "C5:command-unknown:1"),
}


def test_the_untouched_world_is_clean(world: World) -> None:
    report = report_of(world)
    assert report.findings == ()
    assert report.unchecked.keys() == {"A1", "A2", "A4", "A5", "S3"}
    assert (report.signed, report.size) == (28, 28)


@pytest.mark.parametrize("name", SIGNED)
def test_what_is_signed_and_wrong_is_found(world: World, name: str) -> None:
    act, expected = SIGNED[name]
    act(world)
    world.operator.reseal()
    found = ids(world)
    assert expected in found, found
    assert not [each for each in found if each[:2] in ("S1", "S2", "S6", "C1")], found


def test_a_batch_that_is_open_is_no_finding_and_is_said(world: World) -> None:
    drop(COUNCIL_COMPLETE)(world)
    world.operator.reseal()
    report = report_of(world)
    assert report.findings == ()
    assert "batch/paper/council/members/c1" in report.unchecked["C3"]
    assert report.unchecked["C3"].startswith("open")


UNSIGNED: dict[str, tuple[str, str]] = {
    "head: time": ("UPDATE head SET recorded = '2024-05-01T00:00:00Z'", "C1:head-changed"),
    "head: huge": (f"UPDATE head SET size = {HUGE}", "C1:tail-missing:28"),
    "head: less": ("UPDATE head SET size = 3", "C1:head-differs:3"),
    "head: negative": ("UPDATE head SET size = -3", "C1:head-differs:0"),
    "head: text": ("UPDATE head SET size = 'many'", "C1:head-malformed"),
    "head: none": ("DELETE FROM head", "C1:head-missing"),
    "head: no table": ("DROP TABLE head", "C1:storage-damaged"),
    "row: negative": ("UPDATE stored_events SET position = -5 WHERE position = 0", "C1:position-gap:0"),
    "row: lowest": (f"UPDATE stored_events SET position = {-(2**63)} WHERE position = 0", "C1:position-gap:0"),
    "row: a whole batch below all": (
        "UPDATE stored_events SET position = position - 100 WHERE position BETWEEN 4 AND 8",
        "E2:poll-open:-96",
    ),
    "row: huge": (f"UPDATE stored_events SET position = {HUGE} WHERE position = 27", "C1:position-gap:27"),
    "row: highest": (f"UPDATE stored_events SET position = {2**63 - 1} WHERE position = 27", "C1:position-gap:27"),
    "row: invalid UTF-8": (
        "UPDATE stored_events SET topic = CAST(x'ff' AS TEXT) WHERE position = 5",
        "C1:storage-damaged:5",
    ),
    "row: type of bytes": ("UPDATE stored_events SET topic = x'ff' WHERE position = 5", "I1:unknown-type:5"),
    "row: stream of bytes": ("UPDATE stored_events SET originator_id = x'ff' WHERE position = 5", "I1:row-mismatch:5"),
    "row: no text": ("UPDATE stored_events SET originator_id = 'é' WHERE position = 5", "I1:row-mismatch:5"),
    "row: leaf a number": ("UPDATE stored_events SET state = 7 WHERE position = 5", "I1:leaf-malformed:5"),
    "row: no rows": ("DELETE FROM stored_events", "C1:tail-missing:0"),
    "sealed: huge": (f"UPDATE meta SET value = '{HUGE}' WHERE name = 'sealed'", "S1:tail-missing:28"),
    "sealed: beyond databases": (f"UPDATE meta SET value = '{10**40}' WHERE name = 'sealed'", "S1:seal-malformed"),
    "sealed: 5,000 digits": (f"UPDATE meta SET value = '{'9' * 5_000}' WHERE name = 'sealed'", "S1:seal-malformed"),
    "sealed: bytes": ("UPDATE meta SET value = x'ff' WHERE name = 'sealed'", "S1:seal-malformed"),
    "sealed: less": ("UPDATE meta SET value = '7' WHERE name = 'sealed'", "S1:tile-differs:7"),
    "tiles: none": ("DELETE FROM tile", "S1:tile-differs:0"),
    "tiles: no table": ("DROP TABLE tile", "S1:storage-damaged"),
    "tiles: not at home": ("INSERT INTO tile VALUES ('x', 'y', 7)", "S1:tile-unexpected"),
    "command: unknown": ("DELETE FROM command WHERE position = 9", "C5:command-unknown:9"),
    "command: elsewhere": ("UPDATE command SET position = 10 WHERE position = 9", "C5:command-differs:10"),
    "command: longer": ("UPDATE command SET events = 2 WHERE position = 9", "C5:command-differs:10"),
    "command: none": ("UPDATE command SET events = 0 WHERE position = 9", "C5:command-malformed"),
    "command: huge": (f"UPDATE command SET events = {HUGE} WHERE position = 9", "C5:command-malformed"),
    "command: text": ("UPDATE command SET position = 'x' WHERE position = 9", "C5:command-malformed"),
    "command: digest cut": ("UPDATE command SET digest = substr(digest, 2) WHERE position = 9", "C5:command-malformed"),
    "command: one more": (
        "INSERT INTO command VALUES ('x', zeroblob(32), 5, 1)",
        "C5:command-differs:5",
    ),
    "command: no table": ("DROP TABLE command", "C5:storage-damaged"),
    "meta: id": ("UPDATE meta SET value = '../../x' WHERE name = 'ledger'", "I5:meta-differs"),
    "meta: another id": (f"UPDATE meta SET value = '{'0' * 32}' WHERE name = 'ledger'", "S2:unknown-origin"),
    "meta: no id": ("DELETE FROM meta WHERE name = 'ledger'", "I5:meta-differs"),
    "meta: origin": ("INSERT INTO meta VALUES ('origin', 'example.org/x')", "S2:unknown-origin"),
    "meta: format": ("UPDATE meta SET value = '4' WHERE name = 'format'", "I5:meta-differs"),
    "meta: more": ("INSERT INTO meta VALUES ('more', 'x')", "I5:meta-differs"),
    "schema: trigger": (
        "CREATE TRIGGER t AFTER INSERT ON stored_events BEGIN DELETE FROM command; END",
        "I5:schema-differs",
    ),
    "schema: view": ("CREATE VIEW v AS SELECT 1", "I5:schema-differs"),
    "schema: index": ("CREATE UNIQUE INDEX i ON stored_events (topic, state)", "I5:schema-differs"),
    "schema: table": ("CREATE TABLE t (x)", "I5:schema-differs"),
    "schema: column": ("ALTER TABLE stored_events ADD COLUMN x", "I5:schema-differs"),
}


@pytest.mark.parametrize("name", UNSIGNED)
def test_what_is_not_as_the_store_keeps_it_is_found(world: World, name: str) -> None:
    statement, expected = UNSIGNED[name]
    world.operator.sql(statement)
    assert expected in ids(world)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("UNIQUE (originator_id", "CHECK (originator_id"),
        ("state BLOB NOT NULL", "state BLOB"),
        ("position INTEGER PRIMARY KEY", "position INTEGER PRIMARY KEY DESC"),
    ],
)
def test_a_column_defined_otherwise_is_found(world: World, old: str, new: str) -> None:
    world.operator.sql("PRAGMA writable_schema = ON")
    import sqlite3

    with closing(sqlite3.connect(world.operator.folder / "ledger.db", isolation_level=None)) as database:
        database.execute("PRAGMA writable_schema = ON")
        database.execute("UPDATE sqlite_master SET sql = replace(sql, ?, ?) WHERE name = 'stored_events'", (old, new))
    found = ids(world)
    assert {"I5:schema-differs", "I5:database-damaged"} & set(found), found


VAULT: dict[str, tuple[str, str]] = {
    "trigger": ("CREATE TRIGGER t BEFORE DELETE ON subject BEGIN SELECT RAISE(IGNORE); END", "I5:schema-differs"),
    "state": ("UPDATE disclosure SET state = 'gone'", "I4:disclosure-moved:9"),
    "subject": ("UPDATE disclosure SET subject = 'person/p3' WHERE stream = 'person/p1'", "I4:disclosure-changed:9"),
    "no subject": ("DELETE FROM subject WHERE id = 'person/p1'", "C4:disclosure-missing:9"),
    "wrapped": ("UPDATE subject SET wrapped = 'x'", "I4:disclosure-changed:9"),
    "wrapped, empty": ("UPDATE subject SET wrapped = x''", "I4:disclosure-changed:9"),
    "sealed": ("UPDATE disclosure SET sealed = 7", "I4:disclosure-changed:9"),
    "erasures": ("INSERT INTO erasure VALUES ('x', '[')", "I4:vault-malformed"),
    "seed": ("INSERT INTO batch VALUES ('x', x'00')", "I4:vault-malformed"),
    "erased, and put back": (
        "INSERT INTO disclosure SELECT iif(digest LIKE 'z%', 'y', 'z') || substr(digest, 2), subject, stream, version, "
        "state, since, sealed FROM disclosure LIMIT 1",
        "I4:disclosure-of-no-leaf",
    ),
    "no table": ("DROP TABLE disclosure", "C4:disclosure-missing:9"),
}


@pytest.mark.parametrize("name", VAULT)
def test_what_is_wrong_in_the_vault_is_found(world: World, name: str) -> None:
    statement, expected = VAULT[name]
    world.operator.vault(statement)
    assert expected in ids(world)


VIEWS: dict[str, tuple[str, str]] = {
    "of another ledger": ("UPDATE tracking SET ledger = 'x'", "S5:views-of-another"),
    "ahead": (f"UPDATE tracking SET next = {HUGE}", "S5:views-ahead"),
    "no number": ("UPDATE tracking SET next = 'x'", "S5:views-ahead"),
    "no batch": ("DELETE FROM batch", "S5:view-differs"),
    "one more": ("INSERT INTO profile VALUES ('x', 'a', 7)", "S5:view-differs"),
    "no table": ("DROP TABLE profile", "S5:schema-differs"),
    "more tables": ("CREATE TABLE t (x)", "S5:schema-differs"),
    "trigger": ("CREATE TRIGGER t AFTER INSERT ON profile BEGIN DELETE FROM profile; END", "S5:schema-differs"),
    "invalid UTF-8": ("UPDATE profile SET marks = CAST(x'ff' AS TEXT) WHERE marks = 'b'", "S5:views-damaged"),
}


@pytest.mark.parametrize("name", VIEWS)
def test_what_is_wrong_in_the_views_is_found(world: World, name: str) -> None:
    statement, expected = VIEWS[name]
    world.operator.views(statement)
    assert expected in ids(world)


def test_a_disclosure_gone_with_the_erasure_of_another_person_is_found(world: World) -> None:
    erase_another(world)
    world.operator.vault("DELETE FROM disclosure WHERE stream = 'person/p1'")
    world.operator.reseal()
    assert ids(world) == ["C4:disclosure-missing:9"]


def test_an_erasure_without_an_order_is_found_by_who_has_no_key_of_the_vault(world: World) -> None:
    drop(ORDERED)(world)
    world.operator.reseal()
    with open_ledger(world.operator.folder) as ledger:
        report = verify(ledger, views=None, vault=None, notes=Notes(), trust=Trust())
    assert "C4:no-erasure-ordered:14" in [finding.id for finding in report.findings]


@pytest.mark.parametrize(("named", "found"), [(DISCLOSURES_MAX, []), (3, ["C4:no-erasure-ordered:16"])])
def test_one_order_is_carried_out_in_as_many_events_as_it_takes(world: World, named: int, found: list[str]) -> None:
    """One command confirms them all: each names as many disclosures as it may, until the last."""
    operator = world.operator
    erased = operator.leaves()[ERASED]
    others = [f"{number:043}" for number in range(1, named)]
    operator.rewrite(ERASED, digests=[*erased["digests"], *others])
    operator.insert(HEADS, operator.leaves()[ERASED] | {"version": 3, "digests": ["0" * 43]})
    operator.sql("UPDATE command SET events = 2 WHERE position = ?", ERASED)
    operator.reseal()
    assert [each for each in ids(world) if not each.startswith("S4")] == found


@pytest.mark.parametrize("file", [VIEWS_FILE, VAULT_FILE])
def test_a_file_beside_the_ledger_that_is_no_database_is_a_finding_beside_others(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], file: str
) -> None:
    world.operator.sql("UPDATE head SET size = 3")
    (world.operator.folder / file).write_bytes(b"no database at all" * 99)
    answer = Terminal(world.folder, monkeypatch, capsys)("verify", "--json")
    found = [finding["id"] for finding in json.loads(answer.out)["findings"]]
    assert "C1:head-differs:3" in found
    assert ("S5:views-damaged" if file == VIEWS_FILE else "I4:storage-damaged") in found
    assert answer.code == 3


@pytest.mark.parametrize("table", ["stored_events", "head", "command", "tile", "meta"])
def test_without_one_of_its_tables_a_ledger_is_still_verified(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], table: str
) -> None:
    world.operator.sql(f"DROP TABLE {table}")
    answer = Terminal(world.folder, monkeypatch, capsys)("verify", "--json")
    found = {finding["code"] for finding in json.loads(answer.out)["findings"]}
    assert {"storage-damaged", "schema-differs"} <= found
    assert (answer.code, answer.err.count("\n")) == (3, 1)


def test_what_is_stored_cannot_speak_to_the_terminal(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    world.operator.sql('CREATE TABLE "\x1b[2J\nnothing wrong\u202e' + "z" * 9_000 + '" (x)')
    for more in ((), ("--json",)):
        answer = Terminal(world.folder, monkeypatch, capsys)("verify", *more)
        assert answer.code == 3
        assert not {"\x1b", "\u202e"} & set(answer.out + answer.err)
        assert "\nnothing wrong" not in answer.out
        assert max(map(len, answer.out.splitlines())) < 1_500


def test_views_of_another_version_are_not_compared(world: World) -> None:
    world.operator.views("UPDATE tracking SET version = '1'")
    report = report_of(world)
    assert report.findings == ()
    assert "S5" in report.unchecked


def test_what_is_sealed_and_not_yet_signed_is_no_finding_where_what_was_signed_last_is_known(world: World) -> None:
    world.operator.record("late")
    world.operator.seal()
    assert ids(world) == []
    (world.operator.state / LAST_SIGNED).unlink()
    assert ids(world) == ["S2:checkpoint-behind:28"]


def test_what_came_after_the_checkpoint_is_said_and_is_no_finding(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    world.operator.record("late")
    answer = Terminal(world.folder, monkeypatch, capsys)("verify").done()
    assert "\nsigned up to 28 of 29 events\n" in answer
    assert json.loads(Terminal(world.folder, monkeypatch, capsys)("verify", "--json").done())["signed"] == 28


def test_what_is_not_looked_into_in_postgresql_is_said(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.operator.sql("CREATE TABLE t (x)")
    for module in ("run", "schema"):
        monkeypatch.setattr(f"projections.verify.{module}.is_sqlite", lambda _: False)
    report = report_of(world)
    assert report.findings == ()
    assert "PostgreSQL" in report.unchecked["I5"]


EACH_STORE = {
    "head": ("UPDATE head SET size = 100000000000000", "C1:tail-missing:9"),
    "head time": ("UPDATE head SET recorded = ''", "C1:head-changed"),
    "command": ("DELETE FROM command", "C5:command-unknown:0"),
    "tile": ("UPDATE tile SET number = 7", "S1:tile-unexpected"),
    "no tile": ("DELETE FROM tile", "S1:tile-differs:0"),
    "sealed": ("UPDATE meta SET value = '1" + "0" * 40 + "' WHERE name = 'sealed'", "S1:seal-malformed"),
    "meta": ("INSERT INTO meta VALUES ('more', 'x')", "I5:meta-differs"),
    "row": ("DELETE FROM {events} WHERE {position} = 3", "C1:position-gap:3"),
    "huge": ("UPDATE {events} SET {position} = 100000000000000 WHERE {position} = 8", "C1:position-gap:8"),
    "column": ("UPDATE {events} SET topic = 'x' WHERE {position} = 3", "I1:unknown-type:3"),
}


@pytest.mark.parametrize("name", EACH_STORE)
def test_each_store_is_checked(ledger_place: LedgerPlace, name: str) -> None:
    with desk_at(ledger_place) as desk:
        for command in (*DEFINED_COMMANDS, ClosePoll(contest="leader"), READ_PAPERS):
            desk.submit(command, actor="clerk")
    statement, expected = EACH_STORE[name]
    with ledger_place.open() as ledger:
        ledger.seal()
        with ledger.rows.begin(write=True) as transaction:
            transaction.execute(statement.format(events=ledger.rows.events, position=ledger.rows.position))
    with ledger_place.open() as ledger:
        report = verify(ledger, views=None, vault=None, notes=Notes(), trust=Trust())
    assert expected in [finding.id for finding in report.findings]


def test_every_finding_of_one_ledger_is_told(world: World) -> None:
    """One fault hides no other, and each is told once."""
    world.operator.rewrite(DEFINED, seats=2)
    world.operator.rewrite(DECLARED, elected=["b"])
    world.operator.sql("UPDATE head SET recorded = 'x'")
    world.operator.sql("CREATE TABLE t (x)")
    world.operator.sql("DELETE FROM command WHERE position = 9")
    found = ids(world)
    for check in (
        "C1:head-changed",
        "C5:command-unknown:9",
        "E1:seats-unfit:2",
        "E3:figures-differ:13",
        "I5",
        "S1",
        "S2",
    ):
        assert any(each.startswith(check) for each in found), check
    assert len(report_of(world).findings) == len(set(report_of(world).findings))
