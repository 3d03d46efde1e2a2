#!/usr/bin/env python3
"""Check a published election ledger against a policy that you have from somewhere else. Read me before you run me.

    python3 -I -S verify.py PACK --policy POLICY [--kept CHECKPOINT]... [--json]

Written from docs/reference/file-format.md, rules.md and events.md of pollbook and from RFC 6962, RFC 8032 and the C2SP
specifications, not from pollbook's code; it uses Python's standard library only (3.9 or newer). In this order it checks
the checkpoint's signatures, the tiles of hashes, kept checkpoints, every leaf that is disclosed, and it counts every
contest whose papers are. Nothing stops it: each finding is one line, `<id>: <what>: expected <x>, found <y>.`

Exit status: 0 nothing found, 3 findings, 2 the call or the policy cannot be used.

It cannot see: whether a well-formed event is true, what was done before the first checkpoint left the building, and
what is in a withheld leaf. It does not read index.html or contests/: its own count stands instead.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import os
import re
import stat
import sys
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timezone
from fractions import Fraction
from functools import lru_cache
from typing import Any, NamedTuple

# Limits. What goes beyond one is a finding (in a policy: refused), so that no input takes memory or time without bound.
POLICY_BYTES_MAX = 65_536
NOTE_BYTES_MAX = 131_072
SIGNATURES_MAX = 16
PACK_JSON_BYTES_MAX = 65_536
FILES_MAX = 200_000
LEAVES_MAX = 4_194_304
LEAF_BYTES_MAX = 65_535
LEAVES_PER_FILE = 65_536
DEPTH_MAX = 8
WHOLE_MAX = 2**53 - 1
DECIMALS_MAX = 9
COUNT_STEPS_MAX = 300_000_000
FINDINGS_MAX = 10_000
SHOWN_MAX = 160

Event = dict[str, Any]


class RefusedError(Exception):
    """The call or the policy cannot be used: exit status 2."""


class Report:
    """The findings, in the order in which they were made."""

    def __init__(self) -> None:
        self.findings: list[dict[str, str]] = []
        self.left_off = 0

    def add(self, code: str, what: object, expected: object, found: object) -> None:
        if len(self.findings) >= FINDINGS_MAX:
            self.left_off += 1
            return
        texts = {"what": shown(what), "expected": shown(expected), "found": shown(found)}
        self.findings.append({"id": code, **texts})

    def close(self) -> None:
        if self.left_off:
            left_off = {"what": "findings left off", "expected": f"at most {FINDINGS_MAX}", "found": f"{self.left_off} more"}
            self.findings.append({"id": "findings-left-off", **left_off})


def shown(value: object) -> str:
    """Text that cannot harm a terminal: ASCII, escaped, cut."""
    text = str(value)[: SHOWN_MAX + 1].encode("unicode_escape").decode("ascii")
    return text if len(text) <= SHOWN_MAX else text[:SHOWN_MAX] + "..."


# ---------------------------------------------------------------------------------------------------------------- main


def main() -> int:
    """Read the call, check, print."""
    parser = argparse.ArgumentParser(prog="verify.py", description="Check a published election ledger.")
    parser.add_argument("pack", metavar="PACK", help="folder as published")
    parser.add_argument("--policy", required=True, help="tlog-policy file, from somewhere else than PACK")
    parser.add_argument("--kept", action="append", default=[], metavar="CHECKPOINT", help="a checkpoint kept earlier")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    with open(__file__, "rb") as own:
        itself = hashlib.sha256(own.read()).hexdigest()
    if not options.json:
        print(f"verify.py {itself}")
    try:
        for path in [options.policy, *options.kept]:
            refuse_inside(path, options.pack)
        policy = read_policy(read_own_file(options.policy, POLICY_BYTES_MAX))
        kept = {path: read_own_file(path, NOTE_BYTES_MAX) for path in options.kept}
    except RefusedError as refused:
        print(refused, file=sys.stderr)
        return 2
    report = Report()
    result: dict[str, Any] = {"origin": None, "size": None, "root": None, "leaves": 0, "withheld": None, "contests": []}
    try:
        check_pack(options.pack, policy, kept, report, result)
    except Exception as error:  # noqa: BLE001 - the last resort: fail closed, without a traceback
        report.add("verifier-failed", "this program", "to finish", f"{type(error).__name__}: {error}")
    report.close()
    if options.json:
        print(json.dumps({"ok": not report.findings, **result, "findings": report.findings, "verify.py": itself}))
    else:
        print_result(policy, report, result)
    return 3 if report.findings else 0


def check_pack(folder: str, policy: Policy, kept: dict[str, bytes], report: Report, result: dict[str, Any]) -> None:
    """Make every check, in order; what one finds keeps none of the others from being made."""
    pack = Pack(folder, report)
    checkpoint = read_checkpoint(pack.read("checkpoint", NOTE_BYTES_MAX), "checkpoint", policy, report, quorum=True)
    described = read_description(pack, report)
    size = checkpoint.size if checkpoint else described.get("size", 0)
    if size > LEAVES_MAX:
        report.add("size", "checkpoint", f"at most {LEAVES_MAX} leaves", size)
        size = 0
    if checkpoint:
        result.update(origin=shown(checkpoint.origin), size=checkpoint.size, root=checkpoint.root.hex())
    older = []
    for path, data in kept.items():
        note = read_checkpoint(data, f"kept checkpoint {path}", policy, report, quorum=False)
        older += [(path, note)] if note else []
    tree = check_tiles(pack, size, checkpoint, [note.size for _path, note in older], report)
    for path, note in older:
        check_kept(f"kept checkpoint {path}", note, checkpoint, tree.roots, report)
    whole = described.get("audience") in ("panel", "scrutineer")
    ledger = Ledger(report, public=not whole)
    leaves = read_bundles(pack, size, report) if whole else read_leaf_files(pack, size, report)
    for position, leaf in leaves:
        check_leaf(position, leaf, tree, ledger, report)
    pack.report_unread(report)
    result.update(leaves=ledger.leaves, withheld=size - len(ledger.positions))
    if whole and result["withheld"]:
        report.add("leaf-missing", "entry bundles", f"{size} leaves", f"{len(ledger.positions)} leaves")
    for name, value in (("leaves", ledger.leaves), ("size", size), ("origin", checkpoint and checkpoint.origin)):
        if name in described and value is not None and described[name] != value:
            report.add("pack-description", f"pack.json {name}", value, described[name])
    result["contests"] = [judge_contest(contest, ledger, not whole) for contest in ledger.contests.values()]


def print_result(policy: Policy, report: Report, result: dict[str, Any]) -> None:
    """Print the findings, then the summary."""
    for finding in report.findings:
        print("{id}: {what}: expected {expected}, found {found}.".format(**finding))
    print(f"\nLedger {result['origin']}: {result['size']} leaves, root {result['root']}.")
    print(f"Read: {result['leaves']} leaves. Withheld: {result['withheld']}; nothing can be said of what is in them.")
    if policy.quorum == "none":
        print("No witness was asked for: with this policy the operator can rewrite everything unseen.")
    for contest in result["contests"]:
        print(f"Contest {contest['contest']}: {contest['says']}.")
    print(f"{len(report.findings) + max(report.left_off - 1, 0)} findings." if report.findings else "No findings.")


# --------------------------------------------------------------------------------------------------- files of the pack


class Pack:
    """The regular files of the folder. Links, pipes and devices are findings and are never opened."""

    def __init__(self, folder: str, report: Report) -> None:
        self.folder, self.report, self.files = folder, report, set[str]()
        self.asked: set[str] = set()
        folders = [""]
        while folders and len(self.files) <= FILES_MAX:
            below = folders.pop()
            try:
                entries = list(os.scandir(os.path.join(folder, below)))
            except (OSError, ValueError) as error:
                report.add("file-unreadable", below or "PACK", "a folder", error)
                continue
            for entry in entries:
                name = f"{below}/{entry.name}" if below else entry.name
                if entry.is_dir(follow_symlinks=False):
                    folders.append(name)
                elif entry.is_file(follow_symlinks=False):
                    self.files.add(name)
                else:
                    report.add("file-irregular", name, "a regular file", "a link, pipe or device")
        if folders:
            report.add("files-too-many", "PACK", f"at most {FILES_MAX} files", "more")

    def read(self, name: str, most: int, code: str = "file-missing") -> bytes | None:
        """The file's bytes; None, and a finding, where it is not there or longer than `most`."""
        self.asked.add(name)
        if name not in self.files:
            self.report.add(code, name, "this file", "none")
            return None
        try:
            with open(os.path.join(self.folder, name), "rb") as file:
                data = file.read(most + 1)
        except OSError as error:
            self.report.add("file-unreadable", name, "to read it", error)
            return None
        if len(data) > most:
            self.report.add("file-too-long", name, f"at most {most} bytes", "more")
            return None
        return data

    def report_unread(self, report: Report) -> None:
        """file-format, "A published pack": only the tiles of this tree, and either bundles or leaf files."""
        for name in sorted(self.files - self.asked):
            if name.startswith(("tile/", "leaves/")):
                report.add("file-unexpected", name, "only the files of this tree and audience", "this file")


