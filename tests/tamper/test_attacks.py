"""Every line of the table of attacks, in both columns: the operator does not sign again, or does, with the log's key.

What a verifier brings says what is found:

* L: nothing but the ledger and its own checkpoint;
* C: a checkpoint kept from earlier as well;
* W: a policy with a quorum of witnesses, and how fresh their cosignatures must be;
* S: nothing, but at the operator's own machine, with the vault's key and what was signed last.

Where nothing is to be found that is tested too: it shows why checkpoints have to leave the building.
"""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from time import time as seconds_now

import pytest
from keeper import DAY, LOG, ORIGIN, WITNESS, World, canonical, make_world, refusal, with_signatures
from scenario import CLOSE_POLL, READ_PAPERS, but
from scenario import DEFINED as DEFINED_COMMANDS
from stores import MASTER, SQLitePlace
from terminal import Terminal
from test_malformed_leaves import FORMS

from ledger.errors import EvidenceError
from ledger.leaf import Disclosure, base64url
from ledger.privacy.vault import Vault
from ledger.rules.alternative import AlternativeVote
from ledger.rules.count_rule import rule_hash
from ledger.seal.checkpoint import Checkpoint, parse_checkpoint
from ledger.seal.note import parse_note
from ledger.seal.policy import Policy
from ledger.seal.receipt import read_request, write_request
from ledger.seal.sealer import LOCK, Sealer, locked
from ledger.seal.witness import decide
from ledger.storage.store import open_ledger
from ledger.streams.account import StateAccount
from ledger.streams.contest import Section
from ledger.streams.declaration import DeclareResult
from projections.verify.record import read_record
from projections.verify.snapshot import take_snapshot

RULE, DEFINED, CLOSED, OPENED, PAPERS, COMPLETE = 1, 2, 3, 4, (5, 6, 7), 8  # positions of the leader's contest
P1, P3, FIGURES, DECLARED, HEADS, P4, P5, P6 = 9, 11, 12, 13, 16, 17, 18, 19  # and of what comes after it

SEALED = ("S2:root-differs",)  # of whatever was changed and not signed again
KEPT, QUORUM = ("S3:root-differs",), ("A2:quorum-not-met",)
ONLY_OTHERS = {"L": (), "C": KEPT, "W": QUORUM}  # what was written anew with care

Act = Callable[[World], None]


@dataclass(frozen=True)
class Attack:
    """Something done to a ledger: what each verifier finds; an empty tuple where that is nothing at all."""

    row: str
    act: Act
    found: dict[str, tuple[str, ...]] = field(default_factory=dict)


def signed(act: Act) -> Act:
    """Do it, and seal and sign everything anew."""

    def both(world: World) -> None:
        act(world)
        world.operator.reseal()

    return both


# What an operator can do


def edit(world: World) -> None:
    world.operator.rewrite(0, title="Leader 2011")


def bytes_of(position: int, at: float) -> Act:
    def change(world: World) -> None:
        (leaf,) = world.operator.sql("SELECT state FROM stored_events WHERE position = ?", position)[0]
        place = int(at * len(leaf))
        world.operator.write(position, state=bytes([*leaf[:place], leaf[place] ^ 1, *leaf[place + 1 :]]))

    return change


def delete(position: int, *, close_up: bool = True) -> Act:
    def change(world: World) -> None:
        if close_up:
            world.operator.drop(position)
        else:
            world.operator.sql("DELETE FROM stored_events WHERE position = ?", position)

    return change


def insert(world: World) -> None:
    before = world.operator.leaves()[P4]
    leaf = world.operator.leaves()[0] | {"stream": "election/forged", "election": "forged", "command": None}
    world.operator.insert(P5, leaf | {"recorded": before["recorded"], "effective": before["recorded"]})


def reorder(world: World) -> None:
    operator = world.operator
    one, other = operator.leaves()[P4], operator.leaves()[P5]
    for at, leaf, time in ((99, one, other), (P4, other, one)):
        operator.move(P4 if at == 99 else P5, at)
        operator.write(at, state=canonical(leaf | {"recorded": time["recorded"], "effective": time["effective"]}))
        operator.sql("UPDATE command SET position = ? WHERE id = ?", P5 if at == 99 else P4, leaf["command"])
    operator.move(99, P5)


