"""The stand-alone verifier: packs of the product pass, and whatever is done to them is found."""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import json
import marshal
import random
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout, suppress
from io import StringIO
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pack_maker import (
    ANNA,
    BRUNO,
    CLARA,
    LOG,
    ORIGIN,
    canonical,
    leaves_of,
    policy_text,
    sha256,
    signed,
    vkey,
    write_pack,
)
from random_contests import (
    Made,
    compare_cells,
    compare_counts,
    contest_of,
    damaged,
    envelope,
    load_verifier,
    random_contests,
)
from scenario import ANYTHING_GOES, CALL_ELECTION, CLOSE_POLL, DEFINE_CONTEST, RECORD_PERSON, but
from stores import SQLitePlace, desk_at

from ledger.errors import EvidenceError
from ledger.event import TYPES
from ledger.field import check_text
from ledger.leaf import Row, decode_strictly
from ledger.rules.count_rule import AnyCountRule, rule_hash
from ledger.seal.note import parse_note
from ledger.seal.policy import Policy
from ledger.seal.sealer import Sealer, make_log_key
from ledger.streams.account import AccountStated, SetAside, Spoilt
from ledger.streams.contest import Candidate
from ledger.streams.declaration import DeclareResult
from ledger.streams.election import AdoptCountRule
from ledger.streams.figure import Figure
from ledger.streams.heads import RecordStreamHeads
from ledger.streams.paper import Alike, ReadPapers
from ledger.streams.totals import CertifiedStage, CertifiedVotes
from projections.count.count import Poll
from projections.counting import LedgerFigures
from projections.publish.pack import VERIFIER, VERIFIER_COUNT, VERIFIER_OFFICES, VERIFIER_TYPES, publish

RULE = ANYTHING_GOES.model_copy(update={"gap": "skip"})
SECTIONS = [{"id": "members", "name": "Members"}, {"id": "mps", "name": "MPs"}]
LEADER = but(DEFINE_CONTEST, count_rule=rule_hash(RULE))
DEPUTY = but(LEADER, contest="deputy", office="Deputy\n„Leader“", paper_publication="profile")
PAPERS = {
    ("leader", "members", "s1"): {"a>b": 120, "b>c": 100, "c>b": 50, "c": 4, "": 3, ">a": 2},
    ("leader", "mps", "s1"): {"a": 2, "b>a": 2, "c>>b": 1, "a=b>a": 1},
    ("deputy", "members", "s1"): {"a": 2, "b": 1},
}
CELLS = [  # stage 1: a 124, b 102, c 55; stage 2, c excluded: a 124, b 153, nobody 4
    (1, "a", "votes", "all", "124", 0),
    (1, "b", "votes", "mps", "2", 0),
    (2, None, "non-transferable", "members", "4", 0),
    (2, None, "valid", "all", "281", 0),
    (1, "c", "section-share", "members", "19.57", 2),
    (2, "b", "share", "all", "55.2", 1),
]


verify = load_verifier()


def figure(stage: int, candidate: str | None, measure: str, section: str, value: str, decimals: int) -> Figure:
    return Figure.model_validate(
        {
            "stage": stage,
            "candidate": candidate,
            "measure": measure,
            "section": section,
            "value": value,
            "decimals": decimals,
        }
    )


@pytest.fixture(scope="session")
def packs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three packs of one ledger of the product's, with a policy that trusts its log, beside them."""
    folder = tmp_path_factory.mktemp("packs")
    place = SQLitePlace(folder / "ledger")
    place.make().close()
    commands: list[Any] = [CALL_ELECTION, AdoptCountRule(election="labour", rule=RULE), RECORD_PERSON, LEADER, DEPUTY]
    commands += [CLOSE_POLL, but(CLOSE_POLL, contest="deputy")]
    for (contest, section, serial), papers in PAPERS.items():
        alike = tuple(Alike(count=count, marks=marks) for marks, count in papers.items())
        commands.append(ReadPapers(contest=contest, section=section, serial=serial, papers=alike))
    commands.append(DeclareResult(contest="leader", elected=("b",), figures=tuple(figure(*cell) for cell in CELLS)))
    commands += [DeclareResult(contest="deputy", elected=("a",)), RecordStreamHeads()]
    with place.open() as ledger, desk_at(place, figures=LedgerFigures(ledger)) as desk:
        for command in commands:
            desk.submit(command, actor="returning-officer")
        signer = make_log_key(folder / "state", ORIGIN, bytes(range(32)))
        Sealer(folder / "state", folder / "checkpoints", ORIGIN).seal(ledger)
        note = (folder / "checkpoints/latest").read_bytes()
        note += ANNA.line(parse_note(note).text).encode()
        for audience in get_args(publish.__annotations__["audience"]) or ("public", "panel", "scrutineer"):
            publish(ledger, note, signer.verifier, folder / audience, audience)
    (folder / "policy").write_text(f"log {signer.verifier.text}\nwitness anna {ANNA.vkey}\nquorum anna\n")
    return folder


@pytest.fixture(scope="session")
def leaves(packs: Path) -> list[bytes]:
    return leaves_of(packs / "panel")


def run(pack: Path, policy: Path) -> tuple[int, str]:
    out, argv = StringIO(), sys.argv
    sys.argv = ["verify.py", str(pack), "--policy", str(policy)]
    try:
        with redirect_stdout(out), redirect_stderr(out):
            code = verify.main()
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else 1
    finally:
        sys.argv = argv
    return code, out.getvalue()


def found(pack: Path, policy: Path) -> set[str]:
    """The codes of what was found, which is something."""
    code, out = run(pack, policy)
    assert code == 3, out
    assert "verifier-failed" not in out
    return {line.split()[1].rstrip(":") for line in out.splitlines() if line.startswith("FINDING ")}


# ---- whole packs


@pytest.mark.parametrize("audience", ["public", "panel", "scrutineer"])
def test_packs_of_the_product_pass(packs: Path, audience: str) -> None:
    code, out = run(packs / audience, packs / "policy")
    assert code == 0, out
    withheld = 6 if audience == "public" else 0
    assert f"{withheld} withheld." in out
    assert "Contest leader: recounted; declared b: 2 stages, 281 valid, 4 rejected, elected b." in out
    said = "not recounted: its papers are not published" if audience == "public" else "recounted; declared a: 1 stages"
    assert f"Contest deputy: {said}" in out
    but = "; 1 of 2 contests was not recounted" if audience == "public" else ""
    assert out.endswith(f"\nNothing found wrong{but}.\n")
    assert "; signed by its log: yes.\nIt is cosigned by anna; quorum met: yes (POLICY: anna).\n" in out


