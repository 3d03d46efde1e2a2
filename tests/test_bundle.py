"""Bundles: what is on one subject and that it is all; and every way in which it is not."""

from __future__ import annotations

import json
import secrets
from base64 import b64decode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stores import LEDGER_ID, MASTER, NOON, SQLitePlace

from ledger.desk import Desk
from ledger.errors import EvidenceError, RefusedError
from ledger.event import Event
from ledger.leaf import CANONICAL, base64url, decode, disclose, disclosure_digest
from ledger.privacy.vault import Vault
from ledger.seal import bundle as bundle_module
from ledger.seal.bundle import Bundle, make_bundle, streams_of
from ledger.seal.bundle_check import Examined, check_bundle
from ledger.seal.checkpoint import Checkpoint, cosign, sign_checkpoint
from ledger.seal.heads import HeadLine, HeadsTree, heads_root, version_proved
from ledger.seal.keys import Kind, SignerKey, encode_base64
from ledger.seal.policy import Policy
from ledger.storage.store import NO_GUARD, Ledger, make_ledger
from ledger.streams.heads import RecordStreamHeads, StreamHeadsRecorded
from ledger.streams.person import Identity, OrderErasure, PersonRecorded, RecordPerson
from projections.counting import LedgerFigures

LOG = SignerKey("example.org/log", Kind.NOTE, b"l" * 32)
WITNESS = SignerKey("witness.example/w", Kind.COSIGNATURE, b"w" * 32)
POLICY = Policy.parse(f"log {LOG.verifier.text}\nwitness w {WITNESS.verifier.text}\nquorum w\n".encode())
BLIND = base64url(bytes(16))

Change = Callable[[dict[str, Any]], object]


def signed(ledger: Ledger) -> bytes:
    """Seal a ledger, sign and cosign."""
    size, root = ledger.seal()
    checkpoint = Checkpoint(LOG.name, size, root)
    lines = sign_checkpoint(checkpoint, LOG) + cosign(checkpoint.body(), WITNESS, 1_900_000_000)
    return f"{checkpoint.body()}\n{lines}".encode()


