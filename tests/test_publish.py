"""Published packs: what is private stays private, what is small stays unseen, and nothing is half published."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, cast
from unittest.mock import patch as replaced

import pytest
from lacking import lacking
from terminal import CLOSE_POLL, DEFINE_CONTEST, DEFINED, RULE, Answer, Terminal, terminal_at

import projections.publish.pack
from cli.seal.key import ledger_state_folder, read_master_key
from ledger.event import TYPES, Audience
from ledger.leaf import encode
from ledger.privacy.sqlite_vault import VAULT_FILE, SQLiteVaultStore
from ledger.privacy.vault import Vault
from ledger.seal.merkle import leaf_hash
from ledger.storage.store import open_ledger
from ledger.streams.batch import BatchOpened
from projections.publish.check import check_pack

HOSTILE = '<script>alert("1")</script> & Co'
SECTIONS = [{"id": "members", "name": "Members"}, {"id": "mps", "name": "MPs"}]
CUT = {**DEFINE_CONTEST, "contest": "cut", "paper_publication": "profile", "smallest_cell": 10, "sections": SECTIONS}
SILENT = {**CUT, "contest": "silent", "paper_publication": "none", "office": HOSTILE}
PERSON = {"name": "Ada Lovelace", "address": "12 St James Square", "born": "1815-12-10", "email": "ada@example.org"}
GONE = {"name": "Charles Babbage", "address": "1 Dorset Street", "born": "1791-12-26", "email": "cb@example.org"}
MARKS = [
    {"count": 40, "marks": "abbott"},
    {"count": 31, "marks": "balls>abbott"},
    {"count": 3, "marks": "abbott>balls"},
]
SAID = {"stage": 1, "section": "members", "candidate": "abbott", "measure": "votes", "value": "43", "decimals": 0}
FEW = [{"count": 4, "marks": "balls"}, {"count": 2, "marks": "balls>abbott"}]


def papers(contest: str, section: str, alike: list[dict[str, Any]]) -> tuple[str, dict[str, Any]]:
    return "read-papers", {"contest": contest, "section": section, "serial": "s1", "papers": alike}


COMMANDS: list[tuple[str, dict[str, Any]]] = [
    *cast("list[tuple[str, dict[str, Any]]]", DEFINED),
    ("define-contest", CUT),
    ("define-contest", SILENT),
    *(("close-poll", {**CLOSE_POLL, "contest": contest}) for contest in ("leader", "cut", "silent")),
    ("record-person", {"person": "p-7f3a", "identity": PERSON}),
    ("record-person", {"person": "p-91bc", "identity": GONE}),
    papers("leader", "members", [*MARKS, {"count": 7, "marks": "balls"}]),
    ("publish-figures", {"contest": "leader", "source": "press", "figures": [SAID, {**SAID, "value": "44"}]}),
    ("publish-figures", {"contest": "cut", "source": "press", "figures": [SAID]}),
    *(papers(contest, *of) for contest in ("cut", "silent") for of in (("members", MARKS), ("mps", FEW))),
    *(("declare-result", {"contest": contest, "elected": ["abbott"]}) for contest in ("cut", "silent")),
]


class Ledger:
    """A folder with a ledger of all sorts, its packs, and what in it is private."""

    def __init__(self, folder: Path, private: dict[str, bytes]) -> None:
        self.folder, self.private = folder, private

    def pack(self, audience: str) -> Path:
        return self.folder / audience


def secrets_of(at: Terminal) -> dict[str, bytes]:
    """Every value that nobody but its owner may read, by what it is."""
    found = {f"{field} {value}": value.encode() for who in (PERSON, GONE) for field, value in who.items()}
    with open_ledger(at.ledger) as ledger:
        master = read_master_key(ledger.ledger_id)
        found |= {"master key": master, "log key": (ledger_state_folder(ledger.ledger_id) / "log.key").read_bytes()}
        with closing(Vault(SQLiteVaultStore(at.ledger / VAULT_FILE), master, bytes)) as vault:
            for position, event in ledger.scan():
                found |= {
                    f"{field} {position}": v.encode() for field, v in private_fields(event.model_dump(mode="json"))
                }
                for field in event.private:
                    digest = getattr(event, field)
                    text = vault.disclosure(digest, field)
                    if text is not None:
                        salt = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))[0]
                        found |= {f"disclosure {position}": text.encode(), f"salt {position}": salt.encode()}
            found |= {f"wrapped key {i}": row[0] for i, row in enumerate(vault.look("SELECT wrapped FROM subject"))}
    return found


def private_fields(event: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What a restricted event holds that no public one does: its names are for those whom it is about."""
    if event["blind"] is not None:
        for field in ("stream", "blind", "command", "identity", "contents", "digest"):
            if isinstance(event.get(field), str):
                yield field, event[field]
        yield (
            "end of stream",
            event["stream"].rpartition("/")[2] if "paper/" in event["stream"][:6] else event["stream"],
        )


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    folder = tmp_path_factory.mktemp("publish")
    seeds: list[bytes] = []
    whole = Vault.batch_seed

    def seen(self: Vault, batch: str) -> bytes:
        seed = whole(self, batch)
        if "leader" not in batch:
            seeds.append(seed)
        return seed

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Vault, "batch_seed", seen)
        at = terminal_at(folder, patch)
        at.made(COMMANDS)
        assert (
            at("record", "order-erasure", "--person", "p-91bc", "--basis", "court-order", "--as", "registrar")[0] == 0
        )
        private = secrets_of(at) | {f"seed {number}": seed for number, seed in enumerate(seeds)}
        assert len(seeds) >= 4
        for audience in ("public", "panel", "scrutineer"):
            assert at("publish", audience, "--audience", audience).code == 0
    return Ledger(folder, private)


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(tmp_path, monkeypatch, capsys)


