"""What is written on a paper, before any rule says what it means. The write side and the count read it here.

A paper is its marks: ranks from first to last joined by `>`, candidates at one rank joined by `=`.
Faults are judged on the paper as marked: never on who still continues, and never on what an earlier
fault has left of the paper.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

Fault = Literal["blank", "duplicate", "gap", "overvote"]
Rank = tuple[str, ...]


def ranks(marks: str) -> tuple[Rank, ...]:
    """Split marks into ranks, first to last, each the names written there in their order.

    A rank left out is `()`. Empty ranks after the last mark are left off, so `a>` is `a`, and the
    papers ``, `>` and `>>` are all `()`. A name repeated within one rank is one mark: `a=a` is `a`.
    """
    written = marks.rstrip(">")
    if not written:
        return ()
    return tuple(tuple(dict.fromkeys(rank.split("="))) if rank else () for rank in written.split(">"))


def judged(marks: str, candidates: Container[str]) -> Iterator[tuple[Rank, frozenset[Fault]]]:
    """Go through the ranks, each with the faults that lie at it.

    * gap: nothing is written here, and something is at a later rank;
    * overvote: several candidates are marked here;
    * duplicate: a candidate marked here is also marked at an earlier rank, be that an overvote itself.

    One rank may have two faults: the second of `a>a=b` is an overvote and holds a duplicate. Names that
    no candidate has are no marks and no faults; they are for `unknown` to find.
    """
    earlier: set[str] = set()
    for names in ranks(marks):
        marked = [name for name in names if name in candidates]
        found: set[Fault] = set()
        if not names:
            found.add("gap")
        if len(marked) > 1:
            found.add("overvote")
        if not earlier.isdisjoint(marked):
            found.add("duplicate")
        earlier.update(marked)
        yield names, frozenset(found)


def faults(marks: str, candidates: Container[str]) -> frozenset[Fault]:
    """Find every kind of fault on the paper; one on which nothing is written is `blank` and nothing else."""
    if not ranks(marks):
        return frozenset({"blank"})
    return frozenset(fault for _, found in judged(marks, candidates) for fault in found)


def unknown(marks: str, candidates: Container[str]) -> str | None:
    """Give the first name on the paper that no candidate has, or None.

    `=` with nothing beside it, as in `a=`, names a candidate without a name: the answer is then ``.
    """
    return next((name for names in ranks(marks) for name in names if name not in candidates), None)