class Made(NamedTuple):
    """Bundles by subject against the last checkpoint, and some from earlier."""

    now: dict[str, Bundle]
    before_heads: dict[str, Bundle]  # against the last checkpoint, under the heads recorded first
    early: Bundle  # of p-3, before its erasure


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Make these events.

    0 to 2 persons p-1 p-2 p-3; 3 and 4 erasure of p-2; 5 heads; 6 person p-4; 7 and 8 erasure of p-3; 9 heads;
    10 and 11 erasure of p-2 again.
    """
    place = SQLitePlace(tmp_path_factory.mktemp("bundle"))
    place.make().close()
    with place.open() as ledger, closing(Vault(place.vault_store(), MASTER, secrets.token_bytes)) as vault:
        desk = Desk(ledger, vault, LedgerFigures(ledger), lambda: NOON, secrets.token_bytes)

        def record(person: str) -> None:
            desk.submit(RecordPerson(person=person, identity=Identity(name=f"Name of {person}")), actor="clerk")

        def erase(person: str, basis: Any = "right-to-erasure") -> None:
            desk.submit(OrderErasure(person=person, basis=basis), actor="clerk")

        for person in ("p-1", "p-2", "p-3"):
            record(person)
        erase("p-2")
        desk.submit(RecordStreamHeads(), actor="clerk")
        early = make_bundle(ledger, signed(ledger), "p-3", vault)
        record("p-4")
        erase("p-3")
        first_heads = ledger.rows.stream_rows("ledger/heads")
        desk.submit(RecordStreamHeads(), actor="clerk")
        erase("p-2", "court-order")
        note = signed(ledger)
        subjects = ("p-1", "p-2", "p-3", "p-4", "a", "zz")
        now = {subject: make_bundle(ledger, note, subject, vault) for subject in subjects}
        with pytest.MonkeyPatch.context() as patch:
            rows = ledger.rows.stream_rows
            patch.setattr(ledger.rows, "stream_rows", lambda s: first_heads if s == "ledger/heads" else rows(s))
            before_heads = {subject: make_bundle(ledger, note, subject, vault) for subject in subjects}
        assert ledger.head().size == 12
    return Made(now, before_heads, early)


def checked(bundle: Bundle) -> Examined:
    return check_bundle(Bundle.parse(bundle.write()), POLICY)[1]


def written(body: Any) -> bytes:
    return json.dumps(body, **CANONICAL).encode() + b"\n"


def finding(bundle: Bundle, change: Change, policy: Policy = POLICY) -> EvidenceError:
    """Tamper with what a bundle says, and give what the check says."""
    body = json.loads(bundle.write())
    change(body)
    with pytest.raises(EvidenceError) as caught:
        check_bundle(Bundle.parse(written(body)), policy)
    assert "\n" not in str(caught.value)
    return caught.value


def stream(body: dict[str, Any], kind: str) -> dict[str, Any]:
    (found,) = (part for part in body["streams"] if part["stream"].startswith(kind + "/"))
    assert isinstance(found, dict)
    return found


def test_shows_all_there_is_on_a_subject(made: Made) -> None:
    found = checked(made.now["p-1"])
    assert found.checkpoint.size == 12
    assert (found.as_of, found.heads) == (8, (9, NOON))
    assert found.versions == {"person/p-1": 1, "erasure/p-1": 0}
    assert [(position, event.type) for position, event in found.events] == [(0, "person-recorded.v1")]
    assert [value[:2] + value[3:] for value in found.values] == [
        (0, "identity", "disclosed", {"name": "Name of p-1"}),
    ]


def test_shows_what_was_erased_as_erased(made: Made) -> None:
    found = checked(made.now["p-3"])
    assert found.versions == {"person/p-3": 1, "erasure/p-3": 2}
    assert [position for position, _ in found.events] == [2, 7, 8]
    assert [(value.state, value.value) for value in found.values] == [("erased", None)]
    assert made.now["p-3"].disclosures == ()


def test_names_what_is_withheld(made: Made) -> None:
    kept = checked(made.now["p-1"])
    (value,) = checked(made.now["p-1"].model_copy(update={"disclosures": None})).values
    assert (value.state, value.digest, value.value) == ("withheld", kept.values[0].digest, None)
    assert checked(made.now["p-1"].model_copy(update={"disclosures": ()})).values == [value]


def test_tells_events_after_the_last_recorded_heads(made: Made) -> None:
    found = checked(made.now["p-2"])
    assert found.versions == {"person/p-2": 1, "erasure/p-2": 2}
    assert [position for position, _ in found.events] == [1, 3, 4, 10, 11]
    assert [position for position, _ in found.events if position > found.as_of] == [10, 11]


@pytest.mark.parametrize("subject", ["a", "zz"])
def test_proves_that_there_is_nothing_on_a_subject(made: Made, subject: str) -> None:
    found = checked(made.now[subject])
    assert (found.events, set(found.versions.values())) == ([], {0})


def test_under_older_heads_it_says_less(made: Made) -> None:
    found = checked(made.before_heads["p-3"])
    assert (found.as_of, found.heads[0], found.versions) == (4, 5, {"person/p-3": 1, "erasure/p-3": 0})
    # Who leaves out what came later cannot but say so: the position tells.
    hiding = made.before_heads["p-3"]
    body = json.loads(hiding.write())
    stream(body, "erasure")["events"] = []
    assert checked(Bundle.parse(written(body))).as_of == 4


def test_is_written_in_one_way_and_read_as_the_same(made: Made) -> None:
    for bundle in made.now.values():
        data = bundle.write()
        assert Bundle.parse(data) == bundle
        assert written(json.loads(data)) == data


def drop(kind: str, place: int) -> Change:
    return lambda body: stream(body, kind)["events"].pop(place)


def set_in(*path: Any) -> Change:
    """Set a value: the way there, and the value."""

    def change(body: Any) -> None:
        *way, last, value = path
        for step in way:
            body = stream(body, step) if step in ("person", "erasure") else body[step]
        body[last] = value

    return change


def swap(*path: Any, old: str, new: str) -> Change:
    def change(body: Any) -> None:
        *way, last = path
        for step in way:
            body = stream(body, step) if step in ("person", "erasure") else body[step]
        assert old in body[last]
        body[last] = body[last].replace(old, new)

    return change


HASH = encode_base64(b"h" * 32)
TAMPERED: dict[str, tuple[str, Change, str]] = {
    "last event dropped": ("p-3", drop("erasure", 1), "events-withheld"),
    "only event dropped": ("p-1", drop("person", 0), "events-withheld"),
    "first event dropped": ("p-3", drop("erasure", 0), "version-gap"),
    "event dropped in the middle": ("p-2", drop("erasure", 1), "version-gap"),
    "event given twice": (
        "p-3",
        lambda b: stream(b, "erasure")["events"].append(stream(b, "erasure")["events"][1]),
        "version-gap",
    ),
    "leaf edited": (
        "p-3",
        swap("erasure", "events", 0, "leaf", old="right-to-erasure", new="court-order"),
        "inclusion-wrong",
    ),
    "leaf spelled otherwise": ("p-1", swap("person", "events", 0, "leaf", old='","', new='", "'), "inclusion-wrong"),
    "position edited": ("p-1", set_in("person", "events", 0, "position", 1), "inclusion-wrong"),
    "position beyond the tree": ("p-1", set_in("person", "events", 0, "position", 12), "inclusion-wrong"),
    "path edited": ("p-1", set_in("person", "events", 0, "path", 0, HASH), "inclusion-wrong"),
    "path shorter": ("p-1", lambda b: stream(b, "person")["events"][0]["path"].pop(), "inclusion-wrong"),
    "path longer": ("p-1", lambda b: stream(b, "person")["events"][0]["path"].append(HASH), "inclusion-wrong"),
    "stream left out": ("p-1", lambda b: b["streams"].pop(), "streams-differ"),
    "streams in another order": ("p-1", lambda b: b["streams"].reverse(), "streams-differ"),
    "stream under another name": ("p-1", set_in("person", "stream", "person/p-2"), "streams-differ"),
    "subject of another name": ("p-1", set_in("subject", "p-2"), "streams-differ"),
    "heads event left out": ("p-1", lambda b: b.pop("heads"), "bundle-malformed"),
    "heads event edited": ("p-1", swap("heads", "leaf", old='"streams":', new='"streams":1'), "inclusion-wrong"),
    "heads event path edited": ("p-1", set_in("heads", "path", 1, HASH), "inclusion-wrong"),
    "head version edited": ("p-3", set_in("erasure", "heads", 0, "version", 1), "head-wrong"),
    "head place edited": ("p-3", set_in("erasure", "heads", 0, "index", 0), "head-wrong"),
    "head path edited": ("p-3", set_in("erasure", "heads", 0, "path", 0, HASH), "head-wrong"),
    "neighbour edited": ("p-4", set_in("erasure", "heads", 0, "version", 9), "head-wrong"),
    "one neighbour of two": ("p-4", lambda b: stream(b, "erasure")["heads"].pop(), "absence-unproved"),
    "other neighbour of two": ("p-4", lambda b: stream(b, "erasure")["heads"].pop(0), "absence-unproved"),
    "neighbours in another order": ("p-4", lambda b: stream(b, "erasure")["heads"].reverse(), "absence-unproved"),
    "disclosure edited": (
        "p-1",
        set_in("disclosures", [disclose("identity", {"name": "N"}, bytes(16)).text]),
        "disclosure-of-no-leaf",
    ),
    "disclosure added": (
        "p-3",
        set_in("disclosures", [disclose("identity", {"name": "N"}, bytes(16)).text]),
        "disclosure-of-no-leaf",
    ),
    "signature wrong": (
        "p-1",
        lambda b: b.update(checkpoint=b["checkpoint"].replace("\n12\n", "\n13\n")),
        "signature-bad",
    ),
    "cosignature left out": (
        "p-1",
        lambda b: b.update(checkpoint=b["checkpoint"][: b["checkpoint"].rindex("—")]),
        "quorum-not-met",
    ),
    "checkpoint malformed": ("p-1", set_in("checkpoint", "no note"), "note-malformed"),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_finds_what_was_tampered_with(made: Made, name: str) -> None:
    subject, change, code = TAMPERED[name]
    assert finding(made.now[subject], change).code == code


def test_finds_events_of_somebody_else(made: Made) -> None:
    others = json.loads(made.now["p-2"].write())["streams"]
    assert finding(made.now["p-1"], set_in("person", "events", others[0]["events"])).code == "other-stream"
    assert finding(made.now["p-1"], set_in("person", "heads", others[0]["heads"])).code == "absence-unproved"
    assert finding(made.now["p-1"], set_in("streams", others)).code == "streams-differ"


def lines_of(made: Made) -> dict[str, Any]:
    """Every line among the newest heads, by stream, as the bundles show them."""
    bodies = [json.loads(bundle.write()) for bundle in made.now.values()]
    lines = {line["stream"]: line for body in bodies for part in body["streams"] for line in part["heads"]}
    assert [lines[name]["index"] for name in sorted(lines)] == [0, 1, 2, 3, 4, 5, 6]
    return lines


@pytest.mark.parametrize(
    ("subject", "neighbours"),
    [
        ("p-4", ["erasure/p-3", "person/p-1"]),  # not side by side
        ("p-4", ["erasure/p-2", "erasure/p-3"]),  # both before
        ("p-4", ["ledger/heads", "person/p-1"]),  # both after
        ("p-4", ["erasure/p-3"]),  # not the last one
        ("p-4", ["ledger/heads"]),  # not the first one
        ("p-1", ["erasure/p-3"]),
        ("p-4", ["erasure/p-3", "erasure/p-3"]),
        ("p-3", ["erasure/p-2", "erasure/p-3"]),  # its own, passed off as the one after it
        ("p-3", ["erasure/p-3", "ledger/heads"]),  # and as the one before it
        ("p-3", ["erasure/p-2", "ledger/heads"]),
        ("p-2", ["erasure/p-3"]),
    ],
)
def test_finds_a_stream_falsely_said_to_be_absent(made: Made, subject: str, neighbours: list[str]) -> None:
    lines = lines_of(made)

    def change(body: dict[str, Any]) -> None:
        stream(body, "erasure").update(events=[], heads=[lines[name] for name in neighbours])

    assert finding(made.now[subject], change).code == "absence-unproved"


def test_finds_heads_of_another_time(made: Made) -> None:
    old = json.loads(made.before_heads["p-3"].write())
    assert finding(made.now["p-3"], set_in("heads", old["heads"])).code == "head-wrong"
    assert finding(made.now["p-3"], set_in("erasure", "heads", old["streams"][1]["heads"])).code == "head-wrong"
    assert finding(made.now["p-3"], set_in("heads", old["streams"][0]["events"][0])).code == "heads-missing"


def test_finds_a_value_shown_though_its_erasure_is_on_record(made: Made) -> None:
    assert made.early.disclosures
    error = finding(made.now["p-3"], set_in("disclosures", list(made.early.disclosures)))
    assert (error.code, error.position) == ("disclosure-not-erased", 2)


def test_finds_another_checkpoint_though_it_is_signed(made: Made) -> None:
    assert finding(made.now["p-1"], set_in("checkpoint", made.early.checkpoint)).code == "inclusion-wrong"


def test_finds_the_log_that_the_policy_does_not_know(made: Made) -> None:
    other = SignerKey("example.org/other", Kind.NOTE, b"o" * 32)
    policy = Policy.parse(f"log {other.verifier.text}\nquorum none\n".encode())
    assert finding(made.now["p-1"], lambda body: None, policy).code == "unknown-origin"


# The same, by somebody who has read docs/reference/file-format.md and nothing of ours


def leads(item: dict[str, Any], place: int, size: int, leaf: bytes, root: bytes) -> bool:
    """Follow a path downwards, the tree halved as RFC 6962 section 2.1 does it."""
    path = [b64decode(step) for step in item["path"]]

    def hash_at(place: int, size: int) -> bytes:
        if size == 1:
            return sha256(b"\x00" + leaf).digest()
        half = 1 << (size - 1).bit_length() - 1
        sibling = path.pop()
        if place < half:
            return sha256(b"\x01" + hash_at(place, half) + sibling).digest()
        return sha256(b"\x01" + sibling + hash_at(place - half, size - half)).digest()

    return 0 <= place < size and hash_at(place, size) == root and not path


def whole_by_hand(body: dict[str, Any]) -> dict[str, int]:
    """Check points 1 to 6 but signatures and types; give each stream's number of events."""
    _, size, root = body["checkpoint"].split("\n")[:3]

    def event(item: dict[str, Any]) -> dict[str, Any]:
        assert leads(item, item["position"], int(size), item["leaf"].encode(), b64decode(root))
        found: dict[str, Any] = json.loads(item["leaf"])
        return found

    heads = event(body["heads"])
    assert (heads["type"], heads["stream"]) == ("stream-heads-recorded.v1", "ledger/heads")
    assert heads["as_of_position"] < body["heads"]["position"]
    assert [part["stream"] for part in body["streams"]] == [f"{k}/{body['subject']}" for k in ("person", "erasure")]
    versions: dict[str, int] = {}
    digests: dict[str, str] = {}
    erased: set[str] = set()
    for part in body["streams"]:
        name, lines = part["stream"], part["heads"]
        for line in lines:
            leaf = f"{line['stream']} {line['version']}\n".encode()
            assert leads(line, line["index"], heads["streams"], leaf, bytes.fromhex(heads["root"][7:]))
        if [line["stream"] for line in lines] == [name]:
            versions[name] = lines[0]["version"]
        else:
            versions[name] = 0
            before = [line for line in lines if line["stream"] < name]
            after = [line for line in lines if line["stream"] > name]
            assert lines == before + after
            assert len(before) <= 1 >= len(after)
            last = before[0]["index"] if before else -1
            assert (after[0]["index"] if after else heads["streams"]) == last + 1
        events = [event(item) for item in part["events"]]
        assert [(e["stream"], e["version"]) for e in events] == [(name, n + 1) for n in range(len(events))]
        positions = [item["position"] for item in part["events"]]
        assert positions == sorted(positions)
        assert sum(position <= heads["as_of_position"] for position in positions) == versions[name]
        digests |= {e["identity"]: "identity" for e in events if e["type"] == "person-recorded.v1"}
        erased |= {digest for e in events if e["type"] == "disclosure-erased.v1" for digest in e["digests"]}
    for text in body.get("disclosures", ()):
        digest = urlsafe_b64encode(sha256(text.encode()).digest()).decode().rstrip("=")
        assert digest not in erased
        assert digests[digest] == json.loads(urlsafe_b64decode(text + "=="))[1]
    return versions