def run_apart(program: Path, pack: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a copy of the verifier as a stranger does."""
    call = [sys.executable, "-I", "-S", str(program), str(pack), *words]
    return subprocess.run(call, capture_output=True, text=True, check=False)


def test_runs_apart_and_prints_the_digest_of_each_file_that_it_runs(packs: Path) -> None:
    program = packs / "public/verify.py"
    good = run_apart(program, packs / "public", "--policy", str(packs / "policy"))
    assert (good.returncode, good.stderr) == (0, "")
    files = (
        VERIFIER,
        VERIFIER_COUNT,
        VERIFIER_OFFICES,
        VERIFIER_TYPES,
    )  # no contest of this pack needs the one of transferable votes
    digests = [f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}" for path in files]
    assert good.stdout.splitlines()[:4] == digests
    assert run_apart(program, packs / "public").returncode == 2


@pytest.mark.parametrize(("path", "given"), [(VERIFIER_COUNT, "GIVEN"), (VERIFIER_OFFICES, "GIVEN_OFFICES")])
def test_a_file_beside_it_is_handed_what_it_says_that_it_imports_and_no_more(path: Path, given: str) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    (found,) = (node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.level)
    assert (found.module, [one.name for one in found.names]) == ("verify", getattr(verify, given).split())


def test_checks_the_record_alone_and_says_of_each_contest_that_it_is_not_recounted(
    packs: Path, tmp_path: Path, sealed: Path, leaves: list[bytes]
) -> None:
    alone, policy = Path(shutil.copy(VERIFIER, tmp_path / "verify.py")), str(packs / "policy")
    good = run_apart(alone, packs / "panel", "--policy", policy)
    assert (good.returncode, good.stderr) == (0, "")
    why = "not recounted: verify_count.py, which counts, is not beside this program"
    said = [line for line in good.stdout.splitlines() if line.startswith("Contest ")]
    assert said == [f"Contest {name}: {why}." for name in ("leader", "deputy")]
    assert good.stdout.endswith("\nNothing found wrong; 2 of 2 contests were not recounted.\n")
    events: Events = [json.loads(leaf) for leaf in leaves]
    first(events, "result-declared.v1")["as_of_position"] = 10_000
    bad = run_apart(alone, seal_events(sealed, events), "--policy", str(sealed.parent / "policy"))
    assert (bad.returncode, "\nFINDING result: " in bad.stdout) == (3, True), bad.stdout


def test_nothing_is_run_but_what_its_digest_was_printed_of(packs: Path, tmp_path: Path) -> None:
    """Neither what lies compiled beside it nor a module of the same name in the folder it is called from."""
    for path in (VERIFIER, VERIFIER_COUNT, VERIFIER_OFFICES, VERIFIER_TYPES):
        shutil.copy(path, tmp_path)
    # Its flags, 1, say that it holds whatever the source: PEP 552.
    trap = compile("raise SystemExit(99)", "trap", "exec")
    (tmp_path / "__pycache__").mkdir()
    for name in ("verify", "verify_count", "verify_offices", "verify_types"):
        (tmp_path / "__pycache__" / f"{name}.{sys.implementation.cache_tag}.pyc").write_bytes(
            importlib.util.MAGIC_NUMBER + b"\1" + bytes(11) + marshal.dumps(trap)
        )
    assert run_apart(tmp_path / "verify.py", packs / "public", "--policy", str(packs / "policy")).returncode == 0
    (tmp_path / "verify_count.py").write_text("raise ValueError('broken')\n")
    broken = run_apart(tmp_path / "verify.py", packs / "public", "--policy", str(packs / "policy"))
    assert (broken.returncode, "\nFINDING verifier-failed: " in broken.stdout) == (3, True), broken.stdout


# ---- packs that somebody changed

Files = Callable[[Path], None]


def replace(name: str, old: bytes, new: bytes) -> Files:
    def change(pack: Path) -> None:
        data = (pack / name).read_bytes()
        assert old in data
        (pack / name).write_bytes(data.replace(old, new, 1))

    return change


def flip(name: str, at: int = 40) -> Files:
    def change(pack: Path) -> None:
        data = bytearray((pack / name).read_bytes())
        data[at] ^= 1
        (pack / name).write_bytes(data)

    return change


def lines(change: Callable[[list[bytes]], list[bytes]], name: str = "leaves/000000.txt") -> Files:
    return lambda pack: add(name, b"".join(change((pack / name).read_bytes().splitlines(keepends=True))))(pack)


def add(name: str, data: bytes = b"x") -> Files:
    def change(pack: Path) -> None:
        (pack / name).parent.mkdir(parents=True, exist_ok=True)
        (pack / name).write_bytes(data)

    return change


def about(**changes: Any) -> Files:
    def change(pack: Path) -> None:
        body = {**json.loads((pack / "pack.json").read_bytes()), **changes}
        (pack / "pack.json").write_bytes(canonical(body) + b"\n")

    return change


def note(text: Callable[[str], str], signers: Any = (LOG, ANNA, BRUNO)) -> Files:
    def change(pack: Path) -> None:
        old = (pack / "checkpoint").read_text().partition("\n\n")[0] + "\n"
        (pack / "checkpoint").write_bytes(signed(text(old), signers))

    return change


def last_tile(pack: Path) -> Path:
    (path,) = (pack / "tile/0/001.p").iterdir()
    return path


CHANGES: dict[str, tuple[Files, set[str]]] = {
    "leaf edited": (replace("leaves/000000.txt", b'"marks":"a>b"', b'"marks":"b>a"'), {"leaf-hash", "batch"}),
    "leaves swapped": (lines(lambda all: [all[1], all[0], *all[2:]]), {"leaf-line", "pack-json"}),
    "leaf at another position": (replace("leaves/000000.txt", b"\n1 {", b"\n2 {"), {"leaf-hash"}),
    "leaf beyond the tree": (lines(lambda all: [*all, b"900 " + all[0][2:]]), {"leaf-hash", "pack-json"}),
    "leaf beyond the file": (lines(lambda all: [*all, b"65536 " + all[0][2:]]), {"leaf-line"}),
    "leaf left out of a stream": (lines(lambda all: [*all[:1], *all[2:], b""]), {"contest", "pack-json"}),
    "first leaf left out": (lines(lambda all: all[1:]), {"version-gap", "pack-json"}),
    "paper left out": (lines(lambda all: [*all[:20], *all[21:]]), {"batch", "pack-json", "declared"}),
    "last leaf left out": (lines(lambda all: all[:-1]), {"pack-json"}),
    "line without LF": (lines(lambda all: [*all[:-1], all[-1][:-1]]), {"leaf-line"}),
    "bytes after the last LF": (lines(lambda all: [*all, b"more"]), {"leaf-line"}),
    "empty leaf file": (add("leaves/000001.txt", b""), {"leaf-line"}),
    "leaf file of another name": (add("leaves/more.txt"), {"file-unexpected"}),
    "long leaf": (lines(lambda all: [*all, b"300 " + b"x" * 65_536 + b"\n"]), {"leaf-line"}),
    "tile edited": (flip("tile/0/000"), {"root", "tile", "leaf-hash"}),
    "last tile edited": (lambda pack: flip(str(last_tile(pack).relative_to(pack)))(pack), {"root", "leaf-hash"}),
    "higher tile edited": (flip("tile/1/000.p/1", 4), {"tile"}),
    "tile cut": (add("tile/0/000", b"x" * 32), {"tile", "root"}),
    "tile missing": (lambda pack: last_tile(pack).unlink(), {"file", "root"}),
    "stale partial tile": (add("tile/0/001.p/2", b"x" * 64), {"file-unexpected"}),
    "entries in a public pack": (add("tile/entries/000", b""), {"file-unexpected"}),
    "another origin": (note(lambda text: text.replace("party", "parry")), {"log", "pack-json"}),
    "another size": (note(lambda text: text.replace("\n30", "\n29", 1)), {"root", "tile", "leaf-hash"}),
    "another root": (note(lambda text: text[:-8] + "AAAAAA=\n"), {"root"}),
    "huge size": (note(lambda text: f"{ORIGIN}\n{10**18}\n{text.splitlines()[2]}\n"), {"size"}),
    "forged signature": (lambda pack: _forge(pack), {"signature", "log"}),
    "cosigned at no time": (lambda pack: _late(pack), {"signature", "quorum"}),
    "no log": (note(str, (ANNA, BRUNO)), {"log"}),
    "quorum not met": (note(str, (LOG, CLARA)), {"quorum"}),
    "same witness twice": (note(str, (LOG, ANNA, ANNA)), {"quorum"}),
    "note without signatures": (note(str, ()), {"note-malformed"}),
    "note of four lines": (note(lambda text: text + "more\n"), {"note-malformed"}),
    "note with a control character": (note(lambda text: text.replace("elec", "e\rlec")), {"note-malformed"}),
    "note of binary": (add("checkpoint", b"\xff" * 100), {"note-malformed"}),
    "note too long": (add("checkpoint", b"x" * 2**18 + b"x"), {"file"}),
    "33 signatures": (note(str, (LOG, *[ANNA] * 32)), {"note-malformed"}),
    "no checkpoint": (lambda pack: (pack / "checkpoint").unlink(), {"file", "note-malformed"}),
    "no pack.json": (lambda pack: (pack / "pack.json").unlink(), {"file", "pack-json"}),
    "another size in pack.json": (about(size=1), {"pack-json"}),
    "more in pack.json": (about(more="1"), {"pack-json"}),
    "pack.json twice": (add("pack.json", b'{"size":1,"size":1}'), {"pack-json"}),
    "another audience": (about(audience="panel"), {"file-unexpected", "file", "bundle"}),
    "pack.json not canonical": (replace("pack.json", b":", b": "), {"pack-json"}),
    "link": (lambda pack: _link(pack / "tile/0/000"), {"file", "root"}),
    "link to a folder": (lambda pack: _link(pack / "leaves"), {"pack-json"}),
}


def _link(path: Path) -> None:
    path.symlink_to(path.rename(path.parents[1] / "elsewhere"))


def _forge(pack: Path) -> None:
    text, _, below = (pack / "checkpoint").read_text().partition("\n\n")
    (pack / "checkpoint").write_text(f"{text}\n\n{LOG.line('another')}" + below.partition("\n")[2])


def _late(pack: Path) -> None:
    text = (pack / "checkpoint").read_text().partition("\n\n")[0] + "\n"
    lines = LOG.line(text) + ANNA.line(text, 2**63) + BRUNO.line(text)
    (pack / "checkpoint").write_text(f"{text}\n{lines}")


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Signatures checked by a faster library, where a test is about something else."""

    def is_signed(key: bytes, message: bytes, signature: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
        except InvalidSignature:
            return False
        return True

    monkeypatch.setattr(verify, "is_signed", is_signed)


@pytest.fixture
def sealed(tmp_path: Path, packs: Path, leaves: list[bytes]) -> Path:
    """A public pack of the same leaves, sealed by keys that the tests have; `policy` beside it."""
    (tmp_path / "policy").write_text(policy_text())
    shutil.copytree(packs / "public/contests", tmp_path / "pack/contests")
    return write_pack(tmp_path / "pack", leaves)


def test_the_sealed_pack_passes(sealed: Path) -> None:
    code, out = run(sealed, sealed.parent / "policy")
    assert code == 0, out


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("name", CHANGES)
def test_finds_what_was_changed(sealed: Path, name: str) -> None:
    change, codes = CHANGES[name]
    change(sealed)
    assert codes <= found(sealed, sealed.parent / "policy")


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    ("limit", "code"), [("PACK_BYTES_MAX", "file"), ("COUNT_STEPS_MAX", "count"), ("LEAVES_MAX", "size")]
)
def test_a_limit_that_is_passed_is_a_finding(
    sealed: Path, monkeypatch: pytest.MonkeyPatch, limit: str, code: str
) -> None:
    monkeypatch.setitem(verify.COUNT if limit in verify.COUNT else vars(verify), limit, 2)
    assert code in found(sealed, sealed.parent / "policy")


def test_what_goes_wrong_in_it_is_a_finding_and_no_traceback(sealed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify, "check_tiles", lambda *_: None)
    code, out = run(sealed, sealed.parent / "policy")
    assert (code, "FINDING verifier-failed: " in out) == (3, True), out


def test_a_file_or_folder_that_cannot_be_read_is_a_finding(sealed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    walk = verify.os.walk

    def hindered(folder: str, onerror: Callable[[OSError], None]) -> Iterator[Any]:
        onerror(PermissionError("locked"))
        yield from walk(folder)
        (sealed / "tile/1/000.p/1").unlink()

    monkeypatch.setattr(verify.os, "walk", hindered)
    code, out = run(sealed, sealed.parent / "policy")
    assert code == 3
    assert "file: locked:" in out
    assert "file: tile/1/000.p/1:" in out


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda data: data[:-1], id="torn"),
        pytest.param(lambda data: data + b"\0\0", id="longer"),
        pytest.param(lambda data: b"", id="empty"),
    ],
)
def test_finds_a_bundle_of_another_length(
    tmp_path: Path, packs: Path, leaves: list[bytes], change: Callable[[bytes], bytes]
) -> None:
    shutil.copytree(packs / "panel/contests", tmp_path / "pack/contests")
    pack = write_pack(tmp_path / "pack", leaves, "panel")
    (tmp_path / "policy").write_text(policy_text())
    assert run(pack, tmp_path / "policy")[0] == 0
    path = pack / "tile/entries/000"
    path.write_bytes(change(path.read_bytes()))
    assert "bundle" in found(pack, tmp_path / "policy")