def refuse_inside(path: str, pack: str) -> None:
    """file-format, "Checkpoint and trust": what judges the pack never comes from inside it."""
    try:
        home = os.path.realpath(pack)
        for way in (os.path.abspath(path), os.path.realpath(path)):
            while way != os.path.dirname(way):
                way = os.path.dirname(way)
                if way == home or (os.path.exists(way) and os.path.exists(home) and os.path.samefile(way, home)):
                    raise RefusedError(f"policy-inside-pack: {shown(path)}: expected a file from elsewhere, found it in PACK.")
    except (OSError, ValueError) as error:
        raise RefusedError(f"file-unreadable: {shown(path)}: expected a file, found {shown(error)}.") from error


def read_own_file(path: str, most: int) -> bytes:
    """The policy or a kept checkpoint: a regular file of the caller's own."""
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise RefusedError(f"file-irregular: {shown(path)}: expected a regular file, found none.")
        with open(path, "rb") as file:
            data = file.read(most + 1)
    except (OSError, ValueError) as error:
        raise RefusedError(f"file-unreadable: {shown(path)}: expected a file, found {shown(error)}.") from error
    if len(data) > most:
        raise RefusedError(f"file-too-long: {shown(path)}: expected at most {most} bytes, found more.")
    return data


def read_description(pack: Pack, report: Report) -> Event:
    """file-format, "A published pack": pack.json. Only what is well formed is handed on."""
    data = pack.read("pack.json", PACK_JSON_BYTES_MAX)
    try:
        described = read_json(data.decode("utf-8")) if data is not None else {}
        for field, problem in wrong_fields(described, PACK_JSON) if data is not None else ():
            report.add("pack-description", f"pack.json {field}", "as in file-format", problem)
            described.pop(field, None)
    except ValueError as error:
        report.add("pack-description", "pack.json", "one strict JSON object", error)
        described = {}
    if "audience" not in described and any(name.startswith("tile/entries/") for name in pack.files):
        described["audience"] = "panel"
    return described