def cut(world: World) -> None:
    world.operator.truncate(P5)


def cut_rows_alone(world: World) -> None:
    world.operator.sql("DELETE FROM stored_events WHERE position >= ?", P5)


def cut_with_tiles(world: World) -> None:
    cut(world)
    world.operator.sql("DELETE FROM tile")
    world.operator.sql("DELETE FROM meta WHERE name = 'sealed'")
    world.operator.seal()


def cut_and_append(world: World) -> None:
    cut(world)
    for number in range(12):
        world.operator.record(f"other-{number}")


def swap_ballots(world: World) -> None:
    operator = world.operator
    marks = {at: operator.leaves()[at]["marks"] for at in PAPERS}
    one = next(at for at in PAPERS if marks[at] == "b")
    other = next(at for at in PAPERS if marks[at] != "b")
    operator.rewrite(one, marks=marks[other])
    operator.rewrite(other, marks="b")


def swap_ballots_well(world: World) -> None:
    swap_ballots(world)
    world.operator.put_batches_right()


def backdate(world: World) -> None:
    world.operator.rewrite(FIGURES, effective="2024-04-01T00:00:00Z")


def record_earlier(world: World) -> None:
    world.operator.rewrite(FIGURES, recorded="2024-04-01T00:00:00Z")


def change_rule(world: World) -> None:
    world.operator.rewrite(RULE, rule=world.operator.leaves()[RULE]["rule"] | {"decimals": 3})


def change_rule_well(world: World) -> None:
    """The contest names the new rule by its hash, and the declaration the count under it."""
    from projections.verify.contests import read_contests
    from projections.verify.counts import count_at

    change_rule(world)
    operator = world.operator
    rule = AlternativeVote.model_validate_json(json.dumps(operator.leaves()[RULE]["rule"]))
    operator.rewrite(DEFINED, count_rule=rule_hash(rule))
    operator.rewrite(operator.positions("contest-defined.v1")[1], count_rule=rule_hash(rule))
    with open_ledger(operator.folder) as ledger:
        record = read_record(ledger, take_snapshot(ledger), 1, lambda _: None)
    contest = read_contests(record)["leader"]
    counted = count_at(record, contest, DECLARED, ("E3", DECLARED, "result/leader"))
    assert isinstance(counted, tuple)
    basis, table = counted
    operator.rewrite(DECLARED, count=basis.digest(table))


def rewrite_everything(world: World) -> None:
    for at in range(world.operator.size()):
        world.operator.rewrite(at, actor="impostor")
    world.operator.put_batches_right()


def rewrite_the_rest(world: World) -> None:
    for at in range(world.kept_size, world.operator.size()):
        world.operator.rewrite(at, actor="impostor")
    world.operator.put_batches_right()


def put_back(world: World) -> None:
    shutil.copy(world.operator.latest, world.kept)
    shutil.rmtree(world.operator.folder)
    shutil.copytree(world.past, world.operator.folder)


def edit_views(world: World) -> None:
    world.operator.views("UPDATE profile SET papers = papers + 1 WHERE marks = 'b'")


def sign_and_edit_views(world: World) -> None:
    world.operator.sign()
    edit_views(world)


def declare_otherwise(world: World) -> None:
    figures = [dict(figure, value="3") for figure in world.operator.leaves()[DECLARED]["figures"]]
    world.operator.rewrite(DECLARED, figures=figures)


def declare_another(world: World) -> None:
    world.operator.rewrite(DECLARED, elected=["b"])


def columns(**values: object) -> Act:
    return lambda world: world.operator.write(CLOSED, **values)


def move_stream(world: World) -> None:
    world.operator.rewrite(CLOSED, stream="contest/other", version=1)


def skip_version(world: World) -> None:
    world.operator.rewrite(CLOSED, version=3)


def another_type(world: World) -> None:
    leaf = world.operator.leaves()[CLOSED]
    world.operator.rewrite(CLOSED, type="poll-closed.v2" if leaf else "")


