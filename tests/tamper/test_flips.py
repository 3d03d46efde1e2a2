"""Single bytes of a ledger's files flipped: a sample of what `flip_bytes.py` does in full."""

from __future__ import annotations

import random
from pathlib import Path

from flip_bytes import FILES, GOOD, PAGE_BYTES, SEED, Flip, kind, make_target, tally

SAMPLE = 150


def test_flips_are_found_or_refused_or_harmless(tmp_path: Path) -> None:
    target = make_target(tmp_path / "world", PAGE_BYTES)
    chance = random.Random(SEED)
    # Bytes that are zero are unused, most of them: one in ten of the sample.
    used = [flip for flip in target.flips() if target.sound[flip.file][flip.at]]
    unused = [flip for flip in target.flips() if not target.sound[flip.file][flip.at]]
    sample = chance.sample(used, SAMPLE * 9 // 10) + chance.sample(unused, SAMPLE // 10)
    counts = tally(target, sample)
    bad = {what: count for what, count in counts.items() if kind(what[1]) not in GOOD}
    assert not bad, (SEED, bad)
    assert counts.total() == SAMPLE
    for outcome in ("found", "refused", "harmless"):
        assert any(kind(each) == outcome for _, each in counts), outcome


def test_a_flip_that_is_missed_is_told(tmp_path: Path) -> None:
    """The measure itself: where verification is blind, a flip in a leaf is counted as missed."""
    target = make_target(tmp_path / "world", PAGE_BYTES)
    clean = target.verify()
    dumps = {file: target.dump(file) for file in FILES}
    at = target.sound["ledger.db"].index(b"Leader 2010")
    flip = Flip("ledger.db", at, 1)
    assert target.outcome(flip, clean, dumps) == "found"
    object.__setattr__(target, "__class__", type("Blind", (type(target),), {"verify": lambda _: clean}))
    assert target.outcome(flip, clean, dumps) == "missed"