def test_the_page_on_the_format_is_enough_to_check_a_bundle(made: Made) -> None:
    for bundle in [*made.now.values(), *made.before_heads.values(), made.early]:
        assert whole_by_hand(json.loads(bundle.write())) == checked(bundle).versions


OF_THE_FORM = {"signature-bad", "quorum-not-met", "note-malformed", "bundle-malformed"}


@pytest.mark.parametrize("name", [name for name, case in TAMPERED.items() if case[2] not in OF_THE_FORM])
def test_the_page_on_the_format_is_enough_to_find_tampering(made: Made, name: str) -> None:
    subject, change, _ = TAMPERED[name]
    body = json.loads(made.now[subject].write())
    change(body)
    with pytest.raises((AssertionError, KeyError, IndexError)):
        whole_by_hand(body)


# Ledgers that say what is not so, and are signed all the same


def person(subject: str = "p", version: int = 1, identity: str = "A" * 43, recorded: str = NOON) -> PersonRecorded:
    return PersonRecorded(
        actor="clerk",
        blind=BLIND,
        effective=NOON,
        recorded=recorded,
        stream=f"person/{subject}",
        version=version,
        identity=identity,
    )


def heads_of(events: Sequence[Event], as_of: int | None = None, **changes: Any) -> StreamHeadsRecorded:
    known: dict[str, int] = {}
    for event in events:
        known[event.stream] = max(event.version, known.get(event.stream, 0))
    known |= changes.pop("known", {})
    streams, root = heads_root(sorted(known.items()))
    fields: dict[str, Any] = {"as_of_position": len(events) - 1 if as_of is None else as_of, "streams": streams}
    fields |= {"stream": "ledger/heads", "root": "sha256:" + root.hex()}
    return StreamHeadsRecorded(actor="clerk", effective=NOON, recorded=NOON, version=1, **fields | changes)