def checkpoint(change: Callable[[World, bytes], bytes]) -> Act:
    def replace(world: World) -> None:
        world.operator.latest.write_bytes(change(world, world.operator.latest.read_bytes()))

    return replace


def forged(_: World, note: bytes) -> bytes:
    head, mark, rest = note.partition("— ".encode())
    line, _, others = rest.partition(b"\n")
    return head + mark + line[:-6] + (b"AAAA==" if line[-6:] != b"AAAA==" else b"BAAA==") + b"\n" + others


def more_lines(_: World, note: bytes) -> bytes:
    body = note.partition(b"\n\n")[0] + b"\nextension 1\n"
    from ledger.seal.note import Signature

    return body + b"\n" + Signature(ORIGIN, LOG.verifier.key_id, LOG.sign(body)).line().encode()


def edit_disclosure(world: World) -> None:
    world.operator.vault(
        "UPDATE disclosure SET sealed = CAST(x'00' || substr(sealed, 2) AS BLOB) WHERE stream = 'person/p1'"
    )


def drop_disclosure(world: World) -> None:
    world.operator.vault("DELETE FROM disclosure WHERE stream = 'person/p1'")


def move_disclosure(world: World) -> None:
    world.operator.vault("UPDATE disclosure SET stream = 'person/p3', version = 2 WHERE stream = 'person/p1'")


def reencrypt_disclosure(world: World) -> None:
    """With the master key: another name under the digest of the old one."""
    drop_disclosure(world)
    digest = world.operator.leaves()[P1]["identity"]
    text = base64url(json.dumps([base64url(bytes(16)), "identity", {"name": "Another"}]).encode())
    with closing(Vault(SQLitePlace(world.operator.folder).vault_store(), MASTER, secrets.token_bytes)) as vault:
        vault.put_pending("person/p1", "person/p1", 1, [Disclosure("identity", digest, text)], "2024-05-01T12:00:00Z")
        vault.hold([digest])


def swap_digests(world: World) -> None:
    one, other = (world.operator.leaves()[at]["identity"] for at in (P1, P3))
    world.operator.rewrite(P1, identity=other)
    world.operator.rewrite(P3, identity=one)


def one_more_paper(world: World) -> None:
    paper = world.operator.leaves()[PAPERS[-1]]
    world.operator.insert(COMPLETE, paper | {"stream": "paper/leader/members/ffffffffffffffff"})


def one_more_paper_closed(world: World) -> None:
    contents, total = (world.operator.leaves()[OPENED][name] for name in ("contents", "total"))
    one_more_paper(world)
    world.operator.put_batches_right()
    world.operator.rewrite(OPENED, contents=contents, total=total)


def one_more_paper_well(world: World) -> None:
    one_more_paper(world)
    world.operator.put_batches_right()


def paper_for_a_stranger(world: World) -> None:
    world.operator.rewrite(PAPERS[1], marks="zz")
    world.operator.put_batches_right()


def batch_after_the_declaration(world: World) -> None:
    operator = world.operator
    leaves = operator.leaves()
    late = leaves[P5]["recorded"]
    stream = "batch/paper/leader/members/s2"
    for number, at in enumerate((OPENED, *PAPERS, COMPLETE)):
        change = {"batch": stream, "stream": f"paper/leader/members/00000000{number:08}"}
        if at in (OPENED, COMPLETE):
            change = {"stream": stream, "command": None}
        operator.insert(P6 + number, {**leaves[at], **change, "recorded": late})
    operator.put_batches_right()


def tile(statement: str) -> Act:
    return lambda world: (world.operator.sql(statement), None)[1]


