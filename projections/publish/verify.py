#!/usr/bin/env python3
"""Check a published election ledger, without trusting those who published it. Read this file before you run it.

    python3 -I -S verify.py PACK --policy POLICY

PACK is a folder as published. POLICY says whose signatures count (c2sp.org/tlog-policy); it comes from elsewhere. The
program ends with 0 if nothing was found, 3 if anything was, 2 if the call or the policy cannot be used. It needs Python
3.9 and nothing else, is written from docs/reference/file-format.md and rules.md, and shares no code with the program
that writes ledgers. It is five files, for five sittings; each that is run has its SHA-256 printed:

    verify.py          that this is the record that was signed, whole and in order. To read it top down, begin with 7.
        1 limits, findings  2 Ed25519  3 policy, checkpoint  4 files, tree  5 leaves  6 the record  7 the whole check
    verify_count.py    that results, lots and reports are what papers, totals and accounts come to
    verify_stv.py      how papers are counted by the single transferable vote
    verify_offices.py  that whoever acted had the power to, and signed with their key; verify_types.py has its tables

This one works alone, too. Without verify_count.py beside it, no fields of count rules are judged, no contest's rule for
fitting it, no lot for its order and seed; nothing is recounted, which is said of each contest. Without the file of
offices, no powers and keys are judged, and the types of events that only its tables have are findings.

It judges no application, entry of the roll, return of a paper, case, ruling or appeal, nor whether published analyses
follow: most of that is withheld from the public. Who has the whole record can, with pollbook verify (E10 to E15).
Papers read are held against papers issued, as far as leaves here say how many; papers issued to one elector alone, and
cancelled ones, are withheld from the public, and it says so.

It cannot see whether an event is true, what was done before the first checkpoint left the building, and what is in a
withheld leaf. A public leaf left out of a public pack shows where it leaves a gap in a stream or batch; else it looks
withheld. Of contests/, only the numbers of papers and votes in result.json are read, of contests recounted here. Not
read, so not to be believed: all else in there, index.html, streams' heads, policy.template, verify*.py.
"""
# fmt: off

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import os
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

# ---- 1. Limits: going beyond one is a finding, so nothing in PACK takes memory or time without bound -----------------
FILES_MAX, FILE_BYTES_MAX, PACK_BYTES_MAX, LEAVES_MAX, LEAF_BYTES_MAX = 200_000, 2**28, 2**32, 2**22, 65_535
NOTE_BYTES_MAX, DEPTH_MAX, WHOLE_MAX, FINDINGS_MAX, SHOWN_MAX = 2**18, 8, 2**53 - 1, 1_000, 200
Event = dict[str, Any]
FINDINGS: list[str] = []
def finding(code: str, what: object, expected: object, found: object) -> None:
    """Note a finding and go on; beyond the limit only the last one is kept."""
    del FINDINGS[FINDINGS_MAX:]
    FINDINGS.append(f"{code}: {shown(what)}: expected {shown(expected)}, found {shown(found)}.")
def compare(code: str, what: object, expected: object, found: object) -> None:
    if expected != found:
        finding(code, what, expected, found)
def shown(value: object) -> str:
    """Text that cannot harm a terminal: ASCII, escaped, cut."""
    return str(value)[:SHOWN_MAX].encode("unicode_escape").decode("ascii")

# ---- 2. Ed25519, RFC 8032 section 5.1, on plain x and y --------------------------------------------------------------
P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
Point = tuple[int, int]
def add(p: Point, q: Point) -> Point:
    (x1, y1), (x2, y2) = p, q
    both = D * x1 * x2 * y1 * y2
    return (x1 * y2 + x2 * y1) * pow(1 + both, -1, P) % P, (y1 * y2 + x1 * x2) * pow(1 - both, -1, P) % P
