"""Policies: which log to believe, which witnesses, and how many of them have to agree.

    log <verifier key> [<address>]
    witness <name> <verifier key> [<address>]
    group <name> all|any|<number> <name>...
    quorum none|<name>

Words stand between spaces and tabs, # begins a line of comment, and a name is defined before it is
used. Names mean nothing outside the file and are compared byte by byte.

A policy has to come from elsewhere than what it judges, or the judged would choose the judge. One key
under two names would let one party stand for two, so a public key is taken once, as log or as witness.

Source: https://c2sp.org/tlog-policy, with keys of Ed25519 only
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple, Self

from ledger.errors import EvidenceError, RefusedError, nearest
from ledger.seal.checkpoint import Checkpoint, parse_checkpoint
from ledger.seal.keys import Kind, VerifierKey, shown
from ledger.seal.note import SignedNote, cosignature_time, verify_note

POLICY_BYTES_MAX = 2**16
POLICY_LINES_MAX = 512  # the specification asks for 32 logs, witnesses and groups at least
CLOCK_SKEW_MAX = 300  # seconds that a witness's clock may be ahead of ours

NONE = "none"  # the quorum that asks for no witness
FORBIDDEN = re.compile(rb"[^\t\n\x20-\x7e\x80-\xff]")
BETWEEN_WORDS = re.compile(r"[ \t]+")  # other scripts' spaces are letters here
NUMBER = re.compile(r"[1-9][0-9]{0,2}")


class Group(NamedTuple):
    """Witnesses and groups, and how many of them it takes."""

    threshold: int
    members: tuple[str, ...]


class Verdict(NamedTuple):
    """What a policy found to be so.

    Attributes:
        log: the key that signed, named after the checkpoint's origin.
        witnesses: each witness that cosigned, by its name in the policy, and when last (seconds since 1970).
        quorum: the rule that they satisfy, by its name in the policy; "none" asks for no witness.
    """

    checkpoint: Checkpoint
    log: VerifierKey
    witnesses: dict[str, int]
    quorum: str


@dataclass(frozen=True)
class Policy:
    """Whom to believe. Groups are in the order of the file: members come before those that name them."""

    logs: tuple[VerifierKey, ...]
    witnesses: dict[str, VerifierKey]
    groups: dict[str, Group]
    quorum: str

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a policy file.

        Raises:
            EvidenceError: `policy-malformed`, `policy-duplicate-key`, and of a key in it `key-malformed`,
                `key-name-malformed`, `key-low-order`, `key-not-canonical`; each names the line.
        """
        reader = _Reader()
        for number, line in enumerate(_lines(data), start=1):
            reader.read(number, line)
        return cls(tuple(reader.logs), reader.witnesses, reader.groups, reader.the_quorum())

    def judge(self, note: SignedNote, *, now: int | None = None, cosigned_within: int | None = None) -> Verdict:
        """Decide whether a checkpoint is to be believed.

        Args:
            note: the checkpoint, as read.
            now: seconds since 1970; the caller owns the clock.
            cosigned_within: seconds before `now` in which the quorum must have cosigned. Without it an
                old checkpoint is as good as a new one. ValueError where one of the two is given alone.

        Raises:
            EvidenceError: `checkpoint-malformed`, `unknown-origin`, `signature-bad`, `signature-missing`,
                `quorum-not-met`, `cosignature-stale`, in this order.
        """
        if (now is None) != (cosigned_within is None):
            raise ValueError("now and cosigned_within are given together")
        checkpoint = parse_checkpoint(note.text)
        self._check_origin(checkpoint)
        signed = verify_note(note, [*self.logs, *self.witnesses.values()])
        log = next((key for key in signed if key in self.logs and key.name == checkpoint.origin), None)
        if log is None:
            expected, found = f"a signature by the log {shown(checkpoint.origin)}", "those of others"
            raise EvidenceError("signature-missing", _named(checkpoint), expected=expected, found=found)
        times = {
            name: max(map(cosignature_time, note.by(key))) for name, key in self.witnesses.items() if key in signed
        }
        if not self.is_quorum(times):
            expected, found = f"cosignatures for quorum {shown(self.quorum)}", _listed(times)
            remedy = "Ask the witnesses for their cosignatures"
            raise EvidenceError("quorum-not-met", _named(checkpoint), expected=expected, found=found, remedy=remedy)
        if now is not None and cosigned_within is not None:
            self._check_fresh(checkpoint, times, now, cosigned_within)
        return Verdict(checkpoint, log, times, self.quorum)

    def is_quorum(self, cosigners: Iterable[str]) -> bool:
        """Tell whether these witnesses, by their names in the policy, are enough."""
        satisfied = {name for name in cosigners if name in self.witnesses}
        for name, group in self.groups.items():
            if sum(member in satisfied for member in group.members) >= group.threshold:
                satisfied.add(name)
        return self.quorum == NONE or self.quorum in satisfied

    def _check_origin(self, checkpoint: Checkpoint) -> None:
        names = [log.name for log in self.logs]
        if checkpoint.origin not in names:
            raise EvidenceError(
                "unknown-origin",
                _named(checkpoint),
                expected="a log of the policy: " + (", ".join(map(shown, names)) or "it has none"),
                found=shown(checkpoint.origin),
                remedy="Take the policy for this log, from whom you trust",
            )

    def _check_fresh(self, checkpoint: Checkpoint, times: dict[str, int], now: int, within: int) -> None:
        # A time ahead of us is not fresh either: it would stay so for as long as it pleased.
        fresh = [name for name, time in times.items() if now - within <= time <= now + CLOCK_SKEW_MAX]
        if not fresh or not self.is_quorum(fresh):  # where the quorum is none, nobody vouches for the time
            raise EvidenceError(
                "cosignature-stale",
                _named(checkpoint),
                expected=f"quorum {shown(self.quorum)} within {within} seconds before {now}",
                found=_listed(times),
                remedy="Ask for a newer checkpoint; if there is none, the log may be showing an old one",
            )