ATTACKS: dict[str, Attack] = {
    "edited": Attack("edit one row", edit, {"L": (*SEALED, "S1:tile-differs:0")}),
    **{
        f"byte {n} of {at}": Attack("any single byte", bytes_of(at, n / 3), {"L": (*SEALED, f"S1:tile-differs:{at}")})
        for at in (0, OPENED, PAPERS[0], P1)
        for n in range(3)
    },
    "edited, signed": Attack("edit one row", signed(edit), ONLY_OTHERS),
    "byte, signed": Attack("any single byte", signed(bytes_of(0, 0.5)), {"L": ("I1:leaf-malformed:0",), "C": KEPT}),
    "deleted": Attack("delete", delete(P1, close_up=False), {"L": (f"C1:position-gap:{P1}", f"S1:tile-differs:{P1}")}),
    "deleted, closed up": Attack("delete", delete(P4), {"L": (f"S1:tile-differs:{P4}", "S1:tail-missing:27")}),
    "deleted, signed": Attack("delete", signed(delete(P4)), ONLY_OTHERS),
    "paper deleted, signed": Attack("delete", signed(delete(PAPERS[0])), {"L": ("C3:batch-differs:4",)}),
    "head of a stream deleted, signed": Attack("delete", signed(delete(DEFINED)), {"L": ("C2:version-gap:2",)}),
    "inserted": Attack("insert", insert, {"L": (f"S1:tile-differs:{P5}", *SEALED)}),
    "inserted, signed": Attack("insert", signed(insert), ONLY_OTHERS),
    "reordered": Attack("reorder", reorder, {"L": (f"S1:tile-differs:{P4}", *SEALED)}),
    "reordered, signed": Attack("reorder", signed(reorder), ONLY_OTHERS),
    "cut": Attack("truncate", cut, {"L": ("S1:tail-missing:18", "S2:rolled-back:18")}),
    "cut, rows alone": Attack("truncate", cut_rows_alone, {"L": ("C1:tail-missing:18", "S2:rolled-back:18")}),
    "cut, tiles too": Attack("truncate", cut_with_tiles, {"L": ("S2:rolled-back:18",)}),
    "cut, signed": Attack("truncate", signed(cut), {"L": (), "C": ("S3:rolled-back:18",), "W": QUORUM}),
    "cut, appended": Attack("truncate then append", cut_and_append, {"L": ("S1:tile-differs:18", *SEALED)}),
    "cut, appended, signed": Attack("truncate then append", signed(cut_and_append), ONLY_OTHERS),
    "ballots swapped": Attack("swap two ballots", swap_ballots, {"L": SEALED}),
    "ballots swapped, batches right": Attack("swap two ballots", swap_ballots_well, {"L": SEALED}),
    "ballots swapped, signed": Attack("swap two ballots", signed(swap_ballots_well), ONLY_OTHERS),
    "backdated": Attack("backdate", backdate, {"L": (f"S1:tile-differs:{FIGURES}", *SEALED)}),
    "backdated, signed": Attack("backdate", signed(backdate), ONLY_OTHERS),
    "recorded earlier, signed": Attack("backdate", signed(record_earlier), {"L": (f"I2:time-backwards:{FIGURES}",)}),
    "rule changed": Attack("change a rule", change_rule, {"L": ("E1:unknown-rule:2", *SEALED)}),
    "rule changed, signed": Attack("change a rule", signed(change_rule), {"L": ("E1:unknown-rule:2",)}),
    "rule changed well, signed": Attack("change a rule", signed(change_rule_well), ONLY_OTHERS),
    "all rewritten": Attack("rewrite everything", signed(rewrite_everything), ONLY_OTHERS),
    "rest rewritten": Attack(
        "rewrite after the kept checkpoint", signed(rewrite_the_rest), {"L": (), "C": (), "W": QUORUM}
    ),
    "put back": Attack(
        "put back an old database",
        put_back,
        {"L": (), "C": ("S3:rolled-back:19",), "W": ("A2:cosignature-stale",), "S": ("S6:rolled-back:19",)},
    ),
    "views edited": Attack("edit views", edit_views, {"L": ("S5:view-differs",)}),
    "views edited, signed": Attack("edit views", sign_and_edit_views, {"L": ("S5:view-differs",)}),
    "figures": Attack("declared figures differ", declare_otherwise, {"L": (f"E3:figures-differ:{DECLARED}", *SEALED)}),
    "figures, signed": Attack(
        "declared figures differ", signed(declare_otherwise), {"L": (f"E3:figures-differ:{DECLARED}",)}
    ),
    "winner, signed": Attack(
        "declared figures differ", signed(declare_another), {"L": (f"E3:figures-differ:{DECLARED}",)}
    ),
    "column: stream": Attack("row columns", columns(originator_id="contest/x"), {"L": (f"I1:row-mismatch:{CLOSED}",)}),
    "column: version": Attack("row columns", columns(originator_version=9), {"L": (f"I1:row-mismatch:{CLOSED}",)}),
    "column: type": Attack("row columns", columns(topic="contest-defined.v1"), {"L": (f"I1:leaf-malformed:{CLOSED}",)}),
    "column: type, signed": Attack(
        "row columns", signed(columns(topic="contest-defined.v1")), {"L": (f"I1:leaf-malformed:{CLOSED}",)}
    ),
    "moved to another stream": Attack("row columns", move_stream, {"L": (*SEALED, f"I1:stream-differs:{CLOSED}")}),
    "moved to another stream, signed": Attack(
        "row columns", signed(move_stream), {"L": (f"I1:stream-differs:{CLOSED}",)}
    ),
    "version skipped, signed": Attack("row columns", signed(skip_version), {"L": (f"C2:version-gap:{CLOSED}",)}),
    "type, signed": Attack("unknown type", signed(another_type), {"L": (f"I1:unknown-type:{CLOSED}",)}),
    "checkpoint of another log": Attack(
        "foreign checkpoint",
        checkpoint(lambda world, _: world.operator.forge_checkpoint(origin="pollbook.local/other")),
        {"L": ("S2:unknown-origin", *SEALED), "W": ("A1:unknown-origin",)},
    ),
    "checkpoint of another tree, genuine signature": Attack(
        "foreign checkpoint", checkpoint(lambda world, _: world.operator.forge_checkpoint()), {"L": SEALED, "W": QUORUM}
    ),
    "forged signature": Attack("foreign checkpoint", checkpoint(forged), {"W": ("A1:signature-bad",)}),
    "unknown line, signed": Attack("foreign checkpoint", checkpoint(more_lines), {"L": ("A1:checkpoint-malformed",)}),
    "17 signatures": Attack(
        "foreign checkpoint", checkpoint(lambda _, note: with_signatures(note, 17)), {"L": (), "C": (), "W": ()}
    ),
    "33 signatures": Attack(
        "foreign checkpoint",
        checkpoint(lambda _, note: with_signatures(note, 32) + note.rsplit(b"\n", 2)[1] + b"\n"),
        {"L": ("A1:note-too-large",), "W": ("A1:note-too-large",)},
    ),
    "checkpoint gone": Attack(
        "foreign checkpoint",
        lambda world: world.operator.latest.unlink(),
        {"L": ("S2:checkpoint-missing",), "W": ("A1:checkpoint-missing",)},
    ),
    "checkpoint older than the rest": Attack(
        "foreign checkpoint",
        checkpoint(lambda world, _: world.kept.read_bytes()),
        {"L": ("S2:checkpoint-behind:19",), "W": ("A2:cosignature-stale",), "S": ("S2:checkpoint-behind:19",)},
    ),
    "disclosure edited": Attack("disclosure", edit_disclosure, {"S": (f"I4:disclosure-changed:{P1}",)}),
    "disclosure dropped": Attack("disclosure", drop_disclosure, {"S": (f"C4:disclosure-missing:{P1}",)}),
    "disclosure moved": Attack("disclosure", move_disclosure, {"S": (f"I4:disclosure-changed:{P1}",)}),
    "disclosure written anew": Attack("disclosure", reencrypt_disclosure, {"S": (f"I4:disclosure-changed:{P1}",)}),
    "digests swapped": Attack("disclosure", swap_digests, {"L": SEALED, "S": (f"I4:disclosure-moved:{P3}",)}),
    "digests swapped, signed": Attack(
        "disclosure", signed(swap_digests), {"L": (), "S": (f"I4:disclosure-moved:{P1}", f"I4:disclosure-moved:{P3}")}
    ),
    "ballot stuffed": Attack("more ballots than marks", one_more_paper, {"L": ("C3:batch-incomplete:9",)}),
    "ballot stuffed, closed over, signed": Attack(
        "more ballots than marks", signed(one_more_paper_closed), {"L": ("C3:batch-differs:4",)}
    ),
    "ballot stuffed well, signed": Attack(
        "more ballots than marks", signed(one_more_paper_well), {"L": ("E3:figures-differ:14",), "C": KEPT}
    ),
    "ballot for a stranger": Attack(
        "ballots unknown to the count", paper_for_a_stranger, {"L": ("E2:unknown-candidate:6", *SEALED)}
    ),
    "ballot for a stranger, signed": Attack(
        "ballots unknown to the count", signed(paper_for_a_stranger), {"L": ("E2:unknown-candidate:6",)}
    ),
    "ballots after the count, signed": Attack(
        "ballots unknown to the count", signed(batch_after_the_declaration), {"L": ("E3:papers-after-count:20",)}
    ),
    "tile edited": Attack(
        "tile", tile("UPDATE tile SET hashes = zeroblob(length(hashes))"), {"L": ("S1:tile-differs:0",)}
    ),
    "tile stale": Attack(
        "tile", tile("UPDATE tile SET hashes = substr(hashes, 1, 224)"), {"L": ("S1:tile-differs:7",)}
    ),
    "tile too long": Attack(
        "tile", tile("UPDATE tile SET hashes = CAST(hashes || zeroblob(32) AS BLOB)"), {"L": ("S1:tile-differs:28",)}
    ),
    "tile as text": Attack(
        "tile", tile("UPDATE tile SET hashes = CAST(hashes AS TEXT)"), {"L": ("S1:tile-differs:0",)}
    ),
    "tile of no events": Attack("tile", tile("INSERT INTO tile VALUES (3, 7, x'00')"), {"L": ("S1:tile-unexpected",)}),
}
TABLE = {  # the rows of the table of attacks, and where each is tried: here unless another test is named
    "edit one row": "",
    "any single byte": "",
    "delete": "",
    "insert": "",
    "reorder": "",
    "truncate": "",
    "truncate then append": "",
    "swap two ballots": "",
    "backdate": "",
    "change a rule": "",
    "rewrite everything": "",
    "rewrite after the kept checkpoint": "",
    "put back an old database": "",
    "two checkpoints of one size": "test_a_split_view_is_shown_by_both_notes",
    "edit views": "",
    "declared figures differ": "",
    "row columns": "",
    "foreign checkpoint": "",
    "malformed notes": "test_a_malformed_checkpoint_is_found",
    "malformed leaves: numbers and syntax": "test_a_malformed_leaf_is_found_signed_or_not",
    "malformed leaves: text and times": "test_a_malformed_leaf_is_found_signed_or_not",
    "malformed leaves: size and depth": "test_a_malformed_leaf_is_found_signed_or_not",
    # Entry bundles are in packs only, and read by verify.py: tests/interop/test_verify_py.py.
    "unknown type": "test_a_malformed_leaf_is_found_signed_or_not",
    "disclosure": "",
    "more ballots than marks": "",
    "ballots unknown to the count": "",
    "ballot account does not balance": "test_a_ballot_account_that_does_not_balance_is_found_signed_or_not",
    "tile": "",
    "signer run twice": "test_a_second_signer_is_refused",
    "restored backup": "test_a_restored_backup_is_not_signed",
    "stolen key without the database": "test_a_stolen_key_alone_finds_no_witness",
}
BRINGS = {
    "L": (),
    "C": ("--kept", "kept"),
    "W": ("--policy", "policy", "--cosigned-within", "24"),
    "S": (),
}