@pytest.fixture
def copied(made: Ledger, tmp_path: Path, at: Terminal, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A copy of the ledger with its keys."""
    for name in ("ledger", "state"):
        shutil.copytree(made.folder / name, tmp_path / name)
    return at


def spelled(value: bytes) -> set[bytes]:
    """A value in the ways that a program may write it: as it is, escaped, in hexadecimal digits, in base64 anywhere."""
    ways = {value, value.hex().encode(), value.hex().upper().encode()}
    for offset in range(3):
        text = base64.b64encode(b"\0" * offset + value)
        whole = text[[0, 2, 3][offset] : len(text) - [0, 4, 3][(offset + len(value)) % 3] or None]
        ways |= {whole.rstrip(b"="), whole.rstrip(b"=").translate(bytes.maketrans(b"+/", b"-_"))}
    return ways


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# What everybody may read


def test_no_private_value_is_anywhere_in_a_public_pack(made: Ledger) -> None:
    assert len(made.private) > 100
    read = files(made.pack("public"))
    for what, value in made.private.items():
        for way in spelled(value):
            found = [name for name, data in read.items() if way in data]
            assert not found, (what, way, found)


def test_the_search_would_find_them(made: Ledger) -> None:
    panel = b"".join(files(made.pack("panel")).values())
    assert sum(value in panel for value in made.private.values()) > 100
    assert any(way in base64.b64encode(b"x" + b"Ada Lovelace" + b"yz") for way in spelled(b"Ada Lovelace"))


def test_a_restricted_leaf_bears_its_blind_and_no_public_leaf_has_one(made: Ledger) -> None:
    lines = (made.pack("public") / "leaves/000000.txt").read_text("utf-8").splitlines()
    public = {int(position): json.loads(leaf) for position, leaf in (line.split(" ", 1) for line in lines)}
    hashes = b"".join(
        path.read_bytes() for path in sorted((made.pack("public") / "tile/0").rglob("*")) if path.is_file()
    )
    with open_ledger(made.folder / "ledger") as ledger:
        for position, event in ledger.scan():
            restricted = event.audience is Audience.RESTRICTED or (
                event.audience is Audience.CONTEST and "/leader/" not in event.stream
            )
            assert (position in public, event.restricted) == (not restricted, restricted)
            assert hashes[32 * position :][:32] == leaf_hash(encode(event))
            if restricted:  # who knows all but the blind cannot try it against the hash
                assert len(event.blind or "") == 22
                assert leaf_hash(encode(event.model_copy(update={"blind": None}))) not in hashes
    assert all(
        "blind" not in leaf and TYPES[leaf["type"]].audience is not Audience.RESTRICTED for leaf in public.values()
    )


@pytest.mark.parametrize("contest", ["cut", "leader"])
def test_refuses_a_leaf_whose_blind_is_not_as_its_contest_wants(copied: Terminal, contest: str) -> None:
    blind = "A" * 22 if contest == "leader" else None
    with open_ledger(copied.ledger) as ledger:
        size, recorded = ledger.head()[:2]
        stream = f"batch/paper/{contest}/members/s9"
        ledger.append([BatchOpened(
            actor="x", blind=blind, contents="sha256:" + "0" * 64, contest=contest, effective=recorded,
            recorded=recorded,
            section="members", stream=stream, total=1, version=1,
        )])  # fmt: skip
    line = copied("publish", "pack").refused("wrong-audience", 3)
    assert f"event {size} of batch/paper/{contest}/members/s9" in line
    assert not list(copied.folder.glob("*pack*"))


# What is small


def test_a_contest_that_does_not_publish_its_papers_is_counted_in_public_once_declared(copied: Terminal) -> None:
    late = {**CUT, "contest": "late"}
    copied(
        "apply",
        copied.lines("late.jsonl", [("define-contest", late), ("close-poll", {**CLOSE_POLL, "contest": "late"})]),
        "--as",
        "ro",
    ).done()
    copied("apply", copied.lines("papers.jsonl", [papers("late", "members", MARKS)]), "--as", "ro").done()
    copied("publish", "before").done()
    copied("publish", "panel", "--audience", "panel").done()
    before, panel = (
        json.loads((copied.folder / pack / "contests/late/result.json").read_text("utf-8"))
        for pack in ("before", "panel")
    )
    assert before["not_counted"] == "Not counted in public before the result is declared."
    assert panel["elected"] == ["abbott"]


def test_a_contest_that_publishes_a_profile_is_cut_for_everybody_and_whole_for_a_panel(made: Ledger) -> None:
    public, panel = (made.pack(name) / "contests/cut" for name in ("public", "panel"))
    result = json.loads((public / "result.json").read_text("utf-8"))
    assert result["withheld"] == {"joined_sections": ["members", "mps"], "smallest_cell": 10, "stages": []}
    assert (result["count"], result["sections"], result["valid"]) == (None, ["all"], {"all": 80})
    votes = {row["candidate"]: row["votes"] for row in result["stages"][0]["candidates"]}
    assert votes == {"abbott": {"all": 43}, "balls": {"all": 37}}
    # Of 43 who begin with abbott the line of 40 would leave 3: so it is joined to the rest, as is balls' for 6.
    assert (public / "papers.csv").read_text() == "section,count,marks\nall,80,(other valid papers)\n"
    assert [path.name for path in sorted(public.iterdir())] == ["papers.csv", "result.json"]
    whole = json.loads((panel / "result.json").read_text("utf-8"))
    assert (whole["withheld"], whole["valid"]) == (None, {"members": 74, "mps": 6})
    assert "mps,4,balls\n" in (panel / "papers.csv").read_text()
    assert (panel / "papers-mps.blt").read_text().startswith("2 1\n4 2 0\n2 2 1 0\n0\n")


def test_a_contest_that_publishes_papers_is_whole_for_everybody(made: Ledger) -> None:
    folder = made.pack("public") / "contests/leader"
    assert "members,3,abbott>balls\n" in (folder / "papers.csv").read_text()
    assert (folder / "papers.blt").is_file()
    assert json.loads((folder / "result.json").read_text("utf-8"))["count"].startswith("sha256:")


def test_a_contest_that_publishes_none_has_no_papers(made: Ledger) -> None:
    assert [path.name for path in (made.pack("public") / "contests/silent").iterdir()] == ["result.json"]


# The page


class Page(HTMLParser):
    """Reads a page: its elements with their attributes, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture
def page(made: Ledger) -> Page:
    return Page((made.pack("public") / "index.html").read_text("utf-8"))


def test_the_page_needs_nothing_from_elsewhere_and_forbids_it(made: Ledger, page: Page) -> None:
    (policy,) = [one["content"] for one in page.all("meta") if one.get("http-equiv") == "Content-Security-Policy"]
    assert (policy or "").startswith("default-src 'none'; style-src 'sha256-")
    assert not {"script", "img", "link", "iframe", "form"} & {tag for tag, _ in page.elements}
    assert not any(name.startswith("on") or name == "style" for _, attributes in page.elements for name in attributes)
    for link in [one["href"] or "" for one in page.all("a")]:
        assert link.startswith("#") or (made.pack("public") / link).is_file(), link


def test_the_page_shows_hostile_names_as_text(page: Page) -> None:
    assert HOSTILE in page.text
    assert not page.all("script")


def test_the_page_compares_what_was_published_as_far_as_the_count_is_shown(page: Page) -> None:
    said = "stage 1, members, abbott votespress"
    assert [f"{said}{rest}" in page.text for rest in ("4343equal", "4443differs", "43-not shown")] == [True] * 3


def test_the_page_can_be_read_aloud(page: Page) -> None:
    assert page.all("html") == [{"lang": "en"}]
    assert len(page.all("table")) == len(page.all("caption")) > 3
    assert all(one.get("scope") in ("row", "col") for one in page.all("th"))


def test_the_page_says_what_it_is_what_is_withheld_and_how_to_check(made: Ledger, page: Page) -> None:
    pack = made.pack("public")
    origin, size, _ = (pack / "checkpoint").read_text("utf-8").split("\n", 2)
    about = json.loads((pack / "pack.json").read_text("utf-8"))
    for words in (
        origin,
        *(f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}" for path in pack.glob("verify*.py")),
        "python3 -I -S FOLDER/verify.py FOLDER --policy POLICY",
        f"{int(size) - about['leaves']} of {size} events are not in this folder",
        "no number of papers from 1 to 9 is shown",
        "contest-defined.v1",
    ):
        assert words in page.text, words


# What is refused


def test_refuses_a_folder_that_is_there(copied: Terminal) -> None:
    (copied.folder / "pack").mkdir()
    copied("publish", "pack").refused("folder-exists")
    (copied.folder / "link").symlink_to("nowhere")
    copied("publish", "link").refused("folder-exists")
    assert not list((copied.folder / "pack").iterdir())


@pytest.mark.parametrize("out", ["ledger/pack", "ledger/../ledger/pack", "state/pack"])
def test_refuses_a_folder_among_the_ledgers_files_or_keys(copied: Terminal, out: str) -> None:
    copied("publish", out).refused("folder-inside-ledger")


def test_refuses_an_audience_that_is_none(copied: Terminal) -> None:
    assert "nearest: public" in copied("publish", "pack", "--audience", "pubic").refused("unknown-audience", 2)


def test_refuses_where_nothing_is_signed_yet(at: Terminal) -> None:
    at("init", "--unfounded").done()
    at("publish", "pack").refused("no-checkpoint")
    assert not (at.folder / "pack").exists()


def test_says_how_far_the_checkpoint_goes_where_the_logs_key_is_not_at_hand(copied: Terminal) -> None:
    (key,) = copied.folder.glob("state/*/log.key")
    key.rename(copied.folder / "log.key")
    size = copied.size()
    copied.record("record-person", {"person": "p-new", "identity": PERSON})
    said = copied("publish", "pack").done()
    assert f"It is as of {size} of {size + 1} events" in said
    assert "It was not checked: the log's key is not here" in said
    (copied.folder / "log.key").rename(key)
    policy = copied.write("policy", f"log {json.loads(copied('key', '--json').done())['key']}\nquorum none\n")
    command = [sys.executable, "-I", "-S", "pack/verify.py", "pack", "--policy", policy]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0


def test_a_pack_that_does_not_verify_is_not_published(copied: Terminal) -> None:
    tiles = projections.publish.pack.write_tiles

    def torn(ledger: Any, size: int, folder: Path) -> None:
        tiles(ledger, size, folder)
        path = next(path for path in (folder / "tile/0").rglob("*") if path.is_file())
        path.write_bytes(b"\0" + path.read_bytes()[1:])

    with replaced.object(projections.publish.pack, "write_tiles", torn):
        assert "exit code 3" in copied("publish", "pack").refused("pack-does-not-verify", 3)
    assert not list(copied.folder.glob("*pack*"))
    assert not list(copied.folder.glob(".*pack*"))


def test_a_disk_that_fills_up_leaves_nothing(copied: Terminal) -> None:
    room = copied.folder / "room"
    room.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(room)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        lacking("only who may mount can try this")
    try:
        copied("publish", "room/pack").refused("disk-full")
        assert list(room.iterdir()) == []
    finally:
        subprocess.run(["umount", "-l", str(room)], check=False)


def test_two_who_publish_under_one_name_do_not_mix(copied: Terminal) -> None:
    whole = check_pack

    def meanwhile(pack: Path, *words: Any) -> None:
        with replaced.object(projections.publish.pack, "check_pack", whole):
            copied("publish", "pack").refused("busy")
        whole(pack, *words)

    with replaced.object(projections.publish.pack, "check_pack", meanwhile):
        copied("publish", "pack")
    assert (copied.folder / "pack/checkpoint").is_file()


def test_a_contest_none_of_whose_stages_is_shown_is_published(copied: Terminal) -> None:
    small = {**CUT, "contest": "small"}
    few = papers("small", "members", [{"count": 2, "marks": "abbott"}, {"count": 1, "marks": "balls"}])
    commands = [("define-contest", small), ("close-poll", {**CLOSE_POLL, "contest": "small"}), few]
    declared = ("declare-result", {"contest": "small", "elected": ["abbott"]})
    copied("apply", copied.lines("small.jsonl", [*commands, declared]), "--as", "ro").done()
    copied("publish", "pack").done()
    result = json.loads((copied.folder / "pack/contests/small/result.json").read_text("utf-8"))
    assert (result["elected"], result["valid"]) == (["abbott"], None)


def test_kept_views_decide_nothing_that_is_published(copied: Terminal) -> None:
    copied("count", "leader").done()
    with closing(sqlite3.connect(copied.ledger / "views.db")) as views:
        views.execute("UPDATE profile SET papers = 9999 WHERE marks = 'balls'")
        views.commit()
    copied("publish", "pack").done()
    result = json.loads((copied.folder / "pack/contests/leader/result.json").read_text("utf-8"))
    assert result["elected"] == ["abbott"]


def result_of(at: Terminal, pack: str, contest: str) -> dict[str, Any]:
    assert at("publish", pack).code == 0
    found: dict[str, Any] = json.loads((at.folder / pack / "contests" / contest / "result.json").read_text("utf-8"))
    return found


def test_no_count_is_seen_in_public_while_a_recount_goes_on(copied: Terminal) -> None:
    copied.record("order-recount", {"contest": "cut", "reason": "asked for by an agent"}).done()
    assert result_of(copied, "during", "cut")["not_counted"] == "Not counted in public while a recount goes on."
    copied.record("correct-result", {"contest": "cut", "elected": ["abbott"], "reason": "confirmed"}).done()
    assert result_of(copied, "after", "cut")["elected"] == ["abbott"]


def test_figures_of_a_withheld_account_are_not_compared_in_public(copied: Terminal) -> None:
    copied.record("order-recount", {"contest": "cut", "reason": "an account is wanted"}).done()
    copied.record("state-account", {"contest": "cut", "section": "all", "distributed": 190, "returned": 187}).done()
    copied.record("correct-result", {"contest": "cut", "elected": ["abbott"], "reason": "confirmed"}).done()
    figure = {"stage": 1, "section": "all", "measure": "returned", "value": "186"}
    copied.record("publish-figures", {"contest": "cut", "source": "rumour", "figures": [figure]}).done()
    assert copied("publish", "out").code == 0
    page = (copied.folder / "out" / "index.html").read_text("utf-8")
    assert ">186<" in page
    assert ">187<" not in page


RANKS = {"blank": "reject", "decimals": 2, "duplicate": "skip", "gap": "exhaust", "overvote": "exhaust"}
STV = {
    **RANKS,
    "version": "stv-scottish.v1",
    "preferences": "any-number",
    "publication": "by-section",
    "doomed": "together",
    "exclusion": "single-lowest",
    "last_places": "after-transfer",
    "quota": "droop",
    "reserved": [],
    "surplus_order": "largest-first",
    "surpluses": "one-at-a-time",
    "ties": ["lot"],
    "transfer_value": "value-by-surplus-over-votes",
    "value_decimals": 5,
}
YES_NO = {
    "version": "yes-no.v1",
    "base": "read",
    "blank": "reject",
    "decimals": 1,
    "needed": "1/2",
    "overvote": "reject",
    "quorum": 0,
    "publication": "by-section",
    "ranked": "reject",
    "reach": "more-than",
}


@pytest.mark.parametrize(
    ("rule", "names", "seats", "alike"),
    [
        (STV, "abcd", 2, {"a>c": 79, "a>d": 1, "c": 30, "d": 30}),  # the fraction 2433/80 would tell of one paper
        (YES_NO, ("yes", "no"), 1, {"yes": 40, "no": 30, "yes=no": 2}),  # the reason would count the rejected
    ],
    ids=["stv", "yes-no"],
)
def test_neither_fractions_nor_words_tell_of_a_few_papers(
    copied: Terminal, rule: dict[str, Any], names: str, seats: int, alike: dict[str, int]
) -> None:
    copied.record("adopt-count-rule", {"election": CUT["election"], "rule": rule}).done()
    found = json.loads(copied("events", "--type", "count-rule-adopted.v1", "--json").done())[-1]["content_hash"]
    candidates = [{"id": name, "name": name} for name in names]
    contest = CUT | {"contest": "few", "count_rule": found, "seats": seats, "candidates": candidates}
    lines = [
        ("define-contest", contest),
        ("close-poll", {**CLOSE_POLL, "contest": "few"}),
        papers("few", "members", [{"marks": marks, "count": count} for marks, count in alike.items()]),
    ]
    copied("apply", copied.lines("few.jsonl", lines), "--as", "ro").done()
    elected = json.loads(copied("count", "few", "--json").done())["elected"]
    copied.record("declare-result", {"contest": "few", "elected": elected}).done()
    result = result_of(copied, "out", "few")
    assert result["elected"] == elected
    assert not any((result["rejected"] or {}).values())
    page = (copied.folder / "out" / "index.html").read_text("utf-8").partition('id="few"')[2]
    for text in (json.dumps(result["stages"]), page):
        assert "30.41250" not in text
        assert "2433/80" not in text
        assert "2 of them" not in text


def define_combined(at: Terminal, rule: dict[str, Any], **contest: Any) -> Answer:
    at.record("adopt-count-rule", {"election": CUT["election"], "rule": rule | {"publication": "combined"}}).done()
    found = json.loads(at("events", "--type", "count-rule-adopted.v1", "--json").done())[-1]["content_hash"]
    fields = {"contest": "one", "count_rule": found, "paper_publication": "none", "smallest_cell": 1}
    return at.record("define-contest", CUT | fields | contest)


@pytest.mark.parametrize("seats", [1, 2], ids=["av", "stv"])
def test_shows_sections_as_one_where_the_rule_publishes_them_combined(copied: Terminal, seats: int) -> None:
    rule = RULE if seats == 1 else STV
    names = [{"id": name, "name": name} for name in "abc"]
    define_combined(copied, rule, candidates=names, seats=seats).done()
    lines = [
        ("close-poll", {**CLOSE_POLL, "contest": "one"}),
        papers("one", "members", [{"marks": "a>b", "count": 41}, {"marks": "b", "count": 10}]),
        papers("one", "mps", [{"marks": "b>a", "count": 7}]),
    ]
    copied("apply", copied.lines("one.jsonl", lines), "--as", "ro").done()
    counted = json.loads(copied("count", "one", "--json").done())
    assert (counted["sections"], counted["valid"]) == (["all"], {"all": 58})
    elected = counted["elected"]
    figure = {"stage": 1, "candidate": "a", "measure": "votes", "value": "41", "decimals": 0}
    by_section = {"contest": "one", "elected": elected, "figures": [figure | {"section": "members"}]}
    copied.record("declare-result", by_section).refused("figures-differ")
    copied.record(
        "declare-result", {"contest": "one", "elected": elected, "figures": [figure | {"section": "all"}]}
    ).done()
    result = result_of(copied, "out", "one")
    assert result["withheld"] == {"joined_sections": ["members", "mps"], "smallest_cell": 1, "stages": []}
    assert (result["count"], result["valid"]) == (None, {"all": 58})
    page = (copied.folder / "out" / "index.html").read_text("utf-8").partition('id="one"')[2]
    assert "The sections members, mps are shown as one, all." in page
    assert ">7<" not in page


@pytest.mark.parametrize("published", ["papers", "profile"])
def test_refuses_to_publish_papers_of_sections_that_are_published_combined(copied: Terminal, published: str) -> None:
    refused = define_combined(copied, RULE, paper_publication=published)
    assert refused.code == 1
    assert "publication-unfit: contest one, field paper_publication" in refused.err
