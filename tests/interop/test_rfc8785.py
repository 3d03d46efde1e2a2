"""Leaves before `rfc8785`, somebody else's canonical JSON: the same bytes, and no others are read."""

from __future__ import annotations

import json
from typing import Any

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st
from published import AWKWARD, SIZE, Published, published
from test_leaf import COUNTS, FIELDS, IDS, TEXTS, values_of, with_defaults

from ledger.errors import EvidenceError
from ledger.field import INT_MAX
from ledger.leaf import CANONICAL, Row, decode_strictly, encode

MANY = settings(max_examples=60, deadline=None)
CONTROLS = st.text(st.characters(max_codepoint=0x7F), max_size=9)  # in disclosures and requests, never in leaves
VALUES = st.recursive(
    st.one_of(TEXTS, CONTROLS, st.booleans(), COUNTS, st.integers(-INT_MAX, INT_MAX)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(IDS, inner, max_size=4)),
    max_leaves=12,
)
EVENTS = st.sampled_from(sorted(FIELDS)).flatmap(values_of)


@pytest.fixture(scope="session")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Published:
    return published(tmp_path_factory.getbasetemp())


def test_every_leaf_of_a_ledger_is_canonical(ledger: Published) -> None:
    assert len(ledger.leaves) == SIZE
    for leaf in ledger.leaves:
        assert rfc8785.dumps(json.loads(leaf)) == leaf
    assert json.loads(ledger.leaves[0])["title"] == AWKWARD


@given(VALUES)
@MANY
def test_values_of_the_profile_are_written_the_same(value: Any) -> None:
    assert json.dumps(value, **CANONICAL).encode() == rfc8785.dumps(value)


@given(EVENTS)
@MANY
def test_an_event_that_somebody_else_wrote_is_read_and_written_back(values: dict[str, Any]) -> None:
    leaf = rfc8785.dumps(with_defaults(values))
    assert encode(decode_strictly(row_of(values, leaf))) == leaf


@given(EVENTS)
@MANY
def test_an_event_in_any_other_spelling_is_not_read(values: dict[str, Any]) -> None:
    whole = with_defaults(values)
    leaf = rfc8785.dumps(whole)
    backwards = dict(sorted(whole.items(), reverse=True))
    spellings = {
        json.dumps(whole, ensure_ascii=False, sort_keys=True).encode(),
        json.dumps(whole, separators=(",", ":"), sort_keys=True).encode(),
        json.dumps(backwards, separators=(",", ":"), ensure_ascii=False).encode(),
        leaf + b"\n",
        b"\xef\xbb\xbf" + leaf,
    }
    for spelling in spellings - {leaf}:
        with pytest.raises(EvidenceError, match=r"^(not-canonical|leaf-malformed): "):
            decode_strictly(row_of(values, spelling))


def row_of(values: dict[str, Any], leaf: bytes) -> Row:
    return Row(7, values["stream"], values["version"], values["type"], leaf)