@pytest.fixture(scope="session")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> World:
    return make_world(tmp_path_factory.mktemp("attacks") / "world", int(seconds_now()))


@pytest.fixture
def world(pristine: World, tmp_path: Path) -> World:
    return pristine.copied(tmp_path / "world")


@pytest.fixture
def terminal(world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(world.folder, monkeypatch, capsys)


def findings(terminal: Terminal, monkeypatch: pytest.MonkeyPatch, who: str) -> list[str]:
    """Verify as one who brings this, and give the ids of the findings; exit code and lines must agree with them."""
    if who != "S":
        monkeypatch.setenv("POLLBOOK_STATE", str(terminal.folder / "nothing"))
    answer = terminal("verify", "--json", *BRINGS[who])
    report = json.loads(answer.out)
    ids = [finding["id"] for finding in report["findings"]]
    assert answer.code == (3 if ids else 0), answer
    assert len(set(ids)) > 0 or not ids
    for finding in report["findings"]:
        assert all(finding[part] for part in ("category", "code", "what", "expected", "found")), finding
    return ids


CASES = [(name, who) for name, attack in ATTACKS.items() for who in attack.found]


def test_every_row_of_the_table_is_tried() -> None:
    tried = {attack.row for attack in ATTACKS.values()}
    assert tried <= TABLE.keys()
    for row, where in TABLE.items():
        assert row in tried or where in globals(), row


@pytest.mark.parametrize("who", BRINGS)
def test_before_any_attack_nothing_is_found(terminal: Terminal, monkeypatch: pytest.MonkeyPatch, who: str) -> None:
    assert findings(terminal, monkeypatch, who) == []


@pytest.mark.parametrize(("name", "who"), CASES)
def test_an_attack_is_found_by(
    world: World, terminal: Terminal, monkeypatch: pytest.MonkeyPatch, name: str, who: str
) -> None:
    attack = ATTACKS[name]
    attack.act(world)
    found = findings(terminal, monkeypatch, who)
    if attack.found[who]:
        assert set(attack.found[who]) <= set(found)
    else:
        assert found == []


def test_a_split_view_is_shown_by_both_notes(world: World, terminal: Terminal) -> None:
    shutil.copy(world.operator.latest, world.folder / "mine")
    signed(edit)(world)
    shutil.copy(world.operator.latest, world.folder / "yours")
    answer = terminal.run("compare", "mine", "yours")
    assert answer.code == 3
    assert answer.err.startswith("split-view: ")
    for name in ("mine", "yours"):
        assert (world.folder / name).read_text() in answer.out
    answer = terminal.run("compare", "mine", "mine")
    assert answer.done().startswith("the same: ")


NOTES: dict[str, Callable[[bytes], bytes]] = {
    "CRLF": lambda note: note.replace(b"\n", b"\r\n"),
    "control character": lambda note: note.replace(b"\n", b"\x07\n", 1),
    "missing last LF": lambda note: note[:-1],
    "two blank lines": lambda note: note.replace(b"\n\n", b"\n\n\n"),
    "no blank line": lambda note: note.replace(b"\n\n", b"\n"),
    "bad base64 of the root": lambda note: b"\n".join([*note.split(b"\n")[:2], b"!!!!", *note.split(b"\n")[3:]]),
    "bad base64 of a signature": lambda note: note[:-3] + b"!=\n",
    "leading zero": lambda note: note.replace(b"\n28\n", b"\n028\n"),
    "huge size": lambda note: note.replace(b"\n28\n", b"\n" + b"9" * 5_000 + b"\n"),
    "size beyond 63 bits": lambda note: note.replace(b"\n28\n", b"\n9223372036854775808\n"),
    "minus": lambda note: note.replace(b"\n28\n", b"\n-28\n"),
    "invalid UTF-8": lambda note: note.replace(b"\n", b"\xff\n", 1),
    "empty": lambda note: b"",
    "too large": lambda note: note + b"x" * 2**18,
}


@pytest.mark.parametrize("name", NOTES)
def test_a_malformed_checkpoint_is_found(
    world: World, terminal: Terminal, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    checkpoint(lambda _, note: NOTES[name](note))(world)
    codes = {"A1:note-malformed", "A1:checkpoint-malformed", "A1:note-too-large"}
    assert codes & set(findings(terminal, monkeypatch, "L"))
    shutil.copy(world.operator.latest, world.kept)
    terminal("verify", *BRINGS["C"]).refused(
        "not-a-checkpoint", 2
    )  # the verifier's own file says nothing of the ledger


@pytest.mark.parametrize("name", FORMS)
def test_a_malformed_leaf_is_found_signed_or_not(world: World, name: str) -> None:
    kind, spoil = FORMS[name]
    position, _, leaf = world.operator.first(kind)
    world.operator.write(position, state=spoil(leaf))
    with open_ledger(world.operator.folder) as ledger:  # of its signature nothing is asked
        record = read_record(ledger, take_snapshot(ledger), 1, lambda _: None)
    assert [finding.position for finding in record.findings if finding.check == "I1"] == [position]


ACCOUNTED = (
    *DEFINED_COMMANDS[:-1],
    but(DEFINED_COMMANDS[-1], account="required", sections=(Section(id="members", name="Members"),)),
    but(CLOSE_POLL, effective=None),
    READ_PAPERS,
    StateAccount(contest="leader", section="members", distributed=5, returned=3),
    DeclareResult(contest="leader", elected=("a",)),
)


@pytest.mark.parametrize(
    ("figures", "unbalanced"),
    [({"returned": 4}, True), ({"distributed": 2}, True), ({"returned": None}, True), ({"electorate": 9}, False)],
)
def test_a_ballot_account_that_does_not_balance_is_found_signed_or_not(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    figures: dict[str, int | None],
    unbalanced: bool,
) -> None:
    """One that balances is a false event of the right form: of that, only who keeps a checkpoint can know."""
    world = make_world(tmp_path / "world", int(seconds_now()), ACCOUNTED, ())
    terminal = Terminal(world.folder, monkeypatch, capsys)
    assert findings(terminal, monkeypatch, "L") == []
    found = ["E3:account-unbalanced:10"] if unbalanced else []
    world.operator.rewrite(world.operator.at("account-stated.v1"), **figures)
    assert {*found, *SEALED} <= set(findings(terminal, monkeypatch, "L"))
    world.operator.reseal()
    assert findings(terminal, monkeypatch, "L") == found
    assert set(KEPT) <= set(findings(terminal, monkeypatch, "C"))


def test_a_second_signer_is_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledger.seal.sealer.LOCK_TRIES", 1)
    with locked(world.operator.state / LOCK):
        assert refusal(world.operator.sign) == "second-sealer"


def test_a_restored_backup_is_not_signed(world: World) -> None:
    put_back(world)
    assert refusal(world.operator.sign) == "rolled-back"
    for number in range(12):
        world.operator.record(f"other-{number}")
    assert refusal(world.operator.sign) == "contradicts-signed"


@pytest.mark.parametrize("grown", [0, 5])
def test_a_stolen_key_alone_finds_no_witness(world: World, grown: int) -> None:
    """Whoever has the key can sign any tree, but no witness cosigns it, and so no policy with a quorum believes it."""
    note = parse_note(world.operator.forge_checkpoint())
    if grown:
        body = Checkpoint(ORIGIN, parse_checkpoint(note.text).size + grown, b"r" * 32)
        from ledger.seal.checkpoint import sign_checkpoint

        note = parse_note(f"{body.body()}\n{sign_checkpoint(body, LOG)}".encode())
    with open_ledger(world.operator.folder) as ledger:
        old, path, _ = read_request(write_request(ledger.tiles(), world.operator.latest.read_bytes(), world.seen.size))
    code = refusal(lambda: decide(world.seen, note, old, path, LOG.verifier, WITNESS, world.now))
    assert code == ("not-consistent" if grown else "split-view")
    policy = Policy.parse(world.policy.read_bytes())
    with pytest.raises(EvidenceError, match=r"^quorum-not-met: "):
        policy.judge(note)
    assert policy.judge(parse_note(world.operator.latest.read_bytes()), now=world.now, cosigned_within=DAY)


def test_an_operator_without_a_backup_of_what_was_signed_is_told_by_the_sealer(world: World) -> None:
    """The state folder remembers: what was rewritten is not signed again, unless that too is rewritten."""
    edit(world)
    world.operator.sql("DELETE FROM tile")
    world.operator.sql("DELETE FROM meta WHERE name = 'sealed'")
    with open_ledger(world.operator.folder) as ledger:
        sealer = Sealer(world.operator.state, world.operator.folder / "checkpoints", ORIGIN)
        assert refusal(lambda: sealer.seal(ledger)) == "contradicts-signed"
