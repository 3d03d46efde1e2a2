"""Rulings: made, told, corrected. A ruling that is not fair is refused; the order is that of `rules.fairness`.

A ruling reaches the roll as the person is told of it, in one transaction with that: so nobody loses an entry before
they could know.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from pydantic import Field

from ledger.decision import Act, Command, Outcome, State, decision
from ledger.errors import refused
from ledger.event import Event, Plain
from ledger.field import Count, Hash, Id, Text
from ledger.rules.fairness import ADVERSE
from ledger.streams.body import Body, body_stream
from ledger.streams.case import Case, case_stream, docket_stream, require_open_case, require_ruling
from ledger.streams.case import Docket as DocketState
from ledger.streams.entry import Entries, EntryRemoved, EntryRestored, entry_stream
from ledger.streams.fair_ruling import Asked, ruling_faults
from ledger.streams.ground import Grounds, ground_stream
from ledger.streams.interest import Interests, interests_stream
from ledger.streams.merge import Merge, merge_stream
from ledger.streams.person import PersonalText
from ledger.streams.procedure import Procedure, procedure_stream
from ledger.streams.ruling_events import (
    DecidedBy,
    EntryEffect,
    Finding,
    PaperAction,
    RulingCorrected,
    RulingMade,
    RulingNotified,
    RulingOutcome,
)