@pytest.fixture
def rogue(tmp_path: Path) -> Iterator[Callable[..., Bundle]]:
    """Seal events that no desk let pass, and bundle them as one who does not look would."""
    with make_ledger(tmp_path, LEDGER_ID) as ledger, pytest.MonkeyPatch.context() as patch:

        def bundled(events: Sequence[Event], heads: Event, known: dict[str, int], disclosures: Any = ()) -> Bundle:
            rows = [(e.stream, e.version, e.type, e.model_dump_json(exclude_none=True).encode()) for e in events]
            ledger.rows.append_rows(rows, NOON, NO_GUARD)
            ledger.append([heads])
            patch.setattr(ledger, "stream_heads", lambda last: iter(sorted(known.items())))
            if not isinstance(heads, StreamHeadsRecorded):
                raise AssertionError
            bundle = make_bundle(ledger, signed(ledger), "p", None)
            return bundle.model_copy(update={"disclosures": tuple(sorted(disclosures))})

        yield bundled


def code_of(bundle: Bundle) -> str:
    with pytest.raises(EvidenceError) as caught:
        checked(bundle)
    return caught.value.code


def test_passes_events_written_by_hand(rogue: Callable[..., Bundle]) -> None:
    events = [person("o"), person(), person(version=2)]
    assert checked(rogue(events, heads_of(events), {"person/o": 1, "person/p": 2})).versions["person/p"] == 2