# ---- records that somebody wrote, with the log's key

Events = list[dict[str, Any]]


def first(events: Events, kind: str, **fields: Any) -> dict[str, Any]:
    return next(event for event in events if event["type"] == kind and fields.items() <= event.items())


def edit(kind: str, **changes: Any) -> Callable[[Events], None]:
    return lambda events: first(events, kind).update(changes)


def drop(kind: str, *names: str) -> Callable[[Events], object]:
    return lambda events: [first(events, kind).pop(name) for name in names]


def move(kind: str, to: int) -> Callable[[Events], None]:
    def change(events: Events) -> None:
        event = first(events, kind)
        events.remove(event)
        events.insert(to, event)

    return change


def again(kind: str, **changes: Any) -> Callable[[Events], None]:
    return lambda events: events.append({**first(events, kind), "recorded": events[-1]["recorded"], **changes})


def at(*path: Any, to: Any) -> Callable[[Events], None]:
    """Change a value within the first event of a kind."""

    def change(events: Events) -> None:
        value: Any = first(events, path[0])
        for step in path[1:-1]:
            value = value[step]
        value[path[-1]] = to

    return change


RECORDS: dict[str, tuple[Callable[[Events], Any], str]] = {
    "unknown type": (edit("election-called.v1", type="election-called.v2"), "leaf-field"),
    "extra field": (edit("election-called.v1", more="1"), "leaf-field"),
    "missing field": (drop("election-called.v1", "title"), "leaf-field"),
    "null": (edit("election-called.v1", authority=None), "leaf-malformed"),
    "unknown field of a candidate": (at("contest-defined.v1", "candidates", 0, "more", to="1"), "leaf-field"),
    "missing field of a figure": (
        lambda e: first(e, "result-declared.v1")["figures"][0].pop("certainty"),
        "leaf-field",
    ),
    "no sections": (edit("contest-defined.v1", sections=[]), "contest-ids"),
    "no list": (edit("result-declared.v1", elected="b"), "leaf-field"),
    "not NFC": (edit("election-called.v1", title="Pa\u0308rty"), "leaf-malformed"),
    "zero-width": (edit("election-called.v1", title="Par\u200bty"), "leaf-malformed"),
    "huge number": (edit("contest-defined.v1", smallest_cell=2**53), "leaf-malformed"),
    "float": (edit("contest-defined.v1", smallest_cell=1.0), "leaf-malformed"),
    "boolean": (edit("contest-defined.v1", seats=True), "leaf-field"),
    "no such day": (edit("election-called.v1", effective="2010-02-30T12:00:00Z"), "leaf-field"),
    "time runs backwards": (edit("poll-closed.v1", recorded="2000-01-01T00:00:00Z"), "recorded-order"),
    "version left out": (edit("count-rule-adopted.v1", version=3), "version-gap"),
    "another stream": (edit("election-called.v1", stream="election/other"), "leaf-stream"),
    "defined twice": (again("contest-defined.v1", version=3), "leaf-stream"),
    "polled at the wrong version": (edit("poll-closed.v1", version=1), "leaf-stream"),
    "person without blind": (drop("person-recorded.v1", "blind"), "leaf-audience"),
    "rule adopted afterwards": (move("count-rule-adopted.v1", 20), "contest-rule"),
    "rule edited": (at("count-rule-adopted.v1", "rule", "gap", to="exhaust"), "contest-rule"),
    "rule incomplete": (lambda events: first(events, "count-rule-adopted.v1")["rule"].pop("gap"), "leaf-field"),
    "candidate twice": (at("contest-defined.v1", "candidates", 0, "id", to="b"), "contest-ids"),
    "section called all": (at("contest-defined.v1", "sections", 0, "id", to="all"), "contest-ids"),
    "two seats": (edit("contest-defined.v1", seats=2), "contest-rule"),
    "poll closed afterwards": (move("poll-closed.v1", 100), "batch"),
    "paper of nobody": (edit("paper-read.v1", marks="z"), "paper"),
    "paper of another batch": (edit("paper-read.v1", batch="batch/paper/leader/mps/s1"), "paper"),
    "paper with a command": (edit("paper-read.v1", command="c"), "paper"),
    "paper with an authority": (edit("paper-read.v1", authority="c"), "paper"),
    "paper of another moment": (edit("paper-read.v1", effective="2010-09-23T00:00:00Z"), "paper"),
    "batch opened as of another moment": (edit("batch-opened.v1", effective="2010-09-23T00:00:00Z"), "batch"),
    "batch closed as of another moment": (edit("batch-closed.v1", effective="2010-09-23T00:00:00Z"), "batch"),
    "paper with provenance": (edit("paper-read.v1", provenance="expanded from published totals"), "paper"),
    "paper id not ascending": (edit("paper-read.v1", stream="paper/leader/members/ffffffffffffffff"), "paper"),
    "paper id not hex": (edit("paper-read.v1", stream="paper/leader/members/1"), "paper"),
    "paper after its batch": (again("paper-read.v1", stream="paper/leader/members/ffffffffffffffff"), "paper"),
    "paper changed": (lambda e: first(e, "paper-read.v1", marks="a>b").update(marks="b>a"), "batch"),
    "batch count": (edit("batch-closed.v1", count=1), "batch"),
    "batch count of another kind": (edit("batch-closed.v1", count="120"), "batch"),
    "batch digest": (edit("batch-closed.v1", digest="sha256:" + "0" * 64), "batch"),
    "batch total": (edit("batch-opened.v1", total=1), "batch"),
    "batch contents": (edit("batch-opened.v1", contents="sha256:" + "0" * 64), "batch"),
    "batch of no section": (
        edit("batch-opened.v1", section="none", stream="batch/paper/leader/none/s1"),
        "batch",
    ),
    "batch after the declaration": (
        again("batch-opened.v1", stream="batch/paper/leader/mps/s9", section="mps"),
        "batch",
    ),
    "declared twice": (again("result-declared.v1", version=2), "result"),
    "declared without a count": (drop("result-declared.v1", "count"), "result"),
    "declared as of the future": (edit("result-declared.v1", as_of_position=100_000), "result"),
    "declared as of too early": (edit("result-declared.v1", as_of_position=20), "result"),
    "another elected": (edit("result-declared.v1", elected=["a"]), "declared"),
    "another count": (edit("result-declared.v1", count="sha256:" + "0" * 64), "declared"),
    "another figure": (at("result-declared.v1", "figures", 0, "value", to="125"), "figure"),
    "share not rounded half up": (at("result-declared.v1", "figures", 4, "value", to="19.56"), "figure"),
    "figure of no stage": (at("result-declared.v1", "figures", 0, "stage", to=3), "figure"),
    "figure of no section": (at("result-declared.v1", "figures", 1, "section", to="none"), "figure"),
    "figure with too many places": (at("result-declared.v1", "figures", 0, "value", to="124.0"), "figure"),
    "figure of nobody": (at("result-declared.v1", "figures", 0, "candidate", to="z"), "result"),
    "figure of a section not of the contest": (at("result-declared.v1", "figures", 1, "section", to="none"), "result"),
    "elected who is no candidate": (edit("result-declared.v1", elected=["z"]), "result"),
    "elected where nothing is recounted": (
        lambda e: first(e, "result-declared.v1", contest="deputy").update(elected=["z"]),
        "result",
    ),
    "result of nobody": (edit("result-declared.v1", contest="none", stream="result/none"), "contest"),
    "depth bomb": (edit("election-called.v1", title=json.loads("[" * 90 + "]" * 90)), "leaf-malformed"),
}


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("name", RECORDS)
def test_finds_what_was_sealed_and_is_not_right(sealed: Path, leaves: list[bytes], name: str) -> None:
    change, code = RECORDS[name]
    events = [json.loads(leaf) for leaf in leaves]
    change(events)
    write_pack(sealed, [canonical(event) for event in events])
    assert code in found(sealed, sealed.parent / "policy")