@dataclass
class _Reader:
    """What has been defined so far, line by line."""

    number: int = 0
    logs: list[VerifierKey] = field(default_factory=list)
    witnesses: dict[str, VerifierKey] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    quorum: str | None = None
    key_lines: dict[bytes, int] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)  # members of groups

    def read(self, number: int, line: str) -> None:
        self.number = number
        words = BETWEEN_WORDS.split(line.strip(" \t"))
        match words:
            case [""]:
                pass
            case [first, *_] if first.startswith("#"):
                pass
            case ["log", key] | ["log", key, _]:
                self.logs.append(self.key(key, Kind.NOTE))
            case ["witness", name, key] | ["witness", name, key, _]:
                self.check_new(name)
                self.witnesses[name] = self.key(key, Kind.COSIGNATURE)
            case ["group", name, threshold, *members] if members:
                self.check_new(name)
                self.groups[name] = self.group(threshold, members)
            case ["quorum", name]:
                self.set_quorum(name)
            case _:
                raise self.malformed("log, witness, group or quorum and its words", shown(line))

    def key(self, text: str, kind: Kind) -> VerifierKey:
        try:
            key = VerifierKey.parse(text)
        except RefusedError as error:
            what = f"policy line {self.number}, {error.what}"
            raise EvidenceError(
                error.code, what, expected=error.expected, found=error.found, remedy=error.remedy
            ) from None
        if key.kind is not kind:
            raise self.malformed(f"a key of kind {kind:#04x}", f"{key.kind:#04x}")
        first = self.key_lines.setdefault(key.public, self.number)
        if first != self.number:
            raise EvidenceError(
                "policy-duplicate-key",
                f"policy line {self.number}",
                expected="a public key of its own",
                found=f"that of line {first}, as {shown(key.name)}",
                remedy="Let each log and each witness have its own key, once",
            )
        return key

    def group(self, threshold: str, members: Collection[str]) -> Group:
        for member in members:
            self.check_known(member)
            if member in self.taken:
                raise self.malformed("a member of no other group, named once", shown(member))
            self.taken.add(member)
        needed = {"any": "1", "all": str(len(members))}.get(threshold, threshold)
        if not NUMBER.fullmatch(needed) or int(needed) > len(members):
            raise self.malformed(f"all, any or a number from 1 to {len(members)}", shown(threshold))
        return Group(int(needed), tuple(members))

    def set_quorum(self, name: str) -> None:
        if self.quorum is not None:
            raise self.malformed("one quorum", "a second one")
        if name != NONE:
            self.check_known(name)
        self.quorum = name

    def the_quorum(self) -> str:
        if self.quorum is None:
            raise self.malformed("a quorum line up to here", "none")
        return self.quorum

    def check_new(self, name: str) -> None:
        if name == NONE or name in self.witnesses or name in self.groups:
            raise self.malformed("a new name", shown(name))

    def check_known(self, name: str) -> None:
        known = [*self.witnesses, *self.groups]
        if name not in known:
            found = shown(name) + nearest(shown(name), map(shown, known))
            raise self.malformed("the name of a witness or group defined above", found)

    def malformed(self, expected: str, found: str) -> EvidenceError:
        return _malformed(f"policy line {self.number}", expected, found)


def _lines(data: bytes) -> list[str]:
    if len(data) > POLICY_BYTES_MAX:
        raise _malformed("policy", f"at most {POLICY_BYTES_MAX} bytes", f"{len(data)}")
    if wrong := FORBIDDEN.search(data):
        raise _malformed("policy", "no control character but tab and LF", f"{data[wrong.start()]:#04x}")
    if not data.endswith(b"\n"):  # the cut name of one witness may be the name of another
        raise _malformed("policy", "LF at the end", "none")
    if (count := data.count(b"\n")) > POLICY_LINES_MAX:
        raise _malformed("policy", f"at most {POLICY_LINES_MAX} lines", f"{count}")
    return data.decode("utf-8", "surrogateescape").removesuffix("\n").split("\n")


def _listed(times: dict[str, int]) -> str:
    return ", ".join(f"{shown(name)} at {time}" for name, time in times.items()) or "no witness"


def _named(checkpoint: Checkpoint) -> str:
    return f"checkpoint of {shown(checkpoint.origin)} at size {checkpoint.size}"


def _malformed(what: str, expected: str, found: str) -> EvidenceError:
    remedy = "Correct the policy file, or ask for it again"
    return EvidenceError("policy-malformed", what, expected=expected, found=found, remedy=remedy)