def test_finds_heads_that_say_less_than_there_is(rogue: Callable[..., Bundle]) -> None:
    events = [person("o"), person(), person(version=2)]
    heads = heads_of(events, known={"person/p": 1})
    assert code_of(rogue(events, heads, {"person/o": 1, "person/p": 1})) == "head-differs"


def test_finds_heads_that_claim_to_know_the_future(rogue: Callable[..., Bundle]) -> None:
    events = [person()]
    assert code_of(rogue(events, heads_of(events, as_of=1), {"person/p": 1})) == "heads-missing"


def test_finds_heads_on_another_stream(rogue: Callable[..., Bundle], monkeypatch: pytest.MonkeyPatch) -> None:
    events = [person()]
    monkeypatch.setattr(bundle_module, "STREAM", "ledger/tails")
    assert code_of(rogue(events, heads_of(events, stream="ledger/tails"), {"person/p": 1})) == "heads-missing"


def test_finds_versions_that_run_against_positions(rogue: Callable[..., Bundle]) -> None:
    events = [person(version=2), person()]
    assert code_of(rogue(events, heads_of(events), {"person/p": 2})) == "order-wrong"


def test_finds_times_that_run_backwards(rogue: Callable[..., Bundle]) -> None:
    events = [person(), person(version=2, recorded="2024-05-01T11:59:59Z")]
    assert code_of(rogue(events, heads_of(events), {"person/p": 2})) == "order-wrong"


