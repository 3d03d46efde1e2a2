"""The formats by name: what is written under a name is read under it."""

from __future__ import annotations

import inspect

import pytest
from form import NAMES, ROLL

from projections.formats.forms import READABLE, WRITABLE, Written
from projections.formats.preflib import KINDS

PAPERS = {"donald>adam>basil>charlotte": 2}


@pytest.mark.parametrize("form", WRITABLE)
def test_what_is_written_is_read(form: str) -> None:
    text = WRITABLE[form](Written(NAMES, PAPERS, 1, "Leader"))
    found = READABLE["preflib" if form in KINDS else form].reader(text.encode(), f"x.{form}", ROLL)
    assert found.papers == PAPERS


@pytest.mark.parametrize("form", READABLE)
def test_options_are_those_of_the_reader(form: str) -> None:
    names = list(inspect.signature(READABLE[form].reader).parameters)
    assert names[:3] == ["source", "file", "roll"]
    assert READABLE[form].options == set(names[3:])
