"""Count rules as data: every choice on which counts differ is a field, and no field has a default.

A contest pins its rule by content hash, for ever. Sources of the choices: docs/reference/rules.md.
"""

from __future__ import annotations

import hashlib
from typing import Annotated

from pydantic import Field

from ledger.rules.alternative import AnyAlternativeVote
from ledger.rules.crosses import AnyCrossRule
from ledger.rules.transferable import AnySTV

AnyCountRule = AnyAlternativeVote | AnyCrossRule | AnySTV
CountRule = Annotated[AnyCountRule, Field(discriminator="version")]


def rule_hash(rule: CountRule) -> str:
    """Name a count rule by its content: SHA-256 of its canonical JSON."""
    return "sha256:" + hashlib.sha256(rule.__pydantic_serializer__.to_json(rule)).hexdigest()