def test_reads_leaves_strictly(rogue: Callable[..., Bundle], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle_module, "decode_strictly", decode)
    event = person()
    monkeypatch.setattr(
        type(event), "model_dump_json", lambda self, **_: json.dumps(self.model_dump(exclude_none=True), sort_keys=True)
    )
    assert code_of(rogue([event], heads_of([event]), {"person/p": 1})) == "not-canonical"


@pytest.mark.parametrize(
    "text",
    [
        disclose("name", "Ned", bytes(16)).text,  # of another field
        base64url(b"[1,2]"),
        base64url(b"1"),
        base64url(b"\xff"),
        base64url(b"[" * 100_000),
        disclose("identity", json.loads("[" * 33 + "]" * 33), bytes(16)).text,
        base64url(b'["c2FsdA","identity",[NaN]]'),
        base64url(b'["c2FsdA","identity",1e999]'),
        "A",
    ],
)
def test_finds_a_disclosure_that_is_none_of_this_field(rogue: Callable[..., Bundle], text: str) -> None:
    events = [person(identity=disclosure_digest(text))]
    assert code_of(rogue(events, heads_of(events), {"person/p": 1}, [text])) == "disclosure-malformed"


# The file


def bundle_text(made: Made) -> bytes:
    return made.now["p-1"].write()