def totals(section: str = "mps", contest: str = "leader", **changes: Any) -> dict[str, Any]:
    """Certified totals as the product would record them, at the moment of the whole ledger."""
    stages = [
        {"held": [{"candidate": name, "certainty": "sourced", "votes": votes} for name, votes in stage.items()]}
        for stage in ({"a": 2, "b": 2, "c": 1}, {"a": 2, "b": 3})
    ]
    body = {"contest": contest, "section": section, "source": "s", "stages": stages, "version": 1}
    envelope = {"actor": "returning-officer", "type": "totals-certified.v1", "stream": f"totals/{contest}/{section}"}
    return {**envelope, **body, **changes}


def insert(events: Events, place: int, *new: dict[str, Any]) -> None:
    """Put events at a position, at the moment of those around it; what comes later is declared as of later."""
    envelope = {name: events[place - 1][name] for name in ("effective", "recorded")}
    events[place:place] = [envelope | event for event in new]
    for event in events:
        if event.get("as_of_position", 0) >= place:
            event["as_of_position"] += len(new)


def without_mps(events: Events) -> None:
    """No papers of the section mps of the contest leader."""
    events[:] = [event for event in events if not re.match("(batch/)?paper/leader/mps/", event["stream"])]


def place_of(events: Events, kind: str, **fields: Any) -> int:
    return events.index(first(events, kind, **fields))