# -------------------------------------------------------------------------------------------------------------- policy


class Key(NamedTuple):
    """A key as the policy states it: the id is in every signature line made with it."""

    name: str
    id: bytes
    raw: bytes


class Policy(NamedTuple):
    """Whose signatures count. Groups are in the order of definition, so no group names a later one."""

    logs: list[Key]
    witnesses: dict[str, Key]
    groups: dict[str, tuple[int, list[str]]]
    quorum: str


def read_policy(data: bytes) -> Policy:
    """C2SP tlog-policy, "Policy file syntax and structure"; stricter: no raw key twice, not even as log and witness."""
    policy = Policy([], {}, {}, "")
    members: set[str] = set()
    if re.search(rb"[^\t\n\x20-\x7e\x80-\xff]", data) or not data.endswith(b"\n"):
        refuse_policy("file", "lines that end in LF, without control characters", "others")
    for number, line in enumerate(data.decode("utf-8", "surrogateescape").split("\n"), 1):
        words = re.findall(r"[^ \t]+", line)
        where = f"line {number}"
        if not words or words[0].startswith("#"):
            continue
        defined = {"none", *policy.witnesses, *policy.groups}
        if words[0] == "log" and len(words) in (2, 3):
            policy.logs.append(read_key(words[1], 1, where, policy))
        elif words[0] == "witness" and len(words) in (3, 4) and words[1] not in defined:
            policy.witnesses[words[1]] = read_key(words[2], 4, where, policy)
        elif words[0] == "group" and len(words) > 3 and words[1] not in defined:
            listed = words[3:]
            twice = len(set(listed)) < len(listed) or members & set(listed)
            least = {"any": "1", "all": str(len(listed))}.get(words[2], words[2])
            if twice or set(listed) - defined or "none" in listed or not re.fullmatch(r"[1-9][0-9]{0,4}", least):
                refuse_policy(where, "a threshold, then names defined above, each a member once", line)
            if int(least) > len(listed):
                refuse_policy(where, f"a threshold of at most {len(listed)}", least)
            members.update(listed)
            policy.groups[words[1]] = (int(least), listed)
        elif words[0] == "quorum" and len(words) == 2 and words[1] in defined and not policy.quorum:
            policy = policy._replace(quorum=words[1])
        else:
            refuse_policy(where, "log, witness, group or one quorum, with names defined above, each once", line)
    if not policy.logs or not policy.quorum:
        refuse_policy("file", "at least one log, and a quorum", "none")
    return policy


def refuse_policy(what: str, expected: str, found: object, code: str = "policy-malformed") -> None:
    raise RefusedError(f"{code}: policy, {what}: expected {expected}, found {shown(found)}.")


def read_key(text: str, kind: int, where: str, policy: Policy) -> Key:
    """C2SP signed-note, verifier keys: <name>+<id, 8 hex digits>+<base64 of kind and key>."""
    found = re.fullmatch(r"([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)", text)
    name, stated, encoded = found.groups() if found else ("", "", "")
    raw = read_base64(encoded) or b""
    if len(raw) != 33 or raw[0] != kind:
        refuse_policy(where, f"<name>+<id>+<Ed25519 key of type 0x0{kind}>", text)
    key = Key(name, hashlib.sha256(name.encode("utf-8", "surrogateescape") + b"\n" + raw).digest()[:4], raw[1:])
    if key.id.hex() != stated:
        refuse_policy(where, f"key id {key.id.hex()}", stated)
    if any(key.raw == other.raw for other in [*policy.logs, *policy.witnesses.values()]):
        refuse_policy(where, "every raw key once", text, "policy-key-twice")
    if not usable_key(key.raw):
        refuse_policy(where, "a canonical Ed25519 key that is not of low order", text, "policy-weak-key")
    return key


