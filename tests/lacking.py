"""What a machine may lack that a test needs: its test is skipped there, but never in CI."""

from __future__ import annotations

import os

import pytest


def lacking(reason: str) -> None:
    """Skip where something is lacking, and say so; where CI=true that is a failure."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)