def undeclared(events: Events) -> None:
    events[:] = [event for event in events if event["type"] not in ("result-declared.v1", "stream-heads-recorded.v1")]


def seal_events(pack: Path, events: Events, audience: str = "public") -> Path:
    for name in ("tile", "leaves", "contests"):
        shutil.rmtree(pack / name, ignore_errors=True)
    return write_pack(pack, [canonical(event) for event in events], audience)


@pytest.mark.usefixtures("quick")
def test_a_contest_with_certified_totals_is_recounted_from_them(sealed: Path, leaves: list[bytes]) -> None:
    events: Events = [json.loads(leaf) for leaf in leaves]
    without_mps(events)
    undeclared(events)
    insert(events, len(events), totals())
    code, out = run(seal_events(sealed, events), sealed.parent / "policy")
    assert code == 0, out
    assert "2 stages, 281 valid, 3 rejected, elected b; certified totals in place of papers of mps." in out
    first(events, "totals-certified.v1")["stages"].pop()
    code, out = run(seal_events(sealed, events), sealed.parent / "policy")
    assert code == 0, out
    assert "Contest leader: not recounted: certified totals of mps are of another stage 2." in out
    assert out.endswith("\nNothing found wrong; 2 of 2 contests were not recounted.\n")


def _before_poll_closed(events: Events) -> None:
    without_mps(events)
    undeclared(events)
    insert(events, place_of(events, "poll-closed.v1", contest="leader"), totals())


def _after_result_declared(events: Events) -> None:
    without_mps(events)
    insert(events, place_of(events, "result-declared.v1", contest="leader") + 1, totals())


def _after_as_of(events: Events) -> None:
    without_mps(events)
    place = place_of(events, "result-declared.v1", contest="leader")
    events[place]["as_of_position"] = place - 1
    insert(events, place, totals())


def _twice(events: Events) -> None:
    without_mps(events)
    undeclared(events)
    insert(events, len(events), totals(), totals())


def _before_papers(events: Events) -> None:
    undeclared(events)
    insert(events, place_of(events, "batch-opened.v1", stream="batch/paper/leader/mps/s1"), totals())


def _after_papers(events: Events) -> None:
    undeclared(events)
    insert(events, len(events), totals())


def _of_no_section(events: Events) -> None:
    undeclared(events)
    insert(events, len(events), totals("nowhere"))


TOTALS: dict[str, tuple[Callable[[Events], None], str]] = {
    "of no section": (_of_no_section, "totals"),
    "before poll-closed": (_before_poll_closed, "totals"),
    "after result-declared": (_after_result_declared, "totals"),
    "after the position that was declared on": (_after_as_of, "result"),
    "twice": (_twice, "totals"),
    "after papers of the section": (_after_papers, "totals"),
    "before papers of the section": (_before_papers, "batch"),
}


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("name", TOTALS)
def test_totals_do_not_switch_off_the_recount_as_they_like(sealed: Path, leaves: list[bytes], name: str) -> None:
    change, code = TOTALS[name]
    events: Events = [json.loads(leaf) for leaf in leaves]
    change(events)
    assert code in found(seal_events(sealed, events), sealed.parent / "policy")