# ------------------------------------------------------------------------------------- signed notes and the checkpoint


class Checkpoint(NamedTuple):
    """The three lines of a tlog-checkpoint."""

    origin: str
    size: int
    root: bytes


def read_checkpoint(data: bytes | None, what: str, policy: Policy, report: Report, *, quorum: bool) -> Checkpoint | None:
    """Read a checkpoint, check who signed it. None where it cannot be read; a bad signature is a finding."""
    if data is None:
        return None
    try:
        text, lines = read_note(data)
    except ValueError as error:
        report.add("note-malformed", what, "a C2SP signed note", error)
        return None
    found = re.fullmatch(r"([^\n]+)\n(0|[1-9][0-9]{0,18})\n([A-Za-z0-9+/]{43}=)\n", text)
    root = read_base64(found[3]) if found else None
    if not found or root is None:
        report.add("checkpoint-malformed", what, "three lines: origin, size, base64 of the root", text)
        return None
    signed_by_log(found[1], text, lines, what, policy, report)
    cosigned = cosigners(text, lines, what, policy, report)
    for name, (least, listed) in policy.groups.items():
        if sum(member in cosigned for member in listed) >= least:
            cosigned.add(name)
    if quorum and policy.quorum not in {"none", *cosigned}:
        valid = ", ".join(sorted(cosigned - set(policy.groups))) or "none"
        report.add("quorum", what, f"cosignatures that satisfy {policy.quorum}", f"valid ones of: {valid}")
    return Checkpoint(found[1], int(found[2]), root)


def read_note(data: bytes) -> tuple[str, list[tuple[str, bytes]]]:
    """C2SP signed-note, "Format": the text, and (key name, key id and signature) of every signature line."""
    note = data.decode("utf-8")
    if re.search(r"[\x00-\x09\x0b-\x1f]", note) or not note.endswith("\n"):
        raise ValueError("control characters, or no LF at the end")
    text, blank, signatures = note.rpartition("\n\n")
    if not blank or signatures.count("\n") > SIGNATURES_MAX:
        raise ValueError(f"no blank line, or more than {SIGNATURES_MAX} signatures")
    lines = []
    for line in signatures.split("\n")[:-1]:
        found = re.fullmatch(r"\u2014 ([^+\s]+) ([A-Za-z0-9+/]+=*)", line)
        signature = read_base64(found[2]) if found else None
        if not found or not signature or len(signature) < 5:
            raise ValueError(f"signature line {line[:80]}")
        lines.append((found[1], signature))
    if not lines:
        raise ValueError("no signature line")
    return text + "\n", lines


def signed_by_log(
    origin: str, text: str, lines: list[tuple[str, bytes]], what: str, policy: Policy, report: Report
) -> None:
    """file-format, "Checkpoint and trust": a log of the policy signs (type 0x01) under its origin as key name."""
    if origin not in {key.name for key in policy.logs}:
        names = " or ".join(key.name for key in policy.logs)
        report.add("origin", what, names, origin)
    valid = 0
    for key in policy.logs:
        for signature in [data[4:] for name, data in lines if (name, data[:4]) == (key.name, key.id)]:
            if not verify_ed25519(key.raw, text.encode(), signature):
                report.add("log-signature", what, f"a signature by {key.name} that verifies", "one that does not")
            elif key.name == origin:
                valid += 1
    if not valid:
        report.add("log-signature", what, "a valid signature by the log of this origin", "none")


def cosigners(text: str, lines: list[tuple[str, bytes]], what: str, policy: Policy, report: Report) -> set[str]:
    """C2SP tlog-cosignature, "Ed25519 signed message": names of the witnesses whose cosignature/v1 is valid."""
    valid = set()
    for witness, key in policy.witnesses.items():
        for data in [data for name, data in lines if (name, data[:4]) == (key.name, key.id)]:
            moment = int.from_bytes(data[4:12], "big")
            message = f"cosignature/v1\ntime {moment}\n{text}".encode()
            if moment < 2**63 and verify_ed25519(key.raw, message, data[12:]):
                valid.add(witness)
            else:
                report.add("cosignature", what, f"a cosignature by {witness} that verifies", "one that does not")
    return valid


def check_kept(
    what: str, note: Checkpoint, checkpoint: Checkpoint | None, roots: dict[int, bytes | None], report: Report
) -> None:
    """The tree only ever grew: what was signed earlier must be the beginning of what is published now."""
    if checkpoint is None:
        return
    if note.origin != checkpoint.origin:
        report.add("origin", what, checkpoint.origin, note.origin)
    elif note.size > checkpoint.size:
        report.add("rollback", what, f"a pack of at least {note.size} leaves", f"{checkpoint.size} leaves")
    else:
        now = checkpoint.root if note.size == checkpoint.size else roots.get(note.size)
        if now != note.root:
            found = now.hex() if now else "no root, as tiles are missing"
            report.add("kept-contradicted", f"{what}, {note.size} leaves", f"root {note.root.hex()}", found)


