"""Runs of checks at the desk, on both stores: killed anywhere and gone on with, met by others, decided and refused."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from killing import Killed, kill_at
from officers import FOUND, signer, signing_desk
from pydantic import ValidationError
from scenario import CALL_ELECTION, but, given
from stores import LedgerPlace, desk_at
from test_application import APPLY, FEE, TIMETABLE

from ledger.checks.score import MATCHER
from ledger.decision import Command
from ledger.desk import Desk
from ledger.errors import RefusedError
from ledger.event import Event
from ledger.leaf import encode
from ledger.seal.merkle import leaf_hash
from ledger.storage.store import Ledger
from ledger.streams.application_events import Check, ChecksRun
from ledger.streams.checks import ChecksClosed, ChecksOpened, CheckVersion, RunChecks
from ledger.streams.payment import ReceiveFee
from projections.verify.run import verify
from projections.verify.sealing import Notes, Trust

STREAM = "checks/labour/1"
KEYS = [f"{number:024x}" for number in range(1, 8)]
PAID = ReceiveFee(application=KEYS[3], payment="c" * 24, amount=300, currency="GBP", day="2010-07-02")
SET_UP: tuple[Command, ...] = (CALL_ELECTION, TIMETABLE, FEE, *(but(APPLY, application=key) for key in KEYS))
BOTH = "append append_leaves"
PAYMENT = (CheckVersion(check="payment", version="1"),)


@dataclass(frozen=True)
class Listed:
    """Found: nothing was paid by anybody, whose streams are at version 1."""

    keys: Sequence[str]
    version: int = 2
    meanwhile: Callable[[], object] = int

    @property
    def total(self) -> int:
        return len(self.keys)

    def pages(self, envelope: Mapping[str, Any], done: frozenset[str]) -> Iterator[Sequence[Event]]:
        for start in range(0, len(self.keys), 3):
            page = [
                ChecksRun(
                    **envelope,
                    checks=(Check(check="payment", outcome="none" if key in KEYS[::2] else "pass", version="1"),),
                    matcher=MATCHER,
                    recorded=envelope["effective"],
                    stream=f"application/{key}",
                    version=self.version,
                )
                for key in self.keys[start : start + 3]
            ]
            self.meanwhile()
            if page := [event for event in page if event.stream not in done]:
                yield page


def run(keys: Sequence[str] = KEYS, **more: Any) -> RunChecks:
    body = {"election": "labour", "number": 1, "checks": PAYMENT, "matcher": MATCHER, **more}
    return RunChecks.model_validate(body).of(Listed(keys))


def set_up(desk: Desk) -> None:
    for command in SET_UP:
        desk.submit(command, actor="clerk")


def require_whole(desk: Desk, *, applications: int = 7, changed: int = 0) -> None:
    """The run is closed, with these numbers; each application was checked once, and the digest is that of the run."""
    events = [event for _, event in desk.ledger.reread()]
    checked = [event for event in events if event.batch == STREAM]
    (closed,) = (event for event in events if isinstance(event, ChecksClosed))
    assert len([event for event in events if isinstance(event, ChecksOpened)]) == 1
    assert len({event.stream for event in checked}) == len(checked) == closed.applications == applications
    assert closed.changed == changed
    assert sum(each.applications for each in closed.outcomes) == applications
    hashed = hashlib.sha256(b"".join(leaf_hash(encode(event)) for event in checked))
    assert closed.digest == "sha256:" + hashed.hexdigest()
    assert all(event.blind for event in checked)


@pytest.mark.parametrize("call", [1, 2, 4, 5])
@pytest.mark.parametrize("after", [False, True])
def test_goes_on_wherever_it_was_killed(
    ledger_place: LedgerPlace, monkeypatch: pytest.MonkeyPatch, call: int, after: bool
) -> None:
    with desk_at(ledger_place) as desk:
        set_up(desk)
        with monkeypatch.context() as patch:
            kill_at(patch, Ledger, BOTH, call, after=after)
            with pytest.raises(Killed):
                desk.submit(run(), actor="clerk", command_id="once")
    with desk_at(ledger_place) as desk:
        desk.submit(run(), actor="clerk", command_id="once")
        require_whole(desk)
        assert desk.submit(run(), actor="clerk", command_id="once").held


def test_leaves_out_what_was_changed_meanwhile(ledger_place: LedgerPlace) -> None:
    with desk_at(ledger_place) as desk, desk_at(ledger_place) as other:
        set_up(desk)
        meddled: list[object] = []

        def meddle() -> None:
            if not meddled:
                meddled.append(other.submit(but(PAID, application=KEYS[1]), actor="clerk"))

        desk.submit(run().of(Listed(KEYS, meanwhile=meddle)), actor="clerk")
        require_whole(desk, applications=6, changed=1)
        kinds = [event.type for _, event in desk.ledger.stream(f"application/{KEYS[1]}")]
        assert kinds == ["application-received.v1", "fee-received.v1"]


def test_one_run_is_closed_before_the_next(ledger_place: LedgerPlace, monkeypatch: pytest.MonkeyPatch) -> None:
    with desk_at(ledger_place) as desk:
        set_up(desk)
        with monkeypatch.context() as patch:
            kill_at(patch, Ledger, BOTH, 3, after=True)
            with pytest.raises(Killed):
                desk.submit(run(), actor="clerk")
        with pytest.raises(RefusedError, match=r"^checks-open: "):
            desk.submit(run(KEYS[:1], number=2), actor="clerk")
        with pytest.raises(RefusedError, match=r"^batch-differs: "):
            desk.submit(run(matcher="another"), actor="clerk")
        desk.submit(run(), actor="clerk")
        require_whole(desk)
        assert desk.submit(run(), actor="clerk").events == 0


# Decisions


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (run(election="labor"), "unknown-election"),
        (run(checks=({"check": "payment", "version": "2"},)), "unknown-check-version"),
        (run(number=2), "checks-open"),
        (RunChecks(election="labour", number=1, checks=PAYMENT, matcher=MATCHER), "nothing-found"),
    ],
)
def test_refuses_a_run(command: RunChecks, code: str) -> None:
    given(*SET_UP).when(command).then_refused(code)


@pytest.mark.parametrize(
    "more",
    [
        {"edition": "2010-06"},
        {"checks": [{"check": "age", "version": "1"}]},
        {"checks": [{"check": "age", "version": "1"}], "years": 14},
        {"years": 14, "on": "2010-09-22"},
        {"checks": [{"check": "sanction-list", "version": "1"}]},
        {"checks": [{"check": "payment", "version": "1"}] * 2},
        {"checks": []},
    ],
)
def test_a_run_names_what_its_checks_are_held_against(more: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        run(**more)


# What a verification finds


def findings(desk: Desk) -> set[tuple[str, str]]:
    assert isinstance(desk.ledger, Ledger)
    report = verify(desk.ledger, views=None, vault=desk.vault, notes=Notes(None), trust=Trust())
    return {(each.check, each.code) for each in report.findings}


def swept(desk: Desk) -> tuple[ChecksOpened, ChecksClosed]:
    set_up(desk)
    desk.submit(run(), actor="clerk")
    opened, closed = (event for _, event in desk.ledger.stream(STREAM))
    assert isinstance(opened, ChecksOpened)
    assert isinstance(closed, ChecksClosed)
    return opened, closed


def anew(event: Event, run_number: int, **changes: Any) -> Event:
    """The same event again, on the stream of another run."""
    return event.model_copy(update={"stream": f"checks/labour/{run_number}", "command": None, **changes})


def test_a_run_verifies(ledger_place: LedgerPlace) -> None:
    with desk_at(ledger_place) as desk:
        swept(desk)
        assert findings(desk) == set()


@pytest.mark.parametrize(
    "changes",
    [{"applications": 6}, {"digest": "sha256:" + "0" * 64}, {"outcomes": ()}],
    ids=["count", "digest", "outcomes"],
)
def test_finds_a_closing_that_is_not_what_was_found(ledger_place: LedgerPlace, changes: dict[str, Any]) -> None:
    with desk_at(ledger_place) as desk:
        set_up(desk)
        desk.submit(run(), actor="clerk")
        opened, closed = (event for _, event in desk.ledger.stream(STREAM))
        page = [event for _, event in desk.ledger.scan() if event.batch == STREAM]
        second = [event.model_copy(update={"batch": "checks/labour/2", "version": 3}) for event in page]
        digest = hashlib.sha256(b"".join(leaf_hash(encode(event)) for event in second)).hexdigest()
        right = {"digest": f"sha256:{digest}", **changes}
        desk.ledger.append([anew(opened, 2, number=2), *second, anew(closed, 2, **right)])
        assert findings(desk) == {("C3", "batch-differs")}


@pytest.mark.parametrize(
    "changes",
    [{"matcher": "another"}, {"actor": "agent"}, {"batch": "checks/labour/3"}],
    ids=["matcher", "actor", "batch"],
)
def test_finds_what_does_not_belong_to_a_run(ledger_place: LedgerPlace, changes: dict[str, Any]) -> None:
    with desk_at(ledger_place) as desk:
        opened, _ = swept(desk)
        page = [event for _, event in desk.ledger.scan() if event.batch == STREAM]
        odd = page[0].model_copy(update={"batch": "checks/labour/2", "version": 3, **changes})
        desk.ledger.append([anew(opened, 2, number=2), odd])
        code = "batch-unopened" if "batch" in changes else "member-unexpected"
        assert findings(desk) == {("C3", code)}


def test_a_founded_ledger_asks_for_power_and_signature_once_for_all(ledger_place: LedgerPlace) -> None:
    with signing_desk(ledger_place) as desk:
        desk.submit(FOUND, actor="returning-officer")
        desk.submit(CALL_ELECTION, actor="returning-officer")
        with pytest.raises(RefusedError, match=r"^no-authority: "):
            desk.submit(run(()), actor="agent")
        desk.submit(run().of(Listed(KEYS, version=1)), actor="returning-officer")
        desk.submit(run((), number=2), actor="returning-officer")
        assert findings(desk) == set()
    with signing_desk(ledger_place, signer()) as desk, pytest.raises(RefusedError, match=r"^unsigned: "):
        desk.submit(run((), number=3), actor="returning-officer")