@pytest.mark.usefixtures("quick")
def test_totals_that_do_not_count_leave_the_recount_on(sealed: Path, leaves: list[bytes]) -> None:
    events: Events = [json.loads(leaf) for leaf in leaves]
    _after_papers(events)
    _, out = run(seal_events(sealed, events), sealed.parent / "policy")
    assert "Contest leader: recounted" in out


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("audience", ["public", "panel"])
def test_says_what_an_undeclared_contest_was_recounted_from(sealed: Path, leaves: list[bytes], audience: str) -> None:
    events: Events = [json.loads(leaf) for leaf in leaves]
    undeclared(events)
    code, out = run(seal_events(sealed, events, audience), sealed.parent / "policy")
    assert code == 0, out
    seen = " from what is disclosed here" if audience == "public" else ""
    assert f"Contest leader: recounted{seen}; nothing declared yet: 2 stages, 281 valid, " in out


@pytest.mark.usefixtures("quick")
def test_says_in_words_that_nobody_cosigned(sealed: Path) -> None:
    (sealed.parent / "policy").write_text(policy_text(quorum="none"))
    note(str, (LOG,))(sealed)
    code, out = run(sealed, sealed.parent / "policy")
    assert (code, "It is cosigned by nobody; quorum met: yes (POLICY: none).\n" in out) == (0, True), out


@pytest.mark.usefixtures("quick")
def test_recounts_a_contest_of_a_thousand_candidates_without_papers(sealed: Path, leaves: list[bytes]) -> None:
    events: Events = [json.loads(leaf) for leaf in leaves]
    undeclared(events)
    events[:] = [event for event in events if not re.match("(batch/)?paper/", event["stream"])]
    first(events, "contest-defined.v1")["candidates"] = [{"id": f"c{n}", "name": f"C {n}"} for n in range(1_000)]
    code, out = run(seal_events(sealed, events), sealed.parent / "policy")
    assert (code, "0 valid, 0 rejected, elected nobody" in out) == (0, True), out


