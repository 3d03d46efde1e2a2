"""What the tests of formats share: a roll of candidates, and how a refusal reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from ledger.errors import RefusedError
from ledger.rules.marks import ranks
from projections.formats.paper_file import PaperFile, Roll

NAMES = (("adam", "Adam Smith"), ("basil", "Basil"), ("charlotte", "Charlotte"), ("donald", "Donald Ó Dúill"))
ROLL = Roll.of(NAMES)
Reader = Callable[..., PaperFile]


def read(reader: Reader, text: str | bytes, file: str = "papers.txt", roll: Roll = ROLL, **options: Any) -> PaperFile:
    return reader(text.encode() if isinstance(text, str) else text, file, roll, **options)


def refused(reader: Reader, text: str | bytes, code: str, *says: str, roll: Roll = ROLL, **options: Any) -> str:
    """Read what has to be refused with that code, in one line that says those things."""
    with pytest.raises(RefusedError) as caught:
        read(reader, text, roll=roll, **options)
    line = str(caught.value)
    assert caught.value.code == code, line
    assert "\n" not in line
    for part in says:
        assert part in line, line
    return line


def same_marks(papers: Mapping[str, int], *, ordered: bool = True) -> dict[str, int]:
    """Bring papers to one spelling; where the order within a rank may be lost, to that of the ids."""
    found: dict[str, int] = {}
    for marks, count in papers.items():
        spelled = ">".join("=".join(rank if ordered else sorted(rank)) for rank in ranks(marks))
        found[spelled] = found.get(spelled, 0) + count
    return found
