"""What every format is written with: papers in one spelling, and the refusal where a format has no way to write one."""

from __future__ import annotations

from collections.abc import Mapping

from ledger.errors import RefusedError
from ledger.rules.marks import ranks


def tidy(papers: Mapping[str, int]) -> dict[str, int]:
    """Bring papers to one spelling for writing: ranks as `ranks` reads them, ordered by marks."""
    found: dict[str, int] = {}
    for marks, count in papers.items():
        spelled = ">".join("=".join(rank) for rank in ranks(marks))
        found[spelled] = found.get(spelled, 0) + count
    return dict(sorted(found.items()))


def inexpressible(form: str, expected: str, marks: str) -> RefusedError:
    """Make the refusal to write papers that a format has no way to write."""
    return RefusedError(
        "format-cannot-express",
        form,
        expected=expected,
        found=repr(marks),
        remedy="Choose another format: blt, csv and json hold every paper",
    )
