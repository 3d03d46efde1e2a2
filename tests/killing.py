"""Kills as they look from inside: at a call of a method, before or after it did its work."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


class Killed(BaseException):
    """What a kill looks like from inside: nothing catches it."""


def kill_at(monkeypatch: pytest.MonkeyPatch, owner: type, methods: str, call: int = 1, *, after: bool = False) -> None:
    """Be killed at so many calls of a method, or of several by their names, before or after it did its work."""
    calls = 0

    def wrap(work: Callable[..., Any]) -> Callable[..., Any]:
        def killing(*words: Any, **more: Any) -> Any:
            nonlocal calls
            calls += 1
            number = calls
            if number == call and not after:
                raise Killed
            done = work(*words, **more)
            if number == call:
                raise Killed
            return done

        return killing

    for method in methods.split():
        monkeypatch.setattr(owner, method, wrap(getattr(owner, method)))
