"""Who is to be told what is wrong with their application, and whose lapses: by the tests, and by what was told."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from ledger.errors import refused
from ledger.rules.franchise import FeePaid
from ledger.rules.local_time import Dated, dated_at, hours_after
from ledger.streams.application import Application, Cure, require_open
from ledger.streams.application_events import ApplicationLapsed, CureInvited
from ledger.streams.batch_head import BatchHead
from ledger.streams.cure_events import Curable, InvitationOpened, Told
from ledger.streams.franchise import Adopted
from ledger.streams.ground import Grounds, require_ground
from ledger.streams.refused_application import require_no_case
from ledger.streams.tested import require_settled, require_tested


class Notice(NamedTuple):
    """The notice that applicants are told by: what each test goes by, its text's id, when it was served, the zone."""

    curable: tuple[Curable, ...]
    notice: str
    served: str
    zone: str

    @classmethod
    def opened(cls, event: InvitationOpened) -> Notice:
        """Take it from how invitations were opened."""
        return cls(event.curable, event.notice, event.served, event.zone)


def curable_of(cures: Iterable[Told], served: str, grounds: Grounds, election: str) -> tuple[Curable, ...]:
    """Give what each test goes by, in the order of their names, as it was when the notice was served.

    Raises:
        RefusedError: `ground-not-adopted`, `not-curable`, in that order.
    """
    found = []
    for each in sorted(cures, key=lambda each: each.test):
        ground = require_ground(grounds, each.ground, served, election)
        if ground.cure_hours is None:
            what = f"election {election}, ground {each.ground}"
            raise refused("not-curable", what, "a ground with cure_hours", "none", "A ruling has to decide it")
        found.append(Curable(ground=each.ground, hours=ground.cure_hours, test=each.test))
    return tuple(found)


class Fault(NamedTuple):
    """What an applicant is told of: grounds, the tests that go by them, and until when there is time."""

    grounds: tuple[str, ...]
    tests: tuple[str, ...]
    deadline: Dated


def require_invitable(
    application: Application, franchise: Adopted, notice: Notice, *batches: BatchHead, cases: Collection[str] = ()
) -> Fault:
    """Give what an applicant is to be told of; refuse where that is nothing, or was told before.

    Args:
        cases: ids of the open cases about it.

    Raises:
        RefusedError: `unknown-application`, `received-late`, `already-determined`, `batch-open`, `open-referral`,
            `open-case`, `checks-outstanding`, `no-franchise`, `unknown-category`, `tests-passed`, `tests-outstanding`,
            `not-curable`, `cure-open`, `cure-supplied`, `cure-lapsed`, `notice-not-served`, in that order.
    """
    failed = _failed(application, franchise, *batches, cases=cases)
    where = application.stream
    grounds: Mapping[str, Curable] = {each.test: each for each in notice.curable}
    beyond = [each for each in failed if each not in grounds]
    if beyond:
        expected = f"no test failed but {', '.join(grounds)}"
        raise refused("not-curable", where, expected, ", ".join(beyond), "A ruling has to decide it")
    fresh = [test for test in failed if grounds[test].ground not in application.cures]
    if not fresh:
        cures = [application.cures[grounds[test].ground] for test in failed]
        raise refused(_told(cures), where, "a fault that was not told of yet", "faults that were", "Nothing to do")
    if application.run is None or application.run.recorded > notice.served:
        found = application.run.recorded if application.run else "never"
        remedy = "Serve a notice on those, and record it"
        raise refused("notice-not-served", where, f"checks that were run by {notice.served}", found, remedy)
    hours = max(grounds[test].hours for test in fresh)
    told = tuple(dict.fromkeys(grounds[test].ground for test in fresh))
    return Fault(told, tuple(fresh), _deadline(notice.served, hours, notice.zone))


def _told(cures: list[Cure]) -> str:
    """Say how it stands with what was told before: whatever is still open first."""
    if any(not each.lapsed and each.supplied is None for each in cures):
        return "cure-open"
    return "cure-supplied" if any(each.supplied for each in cures) else "cure-lapsed"


@lru_cache(maxsize=64)
def _deadline(served: str, hours: int, zone: str) -> Dated:
    return dated_at(hours_after(served, hours), zone, "deadline")


def require_lapsing(
    application: Application, franchise: Adopted, at: str, *batches: BatchHead, cases: Collection[str] = ()
) -> Literal["unpaid", "uncured"]:
    """Give for what cause an application lapses at a moment (UTC); refuse one that does not.

    Args:
        cases: ids of the open cases about it.

    Raises:
        RefusedError: `unknown-application`, `received-late`, `already-determined`, `not-invited`, `batch-open`,
            `open-referral`, `open-case`, `checks-outstanding`, `no-franchise`, `unknown-category`, `tests-passed`,
            `tests-outstanding`, `cure-supplied`, `cure-late`, `cure-open`, `not-told`, in that order.
    """
    where = application.stream
    require_open(application)
    if not application.cures:
        raise refused("not-invited", where, "an invitation to put something right", "none", "Nothing to do")
    failed = _failed(application, franchise, *batches, cases=cases)
    for name, cure in application.cures.items():
        what = f"{where}, ground {name}"
        if cure.supplied and not cure.lapsed:
            code = "cure-late" if cure.supplied.late else "cure-supplied"
            raise refused(code, what, "nothing supplied", "an answer", "An officer, or a ruling, decides")
        until = cure.invited.deadline.utc
        if not cure.lapsed and at <= until:
            raise refused("cure-open", what, f"a moment after {until}", at, "Wait for the end of it")
    told = [each.invited.tests for each in application.cures.values()]
    untold = [] if None in told else sorted(set(failed).difference(*filter(None, told)))
    if untold:
        expected = "no test failed that they were not told of"
        raise refused("not-told", where, expected, ", ".join(untold), "Invite them to put that right")
    return "unpaid" if application.short else "uncured"


def _failed(application: Application, franchise: Adopted, *batches: BatchHead, cases: Collection[str]) -> list[str]:
    """Give the tests that an application failed; refuse one of which none is known, or that passes all."""
    received = require_open(application)
    require_settled(application, *batches)
    require_no_case(application, cases)
    where = application.stream
    if application.anew:
        found = "money, or something put right, after them"
        raise refused("checks-outstanding", where, "checks of all that came in", found, "Run the checks again")
    category, verdicts = require_tested(application, received, franchise)
    failed = [each.code for each in verdicts if each.outcome == "failed"]
    unpaid = application.short and any(isinstance(test, FeePaid) for test in category.tests)
    if not failed and not unpaid and all(each.outcome == "passed" for each in verdicts):
        raise refused("tests-passed", where, "a test that is not passed", "none", "Admit it")
    if not failed:
        raise refused("tests-outstanding", where, "a test that failed", "none yet", "Run the checks, or decide by hand")
    return failed


def invitation_event(envelope: Mapping[str, Any], notice: Notice, fault: Fault) -> CureInvited:
    """Make the event of an invitation, one of many."""
    return CureInvited(
        **envelope,
        deadline=fault.deadline,
        grounds=fault.grounds,
        notice=notice.notice,
        served=notice.served,
        tests=fault.tests,
    )


def lapse_event(
    envelope: Mapping[str, Any], application: Application, cause: Literal["unpaid", "uncured"]
) -> ApplicationLapsed:
    """Make the event of a lapse, one of many: on every ground that was told of."""
    return ApplicationLapsed(**envelope, cause=cause, grounds=tuple(application.cures))
