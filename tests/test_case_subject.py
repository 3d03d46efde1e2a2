"""A case about an entry is about one on the roll of its own election."""

from __future__ import annotations

from ruled import BEFORE, OPEN, P
from scenario import but, given


def test_an_entry_of_another_election_is_not_what_a_case_is_about() -> None:
    before = given(*BEFORE[: BEFORE.index(OPEN)])
    assert before.when(but(OPEN, subject=f"entry/labour/{P}")).events
    before.when(but(OPEN, subject=f"entry/other/{P}")).then_refused("subject-unfit")