def first_hash(data: bytes) -> bytes:
    return str(json.loads(data)["heads"]["path"][0]).encode()


MALFORMED: dict[str, Callable[[bytes], bytes]] = {
    "nothing": lambda data: b"",
    "no LF": lambda data: data[:-1],
    "two LF": lambda data: data + b"\n",
    "a space": lambda data: data.replace(b'":', b'": ', 1),
    "keys in another order": lambda data: json.dumps(dict(reversed(json.loads(data).items()))).encode() + b"\n",
    "a key twice": lambda data: b'{"subject":"p-1",' + data[1:],
    "an unknown key": lambda data: b'{"a":1,' + data[1:],
    "another format": lambda data: data.replace(b"pollbook-bundle-1", b"pollbook-bundle-2"),
    "a float": lambda data: data.replace(b'"position":9', b'"position":9.0'),
    "NaN": lambda data: data.replace(b'"position":9', b'"position":NaN'),
    "a number of 5,000 digits": lambda data: data.replace(b'"position":9', b'"position":' + b"9" * 5_000),
    "a number beyond 2**53": lambda data: data.replace(b'"position":9', b'"position":%d' % 2**53),
    "a negative number": lambda data: data.replace(b'"position":9', b'"position":-9'),
    "a lone surrogate": lambda data: data.replace(b'"subject":"p-1"', b'"subject":"\\ud800"'),
    "an escape that is not needed": lambda data: data.replace(b'"subject":"p-1"', b'"subject":"\\u0070-1"'),
    "not UTF-8": lambda data: data.replace(b'"subject":"p-1"', b'"subject":"\xff"'),
    "a hash of 31 bytes": lambda data: data.replace(first_hash(data), b"A" * 40 + b"AA=="),
    "a hash with spare bits": lambda data: data.replace(first_hash(data), b"A" * 42 + b"B="),
    "brackets without end": lambda data: b"[" * 1_000_000,
    "a path of 65": lambda data: data.replace(b'"path":[', b'"path":[' + f'"{HASH}",'.encode() * 62),
    "no line among the heads": lambda data: data.replace(b'"heads":[', b'"heads":[],"x":['),
    "null": lambda data: b"null\n",
}


@pytest.mark.parametrize("name", MALFORMED)
def test_refuses_malformed_bundles(made: Made, name: str) -> None:
    data = MALFORMED[name](bundle_text(made))
    assert data != bundle_text(made)
    with pytest.raises(EvidenceError) as caught:
        Bundle.parse(data)
    assert caught.value.code == "bundle-malformed"
    assert "\n" not in str(caught.value)


def test_refuses_disclosures_in_another_order(made: Made) -> None:
    texts = sorted(disclose("identity", number, bytes(16)).text for number in range(2))
    for held in (texts[::-1], [texts[0], texts[0]]):
        assert finding(made.now["p-1"], set_in("disclosures", held)).code == "bundle-malformed"
    assert finding(made.now["p-1"], set_in("disclosures", texts)).code == "disclosure-of-no-leaf"