def read_base64(text: str) -> bytes | None:
    """RFC 4648 section 4, canonical: padded, no stray bits. None for anything else."""
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        return None
    return data if base64.b64encode(data).decode() == text else None


# --------------------------------------------------------------------------------------------------- the tree of hashes


class Tree:
    """The tiles of a tree of `size` leaves; `roots` has the roots of its first n leaves, for the n asked for."""

    def __init__(self, pack: Pack, size: int) -> None:
        self.pack, self.size = pack, size
        self.roots: dict[int, bytes | None] = {}
        self.bad: set[str] = set()
        self.held: tuple[int, bytes | None] = (-1, None)

    def tiles(self, level: int) -> Iterator[tuple[int, int]]:
        """C2SP tlog-tiles, "Partial Tiles": index and width of every tile of a level."""
        full, rest = divmod(self.size >> 8 * level, 256)
        yield from ((index, 256) for index in range(full))
        if rest:
            yield full, rest

    def read(self, level: int, index: int, width: int) -> bytes | None:
        """A tile's hashes. None, and one finding, where it is missing or of another width."""
        name = tile_name(level, index, width)
        if name in self.bad:
            return None
        data = self.pack.read(name, 8192, "tile-missing")
        if data is not None and len(data) != 32 * width:
            self.pack.report.add("tile-width", name, f"{32 * width} bytes", f"{len(data)} bytes")
            data = None
        if data is None:
            self.bad.add(name)
        return data

    def hash_at(self, position: int) -> bytes | None:
        """The leaf hash at a position."""
        index, place = divmod(position, 256)
        if self.held[0] != index:
            self.held = index, self.read(0, index, min(256, self.size - 256 * index))
        return self.held[1] and self.held[1][32 * place : 32 * place + 32]


