"""The operator as the adversary: holds every file and the log's key, rewrites rows, and seals them anew."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from scenario import CLOSE_POLL, DEFINE_CONTEST, DEFINED, READ_PAPERS, RECORD_PERSON, but
from stored import ROWS, Stored
from stores import LEDGER_ID, MASTER, SQLitePlace, desk_at

from ledger.errors import PollbookError
from ledger.privacy.sqlite_vault import VAULT_FILE
from ledger.seal.checkpoint import Checkpoint, parse_checkpoint, sign_checkpoint
from ledger.seal.keys import Kind, SignerKey
from ledger.seal.merkle import leaf_hash
from ledger.seal.note import SignedNote, parse_note, write_note
from ledger.seal.receipt import read_request, write_request
from ledger.seal.sealer import LAST_SIGNED, LATEST, Sealer, make_log_key
from ledger.seal.witness import decide
from ledger.storage.recorder import default_origin
from ledger.storage.store import open_ledger
from ledger.streams.declaration import DeclareResult
from ledger.streams.figure import Figure
from ledger.streams.heads import RecordStreamHeads
from ledger.streams.paper import contents_hash
from ledger.streams.person import OrderErasure
from ledger.streams.result import PublishFigures
from projections.catch_up import VIEWS_FILE
from projections.counting import LedgerFigures, open_views

ORIGIN = default_origin(LEDGER_ID)
LOG = SignerKey(ORIGIN, Kind.NOTE, b"l" * 32)
WITNESS = SignerKey("witness.example/w1", Kind.COSIGNATURE, b"w" * 32)
POLICY = f"log {LOG.verifier.text}\nwitness w1 {WITNESS.verifier.text}\nquorum w1\n"
DAY = 86_400  # seconds
CHECKPOINTS = "checkpoints"
MINUTES = (f"2024-05-01T12:{second // 60:02}:{second % 60:02}Z" for second in count())
FIGURE = Figure(stage=1, measure="votes", candidate="a", value="2")
PRIVATE = but(DEFINE_CONTEST, contest="council", paper_publication="profile")
FIRST = (  # up to the checkpoint that a verifier keeps
    *DEFINED,
    but(CLOSE_POLL, effective=None),
    READ_PAPERS,
    RECORD_PERSON,
    but(RECORD_PERSON, person="p2"),
    but(RECORD_PERSON, person="p3"),
    PublishFigures(contest="leader", source="gazette", figures=(FIGURE,)),
    DeclareResult(contest="leader", elected=("a",), figures=(FIGURE,)),
    OrderErasure(person="p2", basis="right-to-erasure"),
    RecordStreamHeads(),
    but(RECORD_PERSON, person="p4"),
    but(RECORD_PERSON, person="p5"),
)
THEN = (  # and after it
    but(RECORD_PERSON, person="p6"),
    PRIVATE,
    but(CLOSE_POLL, contest="council", effective=None),
    but(READ_PAPERS, contest="council", serial="c1"),
    but(RECORD_PERSON, person="p7"),
)


def canonical(leaf: dict[str, Any]) -> bytes:
    """Write a leaf as the program does; what is None is left out."""
    fields = {name: value for name, value in leaf.items() if value is not None}
    return json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


@dataclass(frozen=True)
class Operator(Stored):
    """A ledger folder, and beside it the state folder with the keys."""

    @property
    def state(self) -> Path:
        """The folder with keys and what was signed last."""
        return self.folder.parent / "state" / LEDGER_ID

    @property
    def latest(self) -> Path:
        """The ledger's own checkpoint."""
        return self.folder / CHECKPOINTS / LATEST

    def submit(self, *commands: Any) -> None:
        """Record commands as the program does, a second apart."""
        with desk_at(SQLitePlace(self.folder), clock=lambda: next(MINUTES)) as desk:
            views = open_views(self.folder)
            desk._figures = LedgerFigures(desk.ledger)
            for command in commands:
                desk.submit(command, actor="clerk")
            views.catch_up(desk.ledger)
            views.close()

    def sign(self) -> bytes:
        """Seal and sign as the program does, and give the checkpoint."""
        with open_ledger(self.folder) as ledger:
            Sealer(self.state, self.folder / CHECKPOINTS, ORIGIN).seal(ledger)
        return self.latest.read_bytes()

    def cosigned(self, seen: Checkpoint | None, time: int) -> Checkpoint:
        """Have the witness cosign the latest checkpoint; it refuses what does not continue what it saw."""
        note = self.latest.read_bytes()
        with open_ledger(self.folder) as ledger:
            request = write_request(ledger.tiles(), note, seen.size if seen else 0)
        old_size, path, parsed = read_request(request)
        answer = decide(seen, parsed, old_size, path, LOG.verifier, WITNESS, time, trust_first=seen is None)
        self.latest.write_bytes(note + answer.line.encode())
        return answer.seen

    def leaves(self) -> list[dict[str, Any]]:
        """Give every leaf, read."""
        return [json.loads(row[4]) for row in self.sql(ROWS)]

    def at(self, kind: str, number: int = 0) -> int:
        """Give the position of the so-manieth event of a type."""
        return self.positions(kind)[number]

    def positions(self, kind: str) -> list[int]:
        """Give the positions of all events of a type."""
        return [at for at, leaf in enumerate(self.leaves()) if leaf["type"] == kind]

    def rewrite(self, position: int, **changes: Any) -> None:
        """Change fields of a leaf, canonically, and the row's columns with them."""
        leaf = self.leaves()[position] | changes
        self.write(
            position,
            state=canonical(leaf),
            originator_id=leaf["stream"],
            originator_version=leaf["version"],
            topic=leaf["type"],
        )

    def drop(self, position: int) -> None:
        """Take a row out, let the later ones close up, and make the table of commands say so."""
        size = self.size()
        self.sql("DELETE FROM stored_events WHERE position = ?", position)
        for later in range(position + 1, size):
            self.move(later, later - 1)
        self.sql("DELETE FROM command WHERE position = ?", position)
        self.sql("UPDATE command SET position = position - 1 WHERE position > ?", position)
        self.sql("UPDATE head SET size = size - 1")

    def insert(self, position: int, leaf: dict[str, Any]) -> None:
        """Put a row in, let the later ones make room, and make the table of commands say so."""
        for later in range(self.size() - 1, position - 1, -1):
            self.move(later, later + 1)
        row = (position, leaf["stream"], leaf["version"], leaf["type"], canonical(leaf))
        self.sql("INSERT INTO stored_events VALUES (?,?,?,?,?)", *row)
        self.sql("UPDATE command SET position = position + 1 WHERE position >= ?", position)
        self.sql("UPDATE head SET size = size + 1")

    def truncate(self, size: int) -> None:
        """Cut the tail off, and make the head and the table of commands say so."""
        self.sql("DELETE FROM stored_events WHERE position >= ?", size)
        self.sql("DELETE FROM command WHERE position >= ?", size)
        self.sql("UPDATE head SET size = ?, recorded = ?", size, self.leaves()[-1]["recorded"] if size else "")

    def size(self) -> int:
        """How many rows there are."""
        return int(self.sql("SELECT count(*) FROM stored_events")[0][0])

    def put_batches_right(self) -> None:
        """Make the batches' own events name the papers that there are by now."""
        leaves = self.leaves()
        for at, leaf in enumerate(leaves):
            members = [row[4] for row in self.sql(ROWS) if json.loads(row[4]).get("batch") == leaf["stream"]]
            if leaf["type"] == "batch-opened.v1":
                contents = contents_hash(Counter(json.loads(member)["marks"] for member in members))
                self.rewrite(at, total=len(members), contents=contents)
            elif leaf["type"] == "batch-closed.v1":
                hashed = hashlib.sha256(b"".join(map(leaf_hash, members))).hexdigest()
                self.rewrite(at, count=len(members), digest=f"sha256:{hashed}")

    def reseal(self) -> None:
        """Make tiles and checkpoint anew over what is there now, and forget what was signed before."""
        self.sql("DELETE FROM tile")
        self.sql("DELETE FROM meta WHERE name = 'sealed'")
        (self.state / LAST_SIGNED).unlink(missing_ok=True)
        self.latest.unlink(missing_ok=True)
        for views in self.folder.glob(VIEWS_FILE + "*"):
            views.unlink()
        self.sign()

    def forge_checkpoint(self, root: bytes = b"r" * 32, origin: str = ORIGIN) -> bytes:
        """Sign a tree that nobody holds, as who stole the key can."""
        size = parse_checkpoint(parse_note(self.latest.read_bytes()).text).size
        checkpoint = Checkpoint(origin, size, root)
        signer = LOG if origin == ORIGIN else SignerKey(origin, Kind.NOTE, LOG.seed)
        return f"{checkpoint.body()}\n{sign_checkpoint(checkpoint, signer)}".encode()

    def vault(self, statement: str, *values: Any) -> list[Any]:
        """Carry out a statement on the vault's file."""
        with closing(sqlite3.connect(self.folder / VAULT_FILE, isolation_level=None)) as database:
            return database.execute(statement, values).fetchall()

    def views(self, statement: str, *values: Any) -> list[Any]:
        """Carry out a statement on the file of the views."""
        with closing(sqlite3.connect(self.folder / VIEWS_FILE, isolation_level=None)) as database:
            return database.execute(statement, values).fetchall()


