"""Meetings of bodies that nominate: what a rule asks of them, what one was, and in what it fell short."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from ledger.event import Canonical
from ledger.field import Count, Text

DAYS_MAX = 366
MeetingKind = Literal["all-member", "delegate", "executive"]


class MeetingRule(Canonical):
    """What a body's meeting has to be for its nomination to be regular."""

    kinds: tuple[MeetingKind, ...] = Field(min_length=1, description="kinds of meeting that may nominate")
    notice_days_min: int = Field(ge=0, le=DAYS_MAX, description="days of notice at least; 0: none is asked for")
    present_min: Count = Field(description="how many have to be present at least; 0: any number")


class Meeting(Canonical):
    """The meeting of a body that nominated, and how it voted."""

    certified_by: Text | None = Field(
        None, description="office that certified it, such as chair; without one the nomination is irregular"
    )
    eligible: Count = Field(description="how many were eligible to attend")
    in_favour: Count = Field(description="how many voted for the nominee")
    kind: MeetingKind = Field(description="kind of meeting")
    notice_days: Count = Field(description="days of notice that were given")
    present: Count = Field(description="how many were present")


def irregularities(rule: MeetingRule | None, meeting: Meeting | None) -> Iterator[str]:
    """Say in what a meeting falls short of the rule; nothing where the rule asks for no meeting."""
    if meeting is not None and meeting.present > meeting.eligible:
        yield f"present {meeting.present} of {meeting.eligible} eligible"
    if rule is None:
        return
    if meeting is None:
        yield "no facts of the meeting"
        return
    if meeting.kind not in rule.kinds:
        yield f"{meeting.kind} meeting, not {' or '.join(rule.kinds)}"
    if meeting.notice_days < rule.notice_days_min:
        yield f"notice {meeting.notice_days} < {rule.notice_days_min} days"
    if meeting.present < rule.present_min:
        yield f"present {meeting.present} < {rule.present_min}"
    if 2 * meeting.in_favour <= meeting.present:
        yield f"in favour {meeting.in_favour} of {meeting.present}, no majority"
    if meeting.certified_by is None:
        yield "not certified"
