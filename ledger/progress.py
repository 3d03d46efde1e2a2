"""How long work shows how far it is; the command line says what a terminal sees of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

Progress = Callable[[int], None]  # told that so many more are done
Stages = Callable[[str, int], AbstractContextManager[Progress]]  # what is done, and how many there are; 0: not known
Shown = Callable[[int], AbstractContextManager[Progress]]  # given how many there are to do


@contextmanager
def unseen(_total: int) -> Iterator[Progress]:
    """Show nothing."""
    yield lambda _done: None


@contextmanager
def unseen_stage(_what: str, _total: int) -> Iterator[Progress]:
    """Show nothing of a stage of long work."""
    yield lambda _done: None
