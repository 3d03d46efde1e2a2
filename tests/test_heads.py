"""Heads of all streams, recorded at sealing points."""

from __future__ import annotations

import pytest
from scenario import Given, given, happened

from ledger.decision import fold
from ledger.figures import HeadsFigures
from ledger.streams.contest import PollClosed
from ledger.streams.heads import STREAM, Heads, RecordStreamHeads, StreamHeadsRecorded

RECORD = RecordStreamHeads()
ROOT = "sha256:" + "7" * 64


def heads(position: int, streams: int = 3) -> HeadsFigures:
    return HeadsFigures(position=position, streams=streams, root=ROOT)


def recorded(position: int, version: int = 1) -> StreamHeadsRecorded:
    event = happened(StreamHeadsRecorded, STREAM, version, as_of_position=position, root=ROOT, streams=3)
    assert isinstance(event, StreamHeadsRecorded)
    return event


def test_records_the_heads_of_all_streams_as_of_a_position() -> None:
    given(figures=heads(7)).when(RECORD).then(recorded(7))


def test_records_the_heads_again_once_something_else_was_recorded() -> None:
    before = given(RECORD, figures=heads(7))
    Given(before.events, figures=heads(9)).when(RECORD).then(recorded(9, version=2))


def test_refuses_the_heads_of_an_empty_ledger() -> None:
    given(figures=heads(-1, streams=0)).when(RECORD).then_refused("nothing-new")


def test_refuses_the_heads_when_nothing_but_heads_was_recorded_since() -> None:
    before = given(RECORD, figures=heads(7))
    Given(before.events, figures=heads(8)).when(RECORD).then_refused("nothing-new")


def test_heads_do_not_evolve_by_an_event_of_another_stream() -> None:
    with pytest.raises(TypeError, match=r"poll-closed\.v1 does not belong to ledger/heads"):
        fold(Heads(STREAM), [happened(PollClosed, STREAM, contest="leader")])