def test_refuses_what_is_too_large(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    data = bundle_text(made)
    monkeypatch.setattr(bundle_module, "BUNDLE_BYTES_MAX", len(data) - 1)
    with pytest.raises(EvidenceError, match="bundle-too-large"):
        Bundle.parse(data)


def test_writes_nothing_that_could_not_be_read(
    made: Made, rogue: Callable[..., Bundle], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundle_module, "BUNDLE_BYTES_MAX", 1_000)
    events = [person()]
    with pytest.raises(RefusedError, match="bundle-too-large"):
        rogue(events, heads_of(events), {"person/p": 1})


@given(st.data())
@settings(deadline=None, max_examples=300)
def test_believes_no_bundle_but_what_the_record_says(made: Made, data: st.DataObject) -> None:
    bundle = made.now[data.draw(st.sampled_from(sorted(made.now)))]
    original = bundle.write()
    at = data.draw(st.integers(0, len(original) - 1))
    put = data.draw(st.binary(max_size=3) | st.sampled_from([b'"', b",", b"0", b"]", b"}", b"[]", b'""']))
    cut = data.draw(st.integers(0, 3))
    try:
        found = checked(Bundle.parse(original[:at] + put + original[at + cut :]))
    except EvidenceError:
        return  # no other exception comes here
    expected = checked(bundle)
    assert (found.events, found.versions, found.as_of) == (expected.events, expected.versions, expected.as_of)


# Making it


def test_refuses_without_recorded_heads(tmp_path: Path) -> None:
    with make_ledger(tmp_path, LEDGER_ID) as ledger:
        ledger.append([person()])
        note = signed(ledger)
        ledger.append([heads_of([person()])])  # recorded, but after the checkpoint
        with pytest.raises(RefusedError) as caught:
            make_bundle(ledger, note, "p", None)
        assert caught.value.code == "no-heads"
        assert "pollbook checkpoint --heads" in caught.value.remedy
        made_now = make_bundle(ledger, signed(ledger), "p", None)
        ledger.append([person(version=2)])
        assert make_bundle(ledger, made_now.checkpoint.encode(), "p", None) == made_now, "later events are left out"


def test_finds_recorded_heads_that_are_not_those_of_the_record(tmp_path: Path) -> None:
    with make_ledger(tmp_path, LEDGER_ID) as ledger:
        ledger.append([person()])
        ledger.append([heads_of([person("q")])])
        with pytest.raises(EvidenceError) as caught:
            make_bundle(ledger, signed(ledger), "p", None)
        assert (caught.value.code, caught.value.position) == ("heads-differ", 1)


# The tree over the heads


NAMES = st.sets(st.from_regex(r"[a-c]/[a-c][a-c-]{0,2}", fullmatch=True), min_size=1, max_size=20)


@given(NAMES, NAMES, st.integers(1, 40))
@settings(deadline=None)
def test_proves_each_head_and_each_absence(there: set[str], asked: set[str], page: int) -> None:
    heads = {name: number for number, name in enumerate(sorted(there), 1)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ledger.seal.heads.PAGE_HEADS", page)
        tree = HeadsTree(heads.items(), asked)
    assert (tree.streams, tree.root()) == heads_root(heads.items())
    for name in asked:
        lines = tree.lines(name)
        assert version_proved(name, lines, tree.streams, tree.root()) == heads.get(name, 0)
        for other in (there | asked) - {name}:
            proved = _version_or_none(other, lines, tree)
            assert proved in (None, heads.get(other, 0)), "lines that prove something else of another stream"


def _version_or_none(name: str, lines: tuple[HeadLine, ...], tree: HeadsTree) -> int | None:
    try:
        return version_proved(name, lines, tree.streams, tree.root())
    except EvidenceError:
        return None


def test_knows_the_kinds_of_stream_of_a_subject() -> None:
    assert streams_of("p-1") == ("person/p-1", "erasure/p-1")