@dataclass(frozen=True)
class World:
    """What there is before an attack.

    Attributes:
        operator: the ledger as it is now.
        past: the ledger as it was when the kept checkpoint was made, on the operator's backup.
        kept: the checkpoint kept then, ten days ago; `seen` what the witness remembers by now.
    """

    folder: Path
    now: int
    seen: Checkpoint
    kept_size: int

    @property
    def operator(self) -> Operator:
        return Operator(self.folder / "ledger")

    @property
    def past(self) -> Path:
        return self.folder / "past"

    @property
    def kept(self) -> Path:
        return self.folder / "kept"

    @property
    def policy(self) -> Path:
        return self.folder / "policy"

    def copied(self, folder: Path) -> World:
        """The same world somewhere else, to be attacked."""
        shutil.copytree(self.folder, folder)
        return World(folder, self.now, self.seen, self.kept_size)


def make_world(folder: Path, now: int, first: Sequence[Any] = FIRST, then: Sequence[Any] = THEN) -> World:
    """Make a ledger that was sealed and cosigned twice: ten days ago, and now; once if nothing comes then."""
    folder.mkdir(parents=True)
    operator = Operator(folder / "ledger")
    SQLitePlace(operator.folder).make().close()
    operator.state.mkdir(parents=True, mode=0o700)
    (operator.state / "master.key").touch(mode=0o600)
    (operator.state / "master.key").write_text(MASTER.hex() + "\n")
    make_log_key(operator.state, ORIGIN, LOG.seed)
    (folder / "policy").write_text(POLICY)
    operator.submit(*first)
    operator.sign()
    seen = operator.cosigned(None, now - 10 * DAY)
    shutil.copytree(operator.folder, folder / "past")
    shutil.copy(operator.latest, folder / "kept")
    kept_size = seen.size
    if not then:
        return World(folder, now, seen, kept_size)
    operator.submit(*then)
    operator.sign()
    return World(folder, now, operator.cosigned(seen, now), kept_size)


def refusal(act: Callable[[], object]) -> str:
    """Give the code with which something was refused; empty if it was not."""
    try:
        act()
    except PollbookError as error:
        return error.code
    return ""


def with_signatures(note: bytes, number: int) -> bytes:
    """Add signatures of keys that nobody knows."""
    parsed = parse_note(note)
    strangers = [
        parse_note(f"{parsed.text}\n— x{n}.example {base64.b64encode(bytes([n]) * 68).decode()}\n".encode()).signatures[
            0
        ]
        for n in range(number - len(parsed.signatures))
    ]
    return write_note(SignedNote(parsed.text, (*parsed.signatures, *strangers)))