def times(factor: int, point: Point) -> Point:
    twice = times(factor // 2, add(point, point)) if factor else (0, 1)
    return add(twice, point) if factor % 2 else twice
def key_point(data: bytes) -> Point:
    """Section 5.1.3; ValueError where the point is not canonical, not on the curve, or of low order."""
    sign, y = divmod(int.from_bytes(data, "little"), 2**255)
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x if x * x % P == square else x * pow(2, (P - 1) // 4, P) % P
    x = x if x % 2 == sign else P - x
    if len(data) != 32 or y >= P or x * x % P != square or times(8, (x, y)) == (0, 1):
        raise ValueError("not an Ed25519 key: no canonical point of large order")
    return x, y
BASE = key_point((4 * pow(5, -1, P) % P).to_bytes(32, "little"))
def is_signed(key: bytes, message: bytes, signature: bytes) -> bool:
    """Section 5.1.7: s is below L, and R = sB - kA is compared as bytes, so that a signature has one spelling."""
    r, s, (x, y) = signature[:32], int.from_bytes(signature[32:64], "little"), key_point(key)
    k = int.from_bytes(hashlib.sha512(r + key + message).digest(), "little") % L
    x, y = add(times(s % L, BASE), times(k, (P - x, y)))
    return len(signature) == 64 and s < L and r == (y + (x % 2 << 255)).to_bytes(32, "little")

# ---- 3. Policy, signed note, checkpoint ------------------------------------------------------------------------------
Key = tuple[str, str, bytes, bytes]  # signer: "" for a log, else the witness; key name, key id, public key
Policy = tuple[list[Key], dict[str, tuple[int, list[str]]], str]  # keys; groups: how many of whom; quorum
def read_base64(text: str) -> bytes:
    """RFC 4648 section 4 in its one canonical form; ValueError for everything else."""
    if base64.b64encode(data := base64.b64decode(text, validate=True)).decode() != text:
        raise ValueError("base64 that is not canonical")
    return data
def read_key(signer: str, text: str, kind: int, others: list[Key]) -> Key:
    """c2sp.org/signed-note: <name>+<key id>+<base64 of kind and key>. Stricter: no key twice, under whatever name."""
    name, stated, rest = [*text.split("+", 2), "", ""][:3]
    raw = read_base64(rest)
    key_id, again = hashlib.sha256(name.encode() + b"\n" + raw).digest()[:4], raw[1:] in [key[3] for key in others]
    good = name and not re.search(r"\s", name) and raw[:1] == bytes([kind]) and key_id.hex() == stated
    if not good or again or not key_point(raw[1:]):
        raise ValueError(f"not a key of kind {kind} with its id, or the same key twice")
    return signer, name, key_id, raw[1:]
def read_policy(path: str, pack: str) -> Policy:
    """c2sp.org/tlog-policy, from outside of the pack that it judges; ValueError or OSError where it cannot be used."""
    for way in (os.path.abspath(path), os.path.realpath(path)):
        if any(folder.samefile(pack) for folder in Path(way).parents):
            raise ValueError("policy-inside-pack: the judged must not choose the judge")
    data = Path(path).read_bytes()
    if len(data) > 2**16 or not re.fullmatch(rb"([\t\x20-\x7e\x80-\xff]*\n){1,512}", data):
        raise ValueError("policy-malformed: too long, no LF at its end, or control characters")
    keys, groups, quorum = list[Key](), dict[str, tuple[int, list[str]]](), ""
    for line in data.splitlines():
        words = [word.decode("utf-8", "surrogateescape") for word in line.split()]
        verb, new, third, *listed = [*words, "#", "", ""][: max(3, len(words))]
        known, grouped = {*groups, *(key[0] for key in keys)}, [one for _, names in groups.values() for one in names]
        free, least = new not in {"none", *known}, {"any": "1", "all": str(len(listed))}.get(third, third)
        if verb == "log" and len(words) in (2, 3):
            keys.append(read_key("", new, 1, keys))
        elif verb == "witness" and len(words) in (3, 4) and free:
            keys.append(read_key(new, third, 4, keys))
        elif verb == "quorum" and len(words) == 2 and (new == "none" or not free) and not quorum:
            quorum = new
        elif (verb == "group" and free and re.fullmatch("[1-9][0-9]{0,2}", least) and int(least) <= len(listed)
              and known.issuperset(listed) and len({*grouped, *listed}) == len([*grouped, *listed])):
            groups[new] = (int(least), listed)
        elif not verb.startswith("#"):
            raise ValueError(f"policy-malformed: log, witness, group, one quorum; names new or defined above: {words}")
    if "" in [key[0] for key in keys] and quorum:
        return keys, groups, quorum
    raise ValueError("policy-malformed: a log and a quorum are needed")
def check_checkpoint(data: bytes, policy: Policy) -> tuple[str, int, bytes] | None:
    """Origin, size, root (c2sp.org/signed-note, c2sp.org/tlog-checkpoint). Unknown keys are passed over."""
    lines = r"(?:— [^\s\x00-\x1f+]+ [A-Za-z0-9+/]{7,}=?=?\n){1,32}"  # each with at least five bytes
    form = rf"(([^\x00-\x1f]+)\n(0|[1-9][0-9]{{0,18}})\n([A-Za-z0-9+/]{{43}}=)\n)\n({lines})"
    try:
        _, text, origin, size_text, root_text, below, _ = re.split(rf"\A{form}\Z", data.decode("utf-8"))
        size, root = int(size_text), read_base64(root_text)
        signatures = [(name, read_base64(signature)) for name, signature in re.findall(r"— (\S+) (\S+)\n", below)]
    except ValueError as error:
        finding("note-malformed", "checkpoint", "origin, size, root, a blank line, 1 to 32 signatures", error)
        return None
    (keys, groups, quorum), met = policy, {"none"}
    for signer, key_name, key_id, key in keys:
        for data in [data for name, data in signatures if (name, data[:4]) == (key_name, key_id)]:
            moment = int.from_bytes(data[4:12], "big") if signer else 0  # c2sp.org/tlog-cosignature: it is signed too
            message = f"cosignature/v1\ntime {moment}\n{text}" if signer else text
            if moment >= 2**63 or not is_signed(key, message.encode(), data[12:] if signer else data[4:]):
                finding("signature", f"checkpoint, {key_name}", "a signature that verifies", "one that does not")
            elif signer or key_name == origin:
                met.add(signer)
    compare("log", f"checkpoint of {origin}, whether signed by its log, which POLICY has", True, "" in met)
    cosigned, by_log = shown(", ".join(sorted(met - {"", "none"})) or "nobody"), "yes" if "" in met else "no"
    for group, (least, listed) in groups.items():
        met.update({group} if len(met.intersection(listed)) >= least else ())
    compare("quorum", f"checkpoint cosigned by {cosigned}, whether enough for {quorum}", True, quorum in met)
    print(f"Checkpoint of {shown(origin)}: {size} leaves, root {root.hex()}; signed by its log: {by_log}.")
    print(f"It is cosigned by {cosigned}; quorum met: {'yes' if quorum in met else 'no'} (POLICY: {shown(quorum)}).")
    return origin, size, root

# ---- 4. Files, and the tree of hashes --------------------------------------------------------------------------------
class Pack:
    """The regular files of the folder, by name. Links are not followed: what should be there and is one is missing."""
    def __init__(self, folder: str) -> None:
        self.folder, self.files, self.asked, total = folder, set[str](), set[str](), 0
        for path, _, names in os.walk(folder, onerror=lambda error: finding("file", error, "a folder", "none")):
            paths = [one for one in (os.path.join(path, name) for name in names) if not os.path.islink(one)]
            self.files |= {os.path.relpath(one, folder).replace(os.sep, "/") for one in paths if os.path.isfile(one)}
            total += sum(os.lstat(one).st_size + PACK_BYTES_MAX // FILES_MAX for one in paths)
            if total > PACK_BYTES_MAX:
                finding("file", "the pack", f"at most {FILES_MAX} files, {PACK_BYTES_MAX} bytes", "more")
                break
    def read(self, name: str, most: int) -> bytes:
        """The file's bytes; none, and a finding, where it is missing or longer than `most`."""
        self.asked.add(name)
        with suppress(OSError), open(os.path.join(self.folder, name if name in self.files else ""), "rb") as file:
            if len(data := file.read(most + 1)) <= most:
                return data
        finding("file", name, f"a regular file of at most {most} bytes", "none")
        return b""
def name_of(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"
def tiles(level: int | str, size: int) -> Iterator[tuple[str, int, int]]:
    """c2sp.org/tlog-tiles: name, first place, width; number 1234067 is x001/x234/067, in a partial tile .p/<width>."""
    for first in range(0, size, 256):
        (*above, last), width = f"{first // 256:,}".split(","), min(256, size - first)
        number = "".join(f"x{part:>03}/" for part in above) + f"{last:>03}"
        yield f"tile/{level}/{number}" + f".p/{width}" * (width < 256), first, width
def tree_root(hashes: list[bytes]) -> bytes:
    """RFC 6962 section 2.1: hashes in pairs, level by level; a last one without a partner goes up as it is."""
    while len(hashes) > 1:
        pairs = [hashes[at : at + 2] for at in range(0, len(hashes), 2)]
        hashes = [hashlib.sha256(b"\x01" + b"".join(pair)).digest() if pair[1:] else pair[0] for pair in pairs]
    return hashes[0] if hashes else hashlib.sha256(b"").digest()
def check_tiles(pack: Pack, size: int, root: bytes) -> list[bytes]:
    """The leaf hashes in tile/0, which have the signed root; each tile above is what follows from those below."""
    level, leaves, below = 0, list[bytes](), list[bytes]()
    while size:
        roots = []
        for name, first, width in tiles(level, size):
            data, due = pack.read(name, 8192), b"".join(below[first : first + width])
            if len(data) != 32 * width or (due and data != due):
                finding("tile", name, f"{width} hashes, of the level below: {due.hex() or 'any'}", data.hex())
            tile = [(due or data)[at : at + 32] for at in range(0, 32 * width, 32)]
            leaves += [] if level else tile
            roots.append(tree_root(tile))
        below, size, level = roots, size >> 8, level + 1
    compare("root", "over tile/0", root.hex(), tree_root(leaves).hex())
    return leaves
def read_leaf_files(pack: Pack) -> Iterator[tuple[int, bytes]]:
    """Public packs: leaves/<n>.txt has lines of position, space, leaf, LF; positions ascend, 65,536 to a file."""
    for name in sorted(name for name in pack.files if re.fullmatch(r"leaves/[0-9]{6}\.txt", name)):
        last, stop = int(name[7:13]) * 65_536 - 1, (int(name[7:13]) + 1) * 65_536
        for line in pack.read(name, FILE_BYTES_MAX).splitlines(keepends=True) or [b"nothing"]:
            found = re.fullmatch(rb"(0|[1-9][0-9]{0,11}) (.{0,65535})\n", line)
            if found and last < int(found[1]) < stop:
                last = int(found[1])
                yield last, found[2]
            else:
                finding("leaf-line", name, f"position {last + 1} to {stop - 1}, space, leaf, LF", line[:60])
def read_bundles(pack: Pack, size: int) -> Iterator[tuple[int, bytes]]:
    """Other packs: tile/entries/ has every leaf, a two-byte big-endian length before each."""
    for name, first, width in tiles("entries", size):
        data, at, place = pack.read(name, width * (LEAF_BYTES_MAX + 2)), 0, 0
        while place < width and (end := at + 2 + int.from_bytes(data[at : at + 2], "big")) <= len(data):
            yield first + place, data[at + 2 : end]
            at, place = end, place + 1
        compare("bundle", name, f"{width} leaves, 0 bytes more", f"{place} leaves, {len(data) - at} bytes more")

# ---- 5. Leaves, read strictly ----------------------------------------------------------------------------------------
ID, MOMENT = "[a-z0-9][a-z0-9-]{0,63}", "[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}Z"
ENVELOPE = "actor authority? batch? blind? command? effective recorded stream type version".split()
TYPES: dict[str, tuple[str, str, str, list[str], Event]] = {}
# Who may read it; its stream, where {x} is a field too, * any id; its types, each with its version and other fields.
ROWS = """
contest account/{contest}/{section} account-stated.v1 any distributed? electorate? returned? set_aside source? spoilt
contest batch/paper/{contest}/{section}/* batch-opened.v1 1 contents provenance? total | batch-closed.v1 2 count digest
public batch/paper/{contest}/{section}/* batch-withdrawn.v1 [23] reason
public contest/{contest} poll-closed.v1 2 | contest-defined.v1 1 account candidates count_rule election office\
 paper_publication report? seats secrecy sections smallest_cell
public election/{election} election-called.v1 1 organisation reason title | count-rule-adopted.v1 any rule
public key/{officer} key-enrolled.v1 any key proof | key-revoked.v1 any reason | key-rotated.v1 any consent key proof
public ledger/heads stream-heads-recorded.v1 any as_of_position root streams
public ledger/log-key log-key-rotated.v1 any consent? key old proof reason
public lot/{contest} lot-committed.v1 any commitment | lot-drawn.v1 any as_of_position order purpose seed stage tied\
 unrevealed witnesses?
contest report/{contest} report-made.v1 any as_of_position distributed independent inspections lawful persons returned\
 secure spoilt votes
contest paper/*/*/* paper-read.v1 1 marks provenance?
restricted person/* person-recorded.v1 1 identity
restricted erasure/* erasure-ordered.v1 any basis | disclosure-erased.v1 any digests
public result/{contest} result-declared.v1 any as_of_position count? elected figures number? | result-corrected.v1 any\
 as_of_position count? elected figures number reason | recount-ordered.v1 any number reason | result-annulled.v1 any\
 reason | figures-published.v1 any address? figures source
public totals/{contest}/{section} totals-certified.v1 any papers? source stages
"""
# What fields hold that is relied on below: text of a pattern, a whole number, an (object), a [list], with a 1 at its
# end where it has one at least. Those of count rules, by version, come from verify_count.py.
WHOLE, RATIO, RULES = range(WHOLE_MAX + 1), "[1-9][0-9]*/[1-9][0-9]*", dict[str, Any]()
HOLDS: dict[str, Any] = {
    **dict.fromkeys("actor candidate category command contest election id officer section".split(), ID),
    **dict.fromkeys("as_of_position distributed number papers returned seats votes".split(), WHOLE),
    **dict.fromkeys("categories elected order tied unrevealed".split(), [ID]), "commitment": "sha256:[0-9a-f]{64}",
    "effective": MOMENT, "recorded": MOMENT, "batch": "[a-z0-9/-]{1,300}", "stream": "[a-z0-9/-]{1,300}",
    "blind": "[A-Za-z0-9_-]{22}", "count_rule": "sha256:[0-9a-f]{64}", "marks": "[a-z0-9>=-]{0,20000}",
    "paper_publication": "papers|profile|none", "account": "required|not-published", "report": "required",
    "measure": "votes|section-share|points|share|valid|non-transferable|quota|distributed|returned|rejected|turnout",
    "value": r"(0|[1-9][0-9]{0,14})(\.[0-9]{1,9})?", "stage": range(1, 10_001), "decimals": range(10),
    "places": range(1_001), "weight": RATIO, "version": range(1, WHOLE_MAX + 1), "seed": ["[0-9a-f]{64}"],
    "candidates": [("categories?", "id", "name")], "sections": [("id", "name")], "rule": RULES, "stages": [("held",)],
    "held": [("candidate", "certainty", "votes")], "purpose": "surplus|exclusion|place", "authority": "(?s).{1,4000}",
    "set_aside": [("papers", "reason")], "spoilt": [("papers", "reason")], "certainty": "sourced|unconfirmed",
    "figures": [("candidate?", "certainty", "decimals", "measure", "section", "stage", "value")]}
def read_rows(rows: str, holds: Event) -> None:  # into the table
    for readers, stream, types in (row.split(" ", 2) for row in rows.strip().split("\n")):
        for name, version, *fields in map(str.split, types.split("|")):
            TYPES[name] = readers, stream, version, [*ENVELOPE, *re.findall("{(.*?)}", stream), *fields], {**holds}
read_rows(ROWS, HOLDS)
TYPES["report-made.v1"][4].update({"spoilt": WHOLE, "votes": [("candidate", "votes")]})  # two fields called alike
def wrong_fields(fields: Iterable[str], value: Event, holds: Event = HOLDS) -> list[str]:
    """Those that are unknown, missing or malformed; what ends in ? may be left out."""
    missing = [name for name in fields if name[-1] != "?" and name not in value]
    known = [name.rstrip("?") for name in fields]
    return missing + [name for name in value if name not in known or not fits(holds.get(name), value[name])]
def fits(kind: Any, value: Any) -> bool:
    if isinstance(kind, list):
        return isinstance(value, list) and len(value) >= len(kind) - 1 and all(fits(kind[0], one) for one in value)
    if isinstance(kind, tuple):
        return isinstance(value, dict) and not wrong_fields(kind, value)
    if isinstance(kind, range):
        return type(value) is int and value in kind
    if kind is RULES:  # a rule of another version is not for us to judge, nor to count by
        version = value.get("version") if isinstance(value, dict) else None
        holds = {"version": ".*", **RULES.get(str(version), {})}
        return isinstance(version, str) and (len(holds) == 1 or not wrong_fields(holds, value, holds))
    with suppress(TypeError, ValueError):  # not text; no such second: years 1 to 9999, no leap second
        return not kind or bool(re.fullmatch(kind, value) and (kind != MOMENT or datetime.fromisoformat(value[:19])))
    return False
def is_shown(text: str) -> bool:
    """NFC, and every character but LF shows: file-format.md, "Text"."""
    for before, char in zip(" " + text, "" if text.isascii() and text.isprintable() else text):
        good = unicodedata.category(char) not in ("Cc", "Cf", "Co", "Cs", "Zl", "Zp") or char == "\n"
        if char in "\u200c\u200d":  # joiners: after a virama, or in Arabic
            good = unicodedata.combining(before) == 9 or "\u0600" <= before <= "\u08ff"
        elif "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef":  # variation selectors
            good = unicodedata.category(before) in ("Lo", "So")
        if not good or char in "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0":
            return False
    return unicodedata.is_normalized("NFC", text)
def read_json(data: bytes) -> Event:
    """The one spelling (RFC 8785) of an object of whole numbers, text, lists, objects; an error for all else."""
    value: Event = json.loads(data.decode("utf-8"))
    left: list[tuple[int, Any]] = [(1, value)]
    for depth, one in left:  # which grows meanwhile: recursion is what a depth bomb wants
        whole = one is not None and not isinstance(one, (int, float)) or isinstance(one, int) and abs(one) <= WHOLE_MAX
        if depth > DEPTH_MAX or not whole or (isinstance(one, str) and not is_shown(one)):
            raise ValueError(f"depth above {DEPTH_MAX}, no whole number, null, or text that does not show: {one}")
        if isinstance(one, (dict, list)):
            left += [(depth + 1, each) for each in ([*one, *one.values()] if isinstance(one, dict) else one)]
    if not isinstance(value, dict) or canonical(value) != data:
        raise ValueError("no object, or not canonical: order, spaces, escapes, a key twice")
    return value
def canonical(value: object) -> bytes:
    """RFC 8785, as far as the format needs it: keys sorted, no spaces, shortest escapes."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
def read_leaf(where: str, leaf: bytes) -> Event | None:
    """The event, if it is of a known type with exactly its fields, in a stream of its type."""
    try:
        event = read_json(leaf)
    except (RecursionError, ValueError) as error:
        finding("leaf-malformed", where, "canonical JSON", error)
        return None
    _, stream, version, fields, holds = TYPES.get(str(event.get("type")), ("", "", "", ["known type"], HOLDS))
    if wrong := wrong_fields(fields, event, holds):
        finding("leaf-field", where, "a type of events.md and its fields", {one: event.get(one) for one in wrong})
        return None
    there = f"{stream.format_map(event)}, version {event['version'] if version == 'any' else version}"
    if not re.fullmatch(there.replace("*", ID), here := f"{event['stream']}, version {event['version']}"):
        finding("leaf-stream", where, there, here)
        return None
    return event

# ---- 6. The record: streams, batches, contests, results --------------------------------------------------------------
COUNT, OFFICES = dict[str, Any](), dict[str, Any]()  # what the files beside this one define, if they are there
GIVEN = "RATIO WHOLE canonical compare finding name_of run_file shown"  # what they have from here
GIVEN_OFFICES = "HOLDS TYPES canonical compare finding is_signed read_base64 read_json read_key read_rows run_file"
def run_file(name: str, into: dict[str, Any], given: str = "") -> dict[str, Any]:
    """What a file beside this one defines, if it is there. Run from its text: what is kept compiled could lie."""
    path = Path(__file__).with_name(name)
    if not into and path.is_file():
        print(f"{name} {hashlib.sha256(data := path.read_bytes()).hexdigest()}")
        into.update((each, globals()[each]) for each in given.split())
        exec(compile(data, str(path), "exec"), into)
    return into
def by_count(check: str, *of: Any) -> Any:
    """What a function of verify_count.py finds; nothing where there is none."""
    return COUNT[check](*of) if COUNT else None
class Record:
    """The leaves that are here, taken in order: each is judged by what stands before it."""
    def __init__(self, public: bool, offices: Any) -> None:
        self.offices, self.public, self.leaves, self.recorded, self.streams = offices, public, 0, "", dict[str, int]()
        self.rules, self.contests = dict[tuple[str, str], Event](), dict[str, SimpleNamespace]()
    def take(self, position: int, leaf: bytes, expected: bytes | None) -> None:
        """Check one leaf: its hash, its form, its place in time and stream, its audience, and what its type says."""
        where, leaf_hash, self.leaves = f"leaf {position}", hashlib.sha256(b"\x00" + leaf).digest(), self.leaves + 1
        compare("leaf-hash", where, expected.hex() if expected else "nothing beyond the tree", leaf_hash.hex())
        if (event := read_leaf(where, leaf)) is None:
            return
        if self.offices:
            self.offices.take(position, event)
        name, stream, self.recorded = event["type"], event["stream"], max(self.recorded, event["recorded"])
        compare("recorded-order", where, self.recorded, event["recorded"])
        kind, contest_id = stream.replace("batch/paper", "batch").split("/")[:2]
        contest, readers, due = self.contests.get(contest_id), TYPES[name][0], self.streams.get(stream, 0) + 1
        gaps = kind in ("analysis", "issue", "roll") or (kind == "batch" and contest and not contest.seen)
        if not (gaps and self.public and 0 <= event["version"] - due <= position + 1 - self.leaves):  # as many withheld
            compare("version-gap", f"{where}, {stream}", due, event["version"])
        self.streams[stream] = event["version"]
        few = kind in ("analysis", "issue") and "blind" in event  # about few, and so withheld in whatever contest
        withheld = readers == "restricted" or few or (readers == "contest" and not (contest and contest.discloses))
        found = ("blind" in event, withheld and self.public)
        compare("leaf-audience", f"{where}, whether blind, whether out of place", (withheld, False), found)
        if contest and kind in ("batch", "paper") and name != "batch-withdrawn.v1":
            compare(kind, f"{where}, effective as poll-closed", contest.polled, event["effective"])
        if name == "count-rule-adopted.v1":
            self.rules[event["election"], name_of(canonical(event["rule"]))] = event["rule"]
        elif name == "contest-defined.v1":
            self.take_contest(where, event)
        elif contest is None and kind in ("account", "batch", "contest", "lot", "paper", "report", "result", "totals"):
            finding("contest", where, "a contest defined before", contest_id)
        elif contest and name == "poll-closed.v1":
            contest.polled = contest.polled or event["effective"]
        elif contest and kind == "paper":
            take_paper(contest, where, event, leaf_hash)
        elif contest and name in TAKES:
            TAKES[name](contest, where, position, event)
        elif contest and kind in ("issue", "issued", "analysis"):
            by_count("take_" + kind, contest, where, position, event)
    def take_contest(self, where: str, event: Event) -> None:
        """A contest under a rule that its election adopted before, and that can fill it."""
        rule = self.rules.get((event["election"], event["count_rule"]), {})
        candidates, sections = ([one["id"] for one in event[of]] for of in ("candidates", "sections"))
        alone = sections == ["all"] or "all" not in sections
        unfit = event.get("report") and event["account"] != "required" or by_count("is_unfit", rule, event)
        if len({*candidates}) < len(candidates) or len({*sections}) < len(sections) or not sections or not alone:
            finding("contest-ids", where, "each candidate and section once, none called all beside others", sections)
        elif not rule or unfit:
            finding("contest-rule", where, "a rule adopted before, for these seats and ids; account with report", event)
        else:
            discloses = event["paper_publication"] == "papers"
            self.contests[event["contest"]] = SimpleNamespace(
                event=event, rule=rule, candidates=candidates, sections=sections, polled="", declared=None,
                categories={one["id"]: one.get("categories", []) for one in event["candidates"]}, discloses=discloses,
                seen=discloses or not self.public, batches={}, open={}, last=0, totals={}, accounts={}, lots={},
                commitments={}, report=None, number=1, reopened=False, annulled=False, count=None, issued=Counter())
def is_changeable(contest: SimpleNamespace) -> bool:
    return not contest.annulled and (contest.declared is None or contest.reopened)
def change(contest: SimpleNamespace, position: int) -> None:
    """Note that there is more to count from, or less."""
    contest.last, contest.count = position, None
def take_source(contest: SimpleNamespace, where: str, position: int, event: Event) -> None:
    """What a section is counted from, after the poll, before a declaration or in a recount: batches, or totals."""
    name, stream, section = event["type"], event["stream"], event["section"]
    good = contest.polled and is_changeable(contest) and section in contest.sections
    if name == "batch-opened.v1" and good and section not in contest.totals and stream not in contest.batches:
        contest.open[stream] = contest.batches[stream] = SimpleNamespace(
            opened=event, digest=hashlib.sha256(), last="", marks=Counter())
    elif (name == "totals-certified.v1" and good and (section not in contest.totals or contest.reopened)
            and section not in [batch.opened["section"] for batch in contest.batches.values()]
            and are_totals(contest.candidates, event["stages"])):
        contest.totals[section] = event
    else:
        finding(stream.split("/")[0], where, "a new one, papers or totals, after poll-closed, before declared", event)
        return
    change(contest, position)
def are_totals(candidates: list[str], stages: list[Event]) -> bool:
    """Of all candidates at stage 1, then of some of those of the stage before, and never of more papers."""
    held = [[(one["candidate"], one["votes"]) for one in stage["held"]] for stage in stages]
    pairs = zip([[(name, WHOLE_MAX**2) for name in candidates], *held], held)
    return [*map(len, held[:1])] == [len(candidates)] and all(
        len(dict(now)) == len(now) and {*dict(now)} <= {*dict(before)}
        and sum(votes for _, votes in now) <= sum(votes for _, votes in before) for before, now in pairs)
def take_batch_closed(contest: SimpleNamespace, where: str, position: int, event: Event) -> None:
    if batch := contest.open.pop(event["stream"], None):  # else it is version 2 of a stream without 1, which is found
        change(contest, position)
        papers = sum(batch.marks.values())
        contents = name_of("".join(f"{count} {marks}\n" for marks, count in sorted(batch.marks.items())).encode())
        said = [event["count"], event["digest"], batch.opened["total"], batch.opened["contents"]]
        found = [papers, f"sha256:{batch.digest.hexdigest()}", papers, contents]
        compare("batch", where, canonical(said), canonical(found))
def take_batch_withdrawn(contest: SimpleNamespace, where: str, position: int, event: Event) -> None:
    """Its papers count no more: it was never finished, or is taken back in a recount."""
    batch, unfinished = contest.batches.pop(event["stream"], None), contest.open.pop(event["stream"], None)
    if contest.seen and not (batch and is_changeable(contest) and (unfinished or contest.reopened)):
        finding("batch", where, "one that counts, withdrawn before declared and unfinished, or in a recount", event)
    change(contest, position)
def take_paper(contest: SimpleNamespace, where: str, event: Event, leaf_hash: bytes) -> None:
    """In an open batch of its section, under a higher id than the paper before it, with nothing that tells it apart."""
    _, _, section, paper = event["stream"].split("/")
    batch, said = contest.open.get(event.get("batch")), (section, event.get("provenance"))
    if (batch is None or said != (batch.opened["section"], batch.opened.get("provenance")) or paper <= batch.last
            or not re.fullmatch("[0-9a-f]{16}", paper) or "authority" in event or "command" in event):
        finding("paper", where, "in an open batch, as it is, no authority or command, 16 hex digits, ascending", event)
        return
    batch.last = paper
    batch.digest.update(leaf_hash)
    batch.marks[event["marks"]] += 1
def take_account(contest: SimpleNamespace, where: str, position: int, event: Event) -> None:
    reasons = [(of, str(part["reason"])) for of in ("set_aside", "spoilt") for part in event[of]]
    if (not is_changeable(contest) or event["section"] not in ["all", *contest.sections]
            or len({*reasons}) < len(reasons)):
        finding("account", where, "of a section or all, each reason once, before declared or in a recount", event)
    contest.accounts[event["section"]] = event
    change(contest, position)
def take_lot_committed(contest: SimpleNamespace, where: str, position: int, event: Event) -> None:
    earlier = contest.commitments.get(actor := event["actor"], ""), contest.polled
    compare("lot", f"{where}, commitment of {actor}, poll closed at", ("", ""), earlier)
    contest.commitments.setdefault(actor, event["commitment"])
def take_lot_drawn(contest: SimpleNamespace, where: str, position: int, event: Event) -> None:
    if not contest.last <= event["as_of_position"] < position or not is_changeable(contest):
        finding("lot", where, "of the count as of a position before it, before declared or in a recount", event)
    by_count("check_lot", contest, where, event)
    if sorted(event["order"]) == sorted({*event["tied"]}):
        contest.lots.setdefault((event["stage"], frozenset(event["tied"])), event["order"])
    else:
        finding("lot", f"{where}, order", event["tied"], event["order"])
    change(contest, position)
def take_report(contest: SimpleNamespace, where: str, position: int, event: Event) -> None:
    contest.report = event
    if not contest.last <= event["as_of_position"] < position or not is_changeable(contest) or not contest.polled:
        finding("report", where, "as of before it, after poll-closed, before declared or in a recount", event)
    by_count("check_report", contest, where)
def take_result(contest: SimpleNamespace, where: str, position: int, event: Event) -> None:
    """Declared once and corrected in recounts, on what was complete by a position before it."""
    strangers = {*event["elected"], *(one.get("candidate") for one in event["figures"])} - {None, *contest.candidates}
    elsewhere = {one["section"] for one in event["figures"]} - {"all", *contest.sections}
    first, number = event["type"] == "result-declared.v1", contest.number
    turn = contest.declared is None if first else contest.declared and contest.reopened
    numbered = event.get("number") == (None if first and number == 1 else number)
    if (not turn or not numbered or contest.annulled or not contest.polled or contest.open or strangers or elsewhere
            or not contest.last <= event["as_of_position"] < position or ("count" in event) != contest.discloses):
        finding("result", where, "one, corrections in recounts; own ids; as of before it; poll, batches closed", event)
    contest.declared, contest.reopened = event, False
    by_count("check_declared", contest, where, event)
    if contest.seen and contest.event.get("report") and contest.report is None:
        finding("report", where, "the scrutineer's report before it", "none")
def take_recount_ordered(contest: SimpleNamespace, where: str, position: int, event: Event) -> None:
    if contest.annulled or not contest.polled or event["number"] != contest.number + 1:
        finding("result", where, f"count {contest.number + 1}, after poll-closed, not annulled", event)
    contest.number, contest.reopened = event["number"], True
def take_annulled(contest: SimpleNamespace, where: str, position: int, event: Event) -> None:
    if contest.annulled or not contest.declared:
        finding("result", where, "annulled once, after it was declared", event)
    contest.annulled, contest.reopened = True, False
TAKES = {
    "account-stated.v1": take_account, "batch-opened.v1": take_source, "batch-closed.v1": take_batch_closed,
    "batch-withdrawn.v1": take_batch_withdrawn, "totals-certified.v1": take_source, "report-made.v1": take_report,
    "lot-committed.v1": take_lot_committed, "lot-drawn.v1": take_lot_drawn, "result-declared.v1": take_result,
    "recount-ordered.v1": take_recount_ordered, "result-corrected.v1": take_result, "result-annulled.v1": take_annulled}

# ---- 7. The whole check, top down ------------------------------------------------------------------------------------
def check_pack(folder: str, policy: Policy) -> str:
    """Make every check; what one finds keeps none of the others from being made. Give what was not recounted."""
    RULES.update(run_file("verify_count.py", COUNT, GIVEN).get("RULES", {}))
    pack, _ = Pack(folder), run_file("verify_offices.py", OFFICES, GIVEN_OFFICES)
    origin, size, root = check_checkpoint(pack.read("checkpoint", NOTE_BYTES_MAX), policy) or ("", 0, tree_root([]))
    if size > LEAVES_MAX:
        finding("size", "checkpoint", f"at most {LEAVES_MAX} leaves", size)
        size, root = 0, tree_root([])
    about, offices = pack.read("pack.json", NOTE_BYTES_MAX), OFFICES and OFFICES["Offices"](origin)
    audience = "panel" if b'"panel"' in about else "scrutineer" if b'"scrutineer"' in about else "public"
    public, hashes, record = audience == "public", check_tiles(pack, size, root), Record(audience == "public", offices)
    for position, leaf in read_leaf_files(pack) if public else read_bundles(pack, size):
        record.take(position, leaf, hashes[position] if position < size else None)
    said = {"audience": audience, "format": "pollbook-pack-1", "leaves": record.leaves, "origin": origin, "size": size}
    compare("pack-json", "pack.json", canonical(said) + b"\n", about)
    left, withheld = 0, size - record.leaves
    print(f"Audience {audience}: {record.leaves} leaves disclosed, {withheld} withheld.")
    print(f"Offices: {offices.outcome() if offices else 'not checked: verify_offices.py is not beside this program'}.")
    for name, contest in record.contests.items():
        why = COUNT["why_not"](contest) if COUNT else "verify_count.py, which counts, is not beside this program"
        says = f"not recounted: {why}" if why else COUNT["outcome"](contest, withheld)
        print(f"Contest {name}: {says}.")
        if not why and (path := f"contests/{name}/result.json") in pack.files:
            COUNT["check_result_file"](contest, path, pack.read(path, FILE_BYTES_MAX))
        left += not says.startswith("recounted")
    print("Not judged here: applications, the roll, rulings, appeals, analyses. Pollbook verify does: E10 to E15.")
    for name in sorted(name for name in pack.files - pack.asked if name.startswith(("tile/", "leaves/"))):
        finding("file-unexpected", name, "only the files of this tree, audience and record", "this file")
    return f"; {left} of {len(record.contests)} contests {'was' if left == 1 else 'were'} not recounted" if left else ""
def main() -> int:
    parser = argparse.ArgumentParser(prog="verify.py", description="Check a published election ledger.")
    parser.add_argument("pack", metavar="PACK", help="the folder as published")
    parser.add_argument("--policy", required=True, help="whose signatures count; from elsewhere than PACK")
    options, but = parser.parse_args(), ""
    FINDINGS.clear()
    print(f"verify.py {hashlib.sha256(Path(__file__).read_bytes()).hexdigest()}")
    try:
        policy = read_policy(options.policy, options.pack)
    except (OSError, ValueError) as error:
        print(f"the policy: {shown(error)}", file=sys.stderr)
        return 2
    try:
        but = check_pack(options.pack, policy)
    except Exception as error:  # whatever it is, it is no reason to believe the pack
        finding("verifier-failed", "this program", "to finish", repr(error))
    print("".join(f"FINDING {line}\n" for line in FINDINGS), end="")
    print(f"{len(FINDINGS)} FINDINGS: do not believe this pack." if FINDINGS else f"Nothing found wrong{but}.")
    return 3 if FINDINGS else 0
if __name__ == "__main__":
    sys.exit(main())
