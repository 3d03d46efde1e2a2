"""The check of a bundle, with no ledger at hand: nothing in it was changed, and nothing left out.

In this order, and the first finding is raised: the policy judges the checkpoint's signatures; the recorded
heads are under the checkpoint; each stream that the subject may have is there, each of its events is under
the checkpoint and strictly its type's, they follow one another without a gap, and up to the recorded heads
there are as many as the stream's head says; each disclosure is what a digest in these events names.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from math import isfinite
from typing import Any, Literal, NamedTuple

from ledger.errors import EvidenceError
from ledger.event import Event
from ledger.leaf import Row, decode_strictly, disclosure_digest, undisclose
from ledger.seal.bundle import Bundle, Proved, SubjectStream, streams_of
from ledger.seal.checkpoint import Checkpoint
from ledger.seal.heads import version_proved
from ledger.seal.keys import decode_base64
from ledger.seal.merkle import check_inclusion, leaf_hash
from ledger.seal.note import parse_note
from ledger.seal.policy import Policy, Verdict
from ledger.streams.heads import STREAM, StreamHeadsRecorded
from ledger.streams.person import DisclosureErased

DEPTH_MAX = 32  # lists and records inside each other, in a private value
REMEDY = "Keep the bundle: it is not what the record says"


class Value(NamedTuple):
    """A private value of an event: shown, erased lawfully, or withheld; `value` only where it is shown."""

    position: int
    field: str
    digest: str
    state: Literal["disclosed", "erased", "withheld"]
    value: Any = None


class Examined(NamedTuple):
    """What a bundle proves.

    Attributes:
        as_of: the position up to which nothing is missing.
        heads: position of the event that recorded the heads, and when.
        versions: stream -> its version as of that position, 0 where there was no such stream.
        events: positions and events, ascending; those after `as_of` are real, but more may have followed.
        values: the private values in them.
    """

    checkpoint: Checkpoint
    as_of: int
    heads: tuple[int, str]
    versions: dict[str, int]
    events: list[tuple[int, Event]]
    values: list[Value]


def check_bundle(bundle: Bundle, policy: Policy) -> tuple[Verdict, Examined]:
    """Check a bundle as somebody who has nothing but a policy.

    Raises:
        EvidenceError: what parse_note and Policy.judge raise, and what `examine` raises.
    """
    verdict = policy.judge(parse_note(bundle.checkpoint.encode()))
    return verdict, examine(bundle, verdict.checkpoint)


def examine(bundle: Bundle, checkpoint: Checkpoint) -> Examined:
    """Check all but the signatures: that the bundle is whole under this checkpoint.

    Raises:
        EvidenceError: `inclusion-wrong`, `leaf-malformed` and what else `decode_strictly` raises, `heads-missing`,
            `streams-differ`, `head-wrong`, `absence-unproved`, `other-stream`, `version-gap`, `order-wrong`,
            `events-withheld`, `head-differs`, `disclosure-malformed`, `disclosure-of-no-leaf`,
            `disclosure-not-erased`.
    """
    heads = _event_of(bundle.heads, checkpoint)
    at = bundle.heads.position
    if not (isinstance(heads, StreamHeadsRecorded) and heads.stream == STREAM and heads.as_of_position < at):
        raise EvidenceError(
            "heads-missing",
            f"event {at}",
            expected="heads of all streams as of a position before it",
            found=f"{heads.type} of {heads.stream}",
            remedy=REMEDY,
            position=at,
        )
    expected = streams_of(bundle.subject)
    if (found := tuple(part.stream for part in bundle.streams)) != expected:
        raise EvidenceError(
            "streams-differ",
            f"the bundle of {bundle.subject}",
            expected=f"the streams {', '.join(expected)}",
            found=", ".join(found) or "none",
            remedy="Ask for a bundle made by the version of pollbook that you check it with",
        )
    root = bytes.fromhex(heads.root.removeprefix("sha256:"))
    versions: dict[str, int] = {}
    events: list[tuple[int, Event]] = []
    for part in bundle.streams:
        versions[part.stream] = version_proved(part.stream, part.heads, heads.streams, root)
        own = _events_of(part, checkpoint)
        _check_head(part.stream, versions[part.stream], [at for at, _ in own], heads.as_of_position)
        events += own
    events.sort(key=lambda each: each[0])
    values = list(_values(events, bundle.disclosures or ()))
    return Examined(checkpoint, heads.as_of_position, (at, heads.recorded), versions, events, values)


def read_leaf(position: int, leaf: bytes) -> Event:
    """Read a leaf that somebody handed over, by what it says itself to be.

    Raises:
        EvidenceError: `leaf-malformed`, and what `decode_strictly` raises.
    """
    try:
        body = json.loads(leaf)
        row = Row(position, body["stream"], body["version"], body["type"], leaf)
        if isinstance(row.type, str) and isinstance(row.stream, str):
            return decode_strictly(row)
    except (ValueError, KeyError, TypeError, RecursionError):
        pass
    raise EvidenceError(
        "leaf-malformed", f"event {position}", expected="a leaf", found=repr(leaf[:40]), position=position
    )


def _event_of(proved: Proved, checkpoint: Checkpoint) -> Event:
    leaf = proved.leaf.encode()
    path = [decode_base64(step) for step in proved.path]
    if not check_inclusion(proved.position, checkpoint.size, leaf_hash(leaf), path, checkpoint.root):
        raise EvidenceError(
            "inclusion-wrong",
            f"event {proved.position} of the bundle",
            expected=f"a path from leaf hash {leaf_hash(leaf).hex()} to root {checkpoint.root.hex()}",
            found=f"one of {len(path)} hashes that leads elsewhere",
            remedy=REMEDY,
            position=proved.position,
        )
    return read_leaf(proved.position, leaf)


def _events_of(part: SubjectStream, checkpoint: Checkpoint) -> list[tuple[int, Event]]:
    events: list[tuple[int, Event]] = []
    for version, proved in enumerate(part.events, 1):
        position, event = proved.position, _event_of(proved, checkpoint)
        if event.stream != part.stream:
            raise EvidenceError(
                "other-stream",
                f"event {position}",
                expected=f"an event of {part.stream}",
                found=event.stream,
                remedy=REMEDY,
                position=position,
            )
        if event.version != version:
            raise EvidenceError(
                "version-gap",
                f"event {position} of {part.stream}",
                expected=f"version {version}",
                found=event.version,
                remedy=REMEDY,
                position=position,
            )
        if events and (position <= events[-1][0] or event.recorded < events[-1][1].recorded):
            raise EvidenceError(
                "order-wrong",
                f"event {position} of {part.stream}",
                expected=f"a position and a time after those of event {events[-1][0]}",
                found=f"recorded {event.recorded}",
                remedy=REMEDY,
                position=position,
            )
        events.append((position, event))
    return events


def _check_head(stream: str, version: int, positions: Sequence[int], as_of: int) -> None:
    """Check that a stream has as many events up to the recorded heads as its head says."""
    found = sum(position <= as_of for position in positions)
    if found < version:
        raise EvidenceError(
            "events-withheld",
            stream,
            expected=f"{version} events up to position {as_of}, as its recorded head says",
            found=found,
            remedy="Ask for the events that are missing",
        )
    if found > version:
        raise EvidenceError(
            "head-differs",
            stream,
            expected=f"{version} events up to position {as_of}, as its recorded head says",
            found=found,
            remedy="Keep the bundle: the heads were recorded falsely",
        )


def _values(events: Sequence[tuple[int, Event]], disclosures: Sequence[str]) -> Iterator[Value]:
    shown = {disclosure_digest(text): _undisclosed(text) for text in disclosures}
    used: set[str] = set()
    erased = {digest for _, event in events if isinstance(event, DisclosureErased) for digest in event.digests}
    for position, event in events:
        for field in event.private:
            digest = getattr(event, field)
            if digest is None:  # left out, as it may be
                continue
            if digest not in shown:
                yield Value(position, field, digest, "erased" if digest in erased else "withheld")
                continue
            named, value = shown[digest]
            used.add(digest)
            if named != field:
                raise EvidenceError(
                    "disclosure-malformed",
                    f"event {position} of {event.stream}",
                    expected=f"the disclosure of {field}",
                    found=f"one of {named}",
                    remedy=REMEDY,
                    position=position,
                )
            if digest in erased:
                raise EvidenceError(
                    "disclosure-not-erased",
                    f"{field} of event {position}",
                    expected="nothing, for its erasure is on record",
                    found="the value",
                    remedy="Tell the ledger's returning officer: the erasure was not carried out everywhere",
                    position=position,
                )
            yield Value(position, field, digest, "disclosed", value)
    for digest in shown.keys() - used:
        raise EvidenceError(
            "disclosure-of-no-leaf",
            "a disclosure",
            expected="a digest that is in one of the events",
            found=digest,
            remedy=REMEDY,
        )


def _undisclosed(text: str) -> tuple[str, Any]:
    try:
        field, value = undisclose(text)
        if _is_plain(value, DEPTH_MAX):
            return field, value
    except (ValueError, TypeError, RecursionError):
        pass
    raise EvidenceError(
        "disclosure-malformed",
        f"disclosure {disclosure_digest(text)}",
        expected="base64url of a JSON array of salt, field and value",
        found="something else",
        remedy=REMEDY,
    )


def _is_plain(value: Any, depth: int) -> bool:
    """Tell whether a value can be shown: no number that is none, and nested no deeper than this."""
    if isinstance(value, dict | list):
        inner = value.values() if isinstance(value, dict) else value
        return depth > 0 and all(_is_plain(each, depth - 1) for each in inner)
    return not isinstance(value, float) or isfinite(value)
