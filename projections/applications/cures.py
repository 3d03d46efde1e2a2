"""Whom invitations in bulk tell what is wrong, and whose applications lapse: every open application of an election."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ledger.event import Event
from ledger.streams.application import Application
from ledger.streams.batch_head import BatchHead
from ledger.streams.curing import Notice, invitation_event, lapse_event, require_invitable, require_lapsing
from projections.applications.admissions import OpenApplications


@dataclass
class Invitations(OpenApplications):
    """The applicants who are to be told what is wrong, by a notice."""

    notice: Notice | None = None

    def by(self, notice: Notice) -> Invitations:
        """Give those who are to be told by a notice; what is left out counts alike."""
        return replace(self, notice=notice)

    def made(self, application: Application, on: Mapping[str, Any], *heads: BatchHead) -> Event:
        """Make the invitation of an applicant."""
        assert self.notice is not None  # noqa: S101  # given before anybody is looked at
        cases = self.cases_of(application)
        fault = require_invitable(application, self.franchise, self.notice, *heads, cases=cases)
        return invitation_event(on, self.notice, fault)


class Lapses(OpenApplications):
    """The applications that are to lapse, at the moment that the lapses take effect."""

    def made(self, application: Application, on: Mapping[str, Any], *heads: BatchHead) -> Event:
        """Make the lapse of an application."""
        cases = self.cases_of(application)
        cause = require_lapsing(application, self.franchise, on["effective"], *heads, cases=cases)
        return lapse_event(on, application, cause)