def test_counts_a_thousand_candidates_and_stages_and_stops_at_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Candidate n is first on n papers: they go one by one."""
    marks = Counter({f"c{n}>c999": n for n in range(1, 1_000)})
    rule = json.loads(RULE.model_dump_json()) | {"exclusion": "single-lowest", "stop": "continue-to-two"}
    poll = Poll(tuple(f"c{n}" for n in range(1, 1_000)), ("s",))
    assert len(verify.COUNT["recount"](contest_of(rule, poll, {"s": marks})).body["stages"]) == 998
    monkeypatch.setitem(verify.COUNT, "COUNT_STEPS_MAX", 10**8)
    monkeypatch.setattr(verify, "FINDINGS", [])
    assert verify.COUNT["recount"](contest_of(rule, poll, {"s": marks})) == "it takes too many steps"
    assert len(verify.FINDINGS) == 1


@pytest.mark.usefixtures("quick")
def test_finds_blinds_that_are_out_of_place(sealed: Path, leaves: list[bytes]) -> None:
    (position,) = [at for at, leaf in enumerate(leaves) if b"person-recorded" in leaf]
    disclosed = b"%d %b\n" % (position, leaves[position])
    lines(lambda all: [*all[:position], disclosed, *all[position:]])(sealed)
    about(leaves=299)(sealed)
    assert found(sealed, sealed.parent / "policy") == {"leaf-audience"}
    events = [json.loads(leaf) for leaf in leaves]
    events[0]["blind"] = "A" * 22
    shutil.rmtree(sealed / "leaves")
    write_pack(sealed, [canonical(event) for event in events], "panel")
    assert "leaf-audience" in found(sealed, sealed.parent / "policy")


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    ("leaf", "code"),
    [
        (lambda leaf: leaf.replace(b",", b", ", 1), "leaf-malformed"),
        (lambda leaf: leaf.replace(b"Labour", b"L\\u0061bour"), "leaf-malformed"),
        (lambda leaf: leaf.replace(b'"version":1', b'"version":1,"version":1'), "leaf-malformed"),
        (lambda leaf: leaf.replace(b'"version":1', b'"version":' + b"1" * 5_000), "leaf-malformed"),
        (lambda leaf: leaf.replace(b'"version":1', b'"version":NaN'), "leaf-malformed"),
        (lambda leaf: leaf.replace(b"Labour", b"\xff"), "leaf-malformed"),
        (lambda leaf: leaf.replace(b"Labour", b"\\ud800"), "leaf-malformed"),
        (lambda leaf: b"[" * 60_000, "leaf-malformed"),
        (lambda leaf: b"{}", "leaf-field"),
    ],
)
def test_finds_a_leaf_that_is_not_strict(
    sealed: Path, leaves: list[bytes], leaf: Callable[[bytes], bytes], code: str
) -> None:
    assert leaf(leaves[0]) != leaves[0]
    write_pack(sealed, [leaf(leaves[0]), *leaves[1:]])
    assert code in found(sealed, sealed.parent / "policy")


def test_a_contest_of_another_rule_is_not_recounted_and_no_finding(tmp_path: Path, leaves: list[bytes]) -> None:
    events = [json.loads(leaf) for leaf in leaves][:5]
    events[1]["rule"] = {"version": "stv.v1"}
    name = "sha256:" + sha256(canonical(events[1]["rule"])).hex()
    events = [{**event, **({"count_rule": name} if "count_rule" in event else {})} for event in events]
    pack = write_pack(tmp_path / "pack", [canonical(event) for event in events])
    (tmp_path / "policy").write_text(policy_text())
    code, out = run(pack, tmp_path / "policy")
    assert (code, "Contest leader: not recounted: this program does not count by stv.v1." in out) == (0, True), out


# ---- policies

LOW_ORDER = (1).to_bytes(32, "little")
POLICIES = {
    "no quorum": f"log {LOG.vkey}\n",
    "no log": "quorum none\n",
    "no LF": f"log {LOG.vkey}\nquorum none",
    "control character": f"log {LOG.vkey}\r\nquorum none\n",
    "unknown word": f"log {LOG.vkey}\nquorum none\nmore\n",
    "second quorum": f"log {LOG.vkey}\nquorum none\nquorum none\n",
    "unknown quorum": f"log {LOG.vkey}\nquorum w\n",
    "same key twice": f"log {LOG.vkey}\nwitness w {vkey('w', 4, LOG.raw)}\nquorum w\n",
    "low order": f"log {vkey('l', 1, LOW_ORDER)}\nquorum none\n",
    "not canonical": f"log {vkey('l', 1, (2**255 - 18).to_bytes(32, 'little'))}\nquorum none\n",
    "not on the curve": f"log {vkey('l', 1, (2).to_bytes(32, 'little'))}\nquorum none\n",
    "wrong id": f"log {LOG.vkey.replace('+', '+0', 1)}\nquorum none\n",
    "witness as log": f"log {ANNA.vkey}\nquorum none\n",
    "name twice": f"log {LOG.vkey}\nwitness w {ANNA.vkey}\nwitness w {BRUNO.vkey}\nquorum none\n",
    "group of strangers": f"log {LOG.vkey}\ngroup g any w\nquorum g\n",
    "group of too few": f"log {LOG.vkey}\nwitness w {ANNA.vkey}\ngroup g 2 w\nquorum g\n",
    "member twice": f"log {LOG.vkey}\nwitness w {ANNA.vkey}\ngroup g 2 w w\nquorum g\n",
    "member of two": f"log {LOG.vkey}\nwitness w {ANNA.vkey}\ngroup g any w\ngroup h any w\nquorum h\n",
    "too many lines": f"log {LOG.vkey}\nquorum none\n" + "\n" * 512,
}


@pytest.mark.parametrize("name", POLICIES)
def test_refuses_a_policy_as_the_product_does(packs: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / "policy").write_text(POLICIES[name])
    code, out = run(packs / "public", tmp_path / "policy")
    assert (code, out.count("\n")) == (2, 2), out
    if name != "no log":  # the product trusts nobody then; a stranger is told
        with pytest.raises(EvidenceError):
            Policy.parse(POLICIES[name].encode())


@pytest.mark.parametrize("quorum", ["any", "all", "2", "3"])
def test_groups_count_as_the_product_counts_them(sealed: Path, quorum: str) -> None:
    text = (
        policy_text(quorum="h")
        .replace("group most 2", f"group most {quorum}")
        .replace("quorum", "group h all most\nquorum")
    )
    (sealed.parent / "policy").write_text(text)
    met = Policy.parse(text.encode()).is_quorum(["anna", "bruno"])
    assert run(sealed, sealed.parent / "policy")[0] == (0 if met else 3)


def test_refuses_a_policy_in_the_pack_and_what_is_not_there(sealed: Path) -> None:
    (sealed / "policy").write_text(policy_text())
    (sealed.parent / "link").symlink_to(sealed / "policy")
    (sealed.parent / "same").symlink_to(sealed)
    for policy in (sealed / "policy", sealed.parent / "link", sealed.parent / "same/policy"):
        code, out = run(sealed, policy)
        assert (code, "policy-inside-pack" in out) == (2, True)
    assert run(sealed, sealed.parent / "none")[0] == 2
    assert run(sealed.parent / "none", sealed.parent / "policy")[0] == 2


# ---- Ed25519

VECTORS = [  # RFC 8032 section 7.1: secret key, message, signature
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
]


@pytest.mark.parametrize(("secret", "message", "signature"), VECTORS)
def test_verifies_the_vectors_of_rfc_8032(secret: str, message: str, signature: str) -> None:
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(secret)).public_key().public_bytes_raw()
    assert verify.is_signed(key, bytes.fromhex(message), bytes.fromhex(signature))


def test_agrees_with_another_ed25519_on_good_and_bad_signatures() -> None:
    chance = random.Random(8032)
    verdicts = set()
    for _ in range(12):
        signer = Ed25519PrivateKey.from_private_bytes(chance.randbytes(32))
        key, message = signer.public_key().public_bytes_raw(), chance.randbytes(20)
        signature = bytearray(signer.sign(message))
        if chance.random() < 0.6:
            signature[chance.randrange(64)] ^= 1 << chance.randrange(8)
        try:
            Ed25519PublicKey.from_public_bytes(key).verify(bytes(signature), message)
            good = True
        except InvalidSignature:
            good = False
        assert verify.is_signed(key, message, bytes(signature)) is good
        verdicts.add(good)
    assert verdicts == {True, False}


def test_a_key_has_one_spelling() -> None:
    good = []
    for y in range(2, 19):
        with suppress(ValueError):
            good += [y] * bool(verify.key_point(y.to_bytes(32, "little")))
    assert good
    with pytest.raises(ValueError, match="not an Ed25519 key"):
        verify.key_point((good[0] + verify.P).to_bytes(32, "little"))


def test_a_signature_has_one_spelling() -> None:
    text = b"message"
    signature = LOG.key.sign(text)
    s = int.from_bytes(signature[32:], "little") + verify.L
    assert verify.is_signed(LOG.raw, text, signature)
    assert not verify.is_signed(LOG.raw, text, signature[:32] + s.to_bytes(32, "little"))
    assert not verify.is_signed(LOG.raw, text, signature + b"\0")
    assert not verify.is_signed(LOG.raw, text, signature[:63])


# ---- the table of types, and text


def test_the_table_has_the_types_and_fields_of_the_product() -> None:
    assert set(verify.TYPES) == set(TYPES)
    for name, kind in TYPES.items():
        fields = {field.rstrip("?"): field[-1] != "?" for field in verify.TYPES[name][3]}
        named = {"command"} if "{command}" in verify.TYPES[name][1] else set()  # a stream is named after it
        needed = {one: info.default is not None or one in named for one, info in kind.model_fields.items()}
        assert fields == needed, name
        assert verify.TYPES[name][0] == kind.audience
    kinds = {kind.model_fields["version"].annotation: kind for kind in get_args(AnyCountRule)}
    assert {version: {*fields, "version"} for version, fields in verify.RULES.items()} == {
        get_args(version)[0]: set(kind.model_fields) for version, kind in kinds.items()
    }
    objects = {"figures": Figure, "stages": CertifiedStage, "held": CertifiedVotes, "candidates": Candidate}
    objects |= {"set_aside": SetAside, "spoilt": Spoilt}
    for field, kind in objects.items():
        assert [name.rstrip("?") for name in verify.HOLDS[field][0]] == sorted(kind.model_fields)


def field_changed(old: Any, new: Any, field: str = "") -> str:
    """The innermost field in which two events differ; those with a rule of their own elsewhere have another name."""
    if isinstance(old, dict) and isinstance(new, dict) and old.keys() == new.keys():
        (name,) = (name for name in old if canonical(old[name]) != canonical(new[name]))
        return field_changed(old[name], new[name], f"rule {name}" if field == "rule" else name)
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        (place,) = (place for place, one in enumerate(old) if canonical(one) != canonical(new[place]))
        return field_changed(old[place], new[place], field)
    return "no sections" if (field, new) == ("sections", []) else field


def test_reads_what_it_depends_on_as_strictly_as_the_product(leaves: list[bytes]) -> None:
    chance = random.Random(8785)
    kinds = list({json.loads(leaf)["type"]: leaf for leaf in leaves}.values())
    verdicts: Counter[bool] = Counter()
    for _ in range(1_500):
        whole = json.loads(chance.choice(kinds))
        event = damaged(whole, chance)
        leaf = canonical(event)
        try:
            if not isinstance(event["type"], str) or not isinstance(event["stream"], str):
                raise TypeError
            decode_strictly(Row(0, event["stream"], event["version"], event["type"], leaf))
            good = True
        except (EvidenceError, TypeError, KeyError):
            good = False
        verify.FINDINGS.clear()
        verify.read_leaf("leaf", leaf)
        mine = [line for line in verify.FINDINGS if not line.startswith("leaf-stream")]
        assert not (mine and good), (leaf, mine)
        if not good and not verify.FINDINGS:  # `decimals` and `value` are compared where figures are
            field = field_changed(whole, event)
            assert field not in verify.HOLDS or field in ("batch", "decimals", "value"), (leaf, field)
        verdicts[good] += 1
    assert min(verdicts.values()) > 100


def test_admits_the_characters_that_the_product_admits() -> None:
    afters = ["", "a", "\u0915", "\u094d", "\u0628", "\u2600", "\u4e00"]
    for number in [*range(0x3500), *range(0xFE00, 0x10000), *range(0xE0000, 0xE0200)]:
        if 0xD800 <= number < 0xE000:
            continue
        for before in afters if chr(number) in "\u200c\u200d\ufe0e\ufe0f\U000e0100" else afters[:2]:
            text = before + chr(number)
            try:
                check_text(text)
                good = True
            except ValueError:
                good = False
            assert verify.is_shown(text) is good, ascii(text)


# ---- the count


COUNTED = [version for version in verify.RULES if not version.startswith("stv-")]


@pytest.mark.parametrize("version", COUNTED)
def test_counts_as_the_product_counts(version: str) -> None:
    endings = compare_counts(verify, version, 60)
    assert endings["elected"] > 10, endings
    if version != "yes-no.v1":
        assert endings["nobody"] > 3, endings
        assert endings["lot"] > 1, endings


@pytest.mark.parametrize("version", COUNTED)
def test_counts_certified_totals_as_the_product_does(version: str) -> None:
    endings = compare_counts(verify, version, 40, certified=True)
    assert endings["certified"] > 5, endings


def test_counts_reserved_places_as_the_product_does() -> None:
    endings = compare_counts(verify, "plurality.v1", 100, reserved=True)
    assert endings["displace"] > 3, endings
    assert endings["lot"] > 1, endings
    assert endings["refused"] > 3, endings


def random_accounts(made: Made, chance: random.Random) -> dict[str, dict[str, Any]]:
    """State accounts of most sections, and of all now and then; about half of them balance."""
    accounts = {}
    for section in [*made.poll.sections, "all"]:
        if chance.random() < (0.3 if section == "all" else 0.9):
            of = made.poll.sections if section == "all" else [section]
            papers = sum(sum(made.papers[each].values()) for each in of)
            spoilt, aside = chance.choice([0, 0, 1]), chance.choice([0, 0, 1])
            returned = papers + spoilt + aside + chance.choice([0, 0, 0, 0, 1])
            stated = {"distributed": max(0, returned + chance.choice([0, 2, 2, 2, -1])), "returned": returned}
            if chance.random() < 0.1:
                del stated[chance.choice(list(stated))]
            event = envelope("account-stated.v1", f"account/c/{section}", contest="c", section=section)
            parts = {
                "set_aside": [{"papers": aside, "reason": "late"}],
                "spoilt": [{"papers": spoilt, "reason": "blank"}],
            }
            accounts[section] = event | stated | parts
    return accounts


def test_accounts_have_the_cells_and_balance_that_the_product_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    verdicts: Counter[bool] = Counter()
    for made, chance in random_contests(verify, "yes-no.v1", 250):
        accounts = random_accounts(made, chance)
        events = {of: AccountStated.model_validate_json(json.dumps(event)) for of, event in accounts.items()}
        basis = made.basis({}, events)
        contest = contest_of(made.rule, made.poll, made.papers, accounts=accounts)
        count, table = verify.COUNT["recount"](contest), basis.count()
        compare_cells(verify, contest, count, basis.cells(table), 1)
        monkeypatch.setattr(verify, "FINDINGS", [])
        verify.COUNT["check_declared"](contest, "here", {"elected": count.body["elected"], "figures": []})
        unbalanced = list(basis.account(table).unbalanced())
        found = verify.FINDINGS
        assert bool(unbalanced) == bool(found), (made, accounts, unbalanced, verify.FINDINGS)
        verdicts[bool(found)] += 1
    assert min(verdicts.values()) > 10, verdicts


def test_many_findings_are_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify, "FINDINGS", [])
    for number in range(5_000):
        verify.finding("code", number, "x" * 10_000, "\x1b[31m\u202e")
    assert len(verify.FINDINGS) <= verify.FINDINGS_MAX + 1
    assert all(len(line) < 1_000 and line.isascii() and line.isprintable() for line in verify.FINDINGS)


def test_knows_every_value_of_every_field_of_every_rule() -> None:
    def values(annotation: Any) -> set[str]:
        if get_origin(annotation) is Literal:
            return set(get_args(annotation))
        return {value for member in get_args(annotation) for value in values(member)}

    for model in get_args(AnyCountRule):
        (version,) = get_args(model.model_fields["version"].annotation)
        for name, field in model.model_fields.items():
            known = verify.RULES[version].get(name)
            pattern = known[0] if isinstance(known, list) else known
            for value in values(field.annotation) if name != "version" else ():
                assert isinstance(pattern, str), (version, name)
                assert re.fullmatch(pattern, value), (version, name, value)