def tile_name(level: int | str, index: int, width: int) -> str:
    """C2SP tlog-tiles, "Merkle Tree": index 1234067 is x001/x234/067; a partial tile ends in .p/<width>."""
    digits = str(index).zfill(-(-len(str(index)) // 3) * 3)
    parts = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    path = "/".join([f"x{part}" for part in parts[:-1]] + parts[-1:])
    return f"tile/{level}/{path}" + (f".p/{width}" if width < 256 else "")


def push(stack: list[bytes], count: int, new: bytes) -> None:
    """RFC 6962 section 2.1: add one to a stack made of `count`, joining complete subtrees of equal size."""
    while count & 1:
        new = hashlib.sha256(b"\x01" + stack.pop() + new).digest()
        count >>= 1
    stack.append(new)


def fold(stack: list[bytes]) -> bytes:
    """RFC 6962 section 2.1: the root over complete subtrees whose sizes shrink from left to right."""
    root = stack[-1] if stack else hashlib.sha256(b"").digest()
    for left in reversed(stack[:-1]):
        root = hashlib.sha256(b"\x01" + left + root).digest()
    return root


def tile_stack(data: bytes) -> list[bytes]:
    """The complete subtrees over a tile's hashes; of a full tile there is one, its root."""
    stack: list[bytes] = []
    for place in range(len(data) // 32):
        push(stack, place, data[32 * place : 32 * place + 32])
    return stack


def check_tiles(pack: Pack, size: int, checkpoint: Checkpoint | None, kept: list[int], report: Report) -> Tree:
    """The leaf hashes must give the checkpoint's root, and every tile above must follow from what is below it."""
    tree = Tree(pack, size)
    tile_roots = read_leaf_hashes(tree, {size, *kept})
    upper: dict[tuple[int, int], bytes | None] = {}
    for level in range(1, 8):
        upper.update({(level, index): tree.read(level, index, width) for index, width in tree.tiles(level)})
    computed = tree.roots[size]
    if computed is not None and (checkpoint is None or checkpoint.root == computed):
        compare_upwards(tree, tile_roots, upper, report)
    else:
        root = checkpoint.root if checkpoint and checkpoint.size == size else None
        found = computed.hex() if computed else "no root, as tiles are missing"
        report.add("root", "root over the leaf hashes in tile/0", root.hex() if root else "any", found)
        compare_downwards(tree, tile_roots, upper, root, report)
    return tree


def read_leaf_hashes(tree: Tree, wanted: set[int]) -> list[bytes | None]:
    """Read level 0 once, for the roots of the first n leaves and the root of every full tile."""
    tile_roots: list[bytes | None] = []
    stack: list[bytes] = []
    whole = True
    tree.roots = dict.fromkeys(wanted, None)
    if 0 in wanted:
        tree.roots[0] = fold([])
    for index, width in tree.tiles(0):
        data = tree.read(0, index, width)
        whole = whole and data is not None
        for end in [n for n in wanted if whole and 256 * index < n <= 256 * index + width]:
            tree.roots[end] = fold(stack + tile_stack((data or b"")[: 32 * (end - 256 * index)]))
        if width == 256:
            tile_roots.append(fold(tile_stack(data)) if data else None)
            if whole:
                push(stack, index, tile_roots[-1] or b"")
    return tile_roots


def compare_upwards(
    tree: Tree, below: list[bytes | None], upper: dict[tuple[int, int], bytes | None], report: Report
) -> None:
    """The leaf hashes are right: a tile above that does not follow from them is wrong itself."""
    for level in range(1, 8):
        above: list[bytes | None] = []
        for index, width in tree.tiles(level):
            right = b"".join(root or b"" for root in below[256 * index : 256 * index + width])
            have = upper[level, index]
            if have is not None and have != right:
                at = next(at for at in range(0, len(right), 32) if have[at : at + 32] != right[at : at + 32])
                what = f"{tile_name(level, index, width)}, hash {at // 32}"
                report.add("tile", what, right[at : at + 32].hex(), have[at : at + 32].hex())
            if width == 256:
                above.append(fold(tile_stack(right)))
        below = above


def compare_downwards(
    tree: Tree,
    tile_roots: list[bytes | None],
    upper: dict[tuple[int, int], bytes | None],
    root: bytes | None,
    report: Report,
) -> None:
    """The leaf hashes are not right: go down from the root, trusting a tile once what is above it vouches for it."""
    partial = [(level, *tile) for level in range(7, -1, -1) for tile in tree.tiles(level) if tile[1] < 256]
    data = [tree.read(*tile) if tile[0] == 0 else upper[tile[:2]] for tile in partial]
    trusted: set[tuple[int, int]] = set()
    if None not in data and root == fold([node for tile in data for node in tile_stack(tile or b"")]):
        trusted.update(tile[:2] for tile in partial)
    elif None not in data and root is not None:
        names = " or ".join(tile_name(*tile) for tile in partial)
        report.add("tile", names, f"hashes that give the root {root.hex()}", "others")
    for level in range(7, 0, -1):
        for index, width in tree.tiles(level):
            for place in range(width):
                child = (level - 1, 256 * index + place)
                have = upper[level, index]
                low = tile_roots[child[1]] if level == 1 else fold(tile_stack(upper[child] or b"\0" * 32))
                if have is None or low is None or (level > 1 and upper[child] is None):
                    continue
                entry = have[32 * place : 32 * place + 32]
                if entry == low and (level, index) in trusted:
                    trusted.add(child)
                elif entry != low:
                    doubt = "" if (level, index) in trusted else f", or {tile_name(level, index, width)} above it"
                    report.add("tile", tile_name(*child, 256) + doubt, f"root {entry.hex()}", low.hex())


# ------------------------------------------------------------------------------------------------ leaves, read strictly


def read_leaf_files(pack: Pack, size: int, report: Report) -> Iterator[tuple[int, bytes]]:
    """file-format, "A published pack", leaves/<n>.txt: one line each, position, space, leaf, LF; positions ascend."""
    for number in range(-(-size // LEAVES_PER_FILE)):
        name, last = f"leaves/{number:06d}.txt", number * LEAVES_PER_FILE - 1
        if name not in pack.files:
            continue
        pack.asked.add(name)
        try:
            with open(os.path.join(pack.folder, name), "rb") as file:
                for at, line in enumerate(cut_lines(file), 1):
                    found = re.fullmatch(rb"(0|[1-9][0-9]{0,15}) (.*)\n", line, re.DOTALL)
                    if not found or len(found[2]) > LEAF_BYTES_MAX:
                        wanted = f"a position, a space, a leaf of at most {LEAF_BYTES_MAX} bytes, LF"
                        report.add("leaf-line", f"{name} line {at}", wanted, f"{len(line)} bytes, {line[:60]!r}")
                        continue
                    position = int(found[1])
                    if position <= last or position >= (number + 1) * LEAVES_PER_FILE:
                        report.add("leaf-order", f"{name} line {at}", f"a position above {last}, of this file", position)
                    last = max(last, position)
                    yield position, found[2]
            if last == number * LEAVES_PER_FILE - 1:
                report.add("leaf-line", name, "lines, or no file", "none that can be read")
        except OSError as error:
            report.add("file-unreadable", name, "to read it", error)


def cut_lines(file: Any) -> Iterator[bytes]:
    """The lines of a file; of one that is far too long only the beginning."""
    most = LEAF_BYTES_MAX + 32
    while line := file.readline(most):
        yield line
        while len(line) == most and not line.endswith(b"\n"):
            line = file.readline(most)


def read_bundles(pack: Pack, size: int, report: Report) -> Iterator[tuple[int, bytes]]:
    """C2SP tlog-tiles, "Log entries": every leaf with a two-byte big-endian length before it."""
    for index, width in Tree(pack, size).tiles(0):
        name = tile_name("entries", index, width)
        data = pack.read(name, width * (LEAF_BYTES_MAX + 2), "bundle-missing")
        if data is None:
            continue
        at = 0
        for place in range(width):
            end = at + 2 + int.from_bytes(data[at : at + 2], "big")
            if at + 2 > len(data) or end > len(data):
                report.add("bundle", name, f"{width} leaves", f"{place} leaves and a torn one")
                break
            yield 256 * index + place, data[at + 2 : end]
            at = end
        else:
            if at < len(data):
                report.add("bundle", name, f"{width} leaves", f"{len(data) - at} bytes more")


def check_leaf(position: int, leaf: bytes, tree: Tree, ledger: Ledger, report: Report) -> None:
    """The leaf's hash is the one in its tile; then it is read, and takes its place in the ledger."""
    leaf_hash = hashlib.sha256(b"\x00" + leaf).digest()
    ledger.leaves += 1
    if position >= tree.size:
        report.add("leaf-position", f"leaf {position}", f"a position below {tree.size}", position)
    else:
        expected = tree.hash_at(position)
        if expected is not None and leaf_hash != expected:
            report.add("leaf-hash", f"leaf {position}", expected.hex(), leaf_hash.hex())
    event = read_event(f"leaf {position}", leaf, report)
    ledger.take(position, event, leaf_hash)


def read_event(where: str, leaf: bytes, report: Report) -> Event | None:
    """file-format, "Leaves": canonical JSON of a known type with exactly its fields. None where it cannot be used."""
    try:
        text = leaf.decode("utf-8")
        event = read_json(text)
    except ValueError as error:
        report.add("leaf-malformed", where, "one strict JSON object", error)
        return None
    canonical = write_json(event)
    if canonical != text:
        at = next((at for at, (a, b) in enumerate(zip(canonical, text)) if a != b), min(len(canonical), len(text)))
        report.add("leaf-canonical", where, canonical[max(0, at - 20) : at + 20], text[max(0, at - 20) : at + 20])
    if not text.isascii() or "\\" in text or "\x7f" in text:
        for value in strings(event):
            if unicodedata.normalize("NFC", value) != value or any(invisible(character) for character in value):
                report.add("leaf-text", where, "text in NFC without invisible characters", value)
    name = event.get("type")
    if not isinstance(name, str) or name not in EVENTS:
        report.add("leaf-type", where, "a known type", name)
        return None
    wrong = wrong_fields(event, EVENTS[name][1])
    for field, problem in wrong:
        report.add("leaf-field", f"{where}, {name} {field}", "the fields listed in events", problem)
    return None if wrong else event


def read_json(text: str) -> Event:
    """JSON as file-format, "Leaves", allows it; ValueError for everything else."""
    if text.count("[") + text.count("{") > DEPTH_MAX and depth(text) > DEPTH_MAX:
        raise ValueError(f"deeper than {DEPTH_MAX}")
    value = json.loads(
        text, object_pairs_hook=fields_once, parse_int=whole, parse_float=no_float, parse_constant=no_float
    )
    if not isinstance(value, dict):
        raise ValueError("not an object")
    return value


def write_json(value: object) -> str:
    """The canonical form: sorted keys, no spaces, shortest escapes."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def depth(text: str) -> int:
    """How deep brackets nest outside strings; a loop, as recursion is what a depth bomb wants."""
    deepest = now = 0
    for character in re.sub(r'"(?:[^"\\]|\\.)*"', "", text):
        now += (character in "[{") - (character in "]}")
        deepest = max(deepest, now)
    return deepest


def fields_once(pairs: list[tuple[str, Any]]) -> Event:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise ValueError("a key twice in one object")
    return fields


def whole(digits: str) -> int:
    if len(digits) > 17 or abs(int(digits)) > WHOLE_MAX:
        raise ValueError(f"a number of {len(digits)} characters beyond {WHOLE_MAX}")
    return int(digits)


def no_float(number: str) -> None:
    raise ValueError(f"{number[:40]} is no whole number")


def strings(value: object) -> Iterator[str]:
    """Every string and key within a value."""
    left = [value]
    while left:
        value = left.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, (list, dict)):
            left.extend(value)
            left.extend(value.values() if isinstance(value, dict) else ())


def invisible(character: str) -> bool:
    return unicodedata.category(character) in ("Cf", "Cs", "Co", "Zl", "Zp")


# --------------------------------------------------------------------------------------- types of fields, as in events


def pattern(text: str) -> Callable[[Any], bool]:
    compiled = re.compile(text)
    return lambda value: isinstance(value, str) and compiled.fullmatch(value) is not None


@lru_cache(maxsize=4096)
def is_moment(value: object) -> bool:
    """YYYY-MM-DDThh:mm:ssZ, and such a second there was: no leap second, no year 0."""
    found = re.fullmatch(r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})Z", str(value))
    try:
        return bool(found and isinstance(value, str) and datetime(*map(int, found.groups()), tzinfo=timezone.utc))
    except ValueError:
        return False


def fields(text: str) -> dict[str, tuple[bool, Callable[[Any], bool]]]:
    """`name:kind` a word, `name?:kind` where it may be left out."""
    words = [word.partition(":") for word in text.split()]
    return {name.rstrip("?"): (not name.endswith("?"), kind(of)) for name, _colon, of in words}


def kind(text: str) -> Callable[[Any], bool]:
    """A test for values: the name of a kind, `(one|of|these)`, and `*` after it for a list."""
    if text.endswith("*"):
        inner = kind(text[:-1])
        return lambda value: isinstance(value, list) and all(map(inner, value))
    if text.startswith("("):
        words = text[1:-1].split("|")
        return lambda value: isinstance(value, str) and value in words
    return KINDS[text]


def record(text: str) -> Callable[[Any], bool]:
    inside = fields(text)
    return lambda value: isinstance(value, dict) and not wrong_fields(value, inside)


def wrong_fields(event: Event, allowed: dict[str, tuple[bool, Callable[[Any], bool]]]) -> list[tuple[str, str]]:
    """Fields that are missing, malformed or unknown, and what is wrong with each."""
    wrong = [(name, "no such field is known") for name in event if name not in allowed]
    for name, (needed, fits) in allowed.items():
        if name in event and not fits(event[name]):
            wrong.append((name, f"the value {shown(event[name])}"))
        elif name not in event and needed:
            wrong.append((name, "it is missing"))
    return wrong


ID = "[a-z0-9][a-z0-9-]{0,63}"
KINDS: dict[str, Callable[[Any], bool]] = {
    "id": pattern(ID),
    "text": lambda value: isinstance(value, str),
    "whole": lambda value: type(value) is int and 0 <= value <= WHOLE_MAX,
    "places": lambda value: type(value) is int and 0 <= value <= DECIMALS_MAX,
    "stream": pattern("[a-z0-9][a-z0-9-]*(/[a-z0-9][a-z0-9-]*){1,7}"),
    "moment": lambda value: isinstance(value, str) and is_moment(value),
    "hash": pattern("sha256:[0-9a-f]{64}"),
    "digest": pattern("[A-Za-z0-9_-]{43}"),
    "blind": pattern("[A-Za-z0-9_-]{22}"),
    "marks": pattern("[a-z0-9>=-]*"),
    "decimal": pattern(r"(0|[1-9][0-9]{0,14})(\.[0-9]{1,9})?"),
}
KINDS["named"] = record("id:id name:text")
KINDS["figure"] = record(
    "candidate?:id certainty?:(sourced|unconfirmed) decimals?:places"
    " measure:(votes|section-share|share|valid|non-transferable) section?:id stage:whole value:decimal"
)
KINDS["rule"] = record(
    "version:(av.v1) blank:(refuse|reject) decimals:places duplicate:(refuse|exhaust|skip)"
    " exclusion:(single-lowest|bulk-when-safe) gap:(refuse|exhaust|skip)"
    " majority_base:(continuing|valid-at-stage-1) overvote:(refuse|exhaust|skip) preferences:(any-number|all)"
    " stop:(first-majority|continue-to-two) ties:(earlier-stages-backwards|earlier-stages-forwards|lot)*"
)
PACK_JSON = fields("audience:(public|panel|scrutineer) format:(pollbook-pack-1) leaves:whole origin:text size:whole")
ENVELOPE = (
    "actor:id authority?:text batch?:stream blind?:blind command?:id effective:moment recorded:moment stream:stream"
    " type:text version:whole "
)
# docs/reference/events.md: type, audience, its own fields.
EVENTS = {
    name: (audience, fields(ENVELOPE + own))
    for name, audience, own in (
        ("batch-closed.v1", "contest", "contest:id count:whole digest:hash section:id"),
        ("batch-opened.v1", "contest", "contents:hash contest:id provenance?:text section:id total:whole"),
        (
            "contest-defined.v1",
            "public",
            "account:(required|not-published) candidates:named* contest:id count_rule:hash election:id office:text"
            " paper_publication:(papers|profile|none) seats:whole secrecy:(secret|open) sections:named*"
            " smallest_cell:whole",
        ),
        ("count-rule-adopted.v1", "public", "election:id rule:rule"),
        ("disclosure-erased.v1", "restricted", "digests:digest*"),
        (
            "election-called.v1",
            "public",
            "election:id organisation:text reason:(vacancy|challenge|term|by-election|other) title:text",
        ),
        ("erasure-ordered.v1", "restricted", "basis:(retention-over|right-to-erasure|court-order)"),
        ("figures-published.v1", "public", "address?:text contest:id figures:figure* source:id"),
        ("paper-read.v1", "contest", "marks:marks provenance?:text"),
        ("person-recorded.v1", "restricted", "identity:digest"),
        ("poll-closed.v1", "public", "contest:id"),
        ("result-declared.v1", "public", "as_of_position:whole contest:id count:hash elected:id* figures:figure*"),
    )
}
