"""Verification finds papers issued and returned otherwise than the desk would have recorded."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from electorate import BEFORE, DAY, FILE, entry, frozen, marked, person, put, row
from officers import FOUND, OFFICES, signer
from scenario import CLOSE_POLL as CLOSE
from scenario import DEFINED, but, happened
from stores import MASTER, SQLitePlace
from terminal import ADOPT_RULE, CALL_ELECTION, CLOSE_POLL, DEFINE_CONTEST, Terminal

from ledger.desk import Desk
from ledger.errors import RefusedError
from ledger.event import Event
from ledger.leaf import conceal, encode
from ledger.privacy.vault import Vault
from ledger.seal.merkle import leaf_hash
from ledger.storage.store import open_ledger
from ledger.streams.issue import IssuePapers, PapersIssued
from ledger.streams.issued import PaperCancelled, PaperIssued, PaperReissued, PaperSetAside, SetAsideReversed
from ledger.streams.linkage import LinkageDestroyed, LinkageSealed
from ledger.streams.paper_handling import ReissuePaper
from ledger.streams.result import ResultDeclared
from ledger.streams.returned import DuplicateReturnHeld, MarksReceived, MarksReconciled, ReturnMarked
from projections.counting import LedgerFigures
from projections.verify.run import verify
from projections.verify.sealing import Notes, Trust

ISSUE = {"contest": "leader", "section": "members", "count": 12, "roll_version": 1, "channel": "post"}
ISSUED = {**ISSUE, "as_of_position": 16}
STREAM = f"marks/leader/{FILE}"
ZEROS = "sha256:" + "0" * 64
CLOSED = "2010-09-22T23:59:59Z"
AT_LAST = "9999-12-31T23:59:59Z"  # recorded after everything else
LATE = "2012-01-01T00:00:00Z"

Make = Callable[[], tuple[Event, ...]]


def one(kind: type[Event], who: int = 1, version: int = 1, **fields: Any) -> Event:
    """An event about one elector's paper, as the desk writes it."""
    return happened(kind, f"issued/leader/{person(who)}", version, contest="leader", number=1, **fields)


def returned(who: int, version: int = 1, kind: type[Event] = ReturnMarked, **fields: Any) -> Event:
    """A return of a marked register."""
    said = {"contest": "leader", "day": DAY, "number": 1, "batch": STREAM, "effective": CLOSED} | fields
    return happened(kind, f"returned/leader/{person(who)}", version, **said).model_copy(update={"command": None})


def register(*returns: Event, **changes: Any) -> tuple[Event, ...]:
    """A marked register with these returns, reconciled by their true numbers."""
    rows = len(returns)
    received = happened(MarksReceived, STREAM, contest="leader", file=FILE, rows=rows)
    stamped = (each.model_copy(update={"recorded": AT_LAST}) for each in returns)
    blinded = [conceal(each, lambda size: bytes(size))[0] for each in stamped]
    digest = hashlib.sha256(b"".join(leaf_hash(encode(each)) for each in blinded)).hexdigest()
    marked = sum(isinstance(each, ReturnMarked) for each in returns)
    numbers = {"accepted": marked, "duplicates": rows - marked, "held": 0, "rejected": (), "rows": rows}
    fields = {**numbers, "digest": f"sha256:{digest}", "contest": "leader", "file": FILE} | changes
    reconciled = happened(MarksReconciled, STREAM, 2, **fields)
    at_close = {"effective": CLOSED}
    return (received.model_copy(update=at_close), *returns, reconciled.model_copy(update=at_close))


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    """Papers are out to twelve members; the roll has a thirteenth, who came later."""
    made = Terminal(tmp_path, monkeypatch, capsys)
    made.made([("call-election", CALL_ELECTION), ("adopt-count-rule", ADOPT_RULE), ("define-contest", DEFINE_CONTEST)])
    with open_ledger(made.ledger) as record:
        put(record, *(entry(n) for n in range(1, 13)), frozen())
    made.record("issue-papers", ISSUE, "--effective", BEFORE).done()
    with open_ledger(made.ledger) as record:
        put(record, entry(13))
    return made


def found_in(at: Terminal, *events: Event) -> set[str]:
    """What E11 finds once these events are in the ledger."""
    with open_ledger(at.ledger) as record:
        for event in events:
            kept = event.model_copy(update={"recorded": AT_LAST})
            put_as_is(record, kept)
    report = json.loads(at("verify", "--json").out)
    return {each["code"] for each in report["findings"] if each["check"] == "E11"}


def put_as_is(record: Any, event: Event) -> None:
    bare = event.model_copy(update={"command": None})
    record.append([conceal(bare, lambda size: bytes(size))[0]])


def test_what_the_desk_recorded_is_fine(at: Terminal) -> None:
    late = {"contest": "leader", "person": person(13), "number": 1}
    at.record("issue-paper", {**late, "reason": "late-admission"}).done()
    at.record("reissue-paper", {**late, "reason": "lost"}).done()
    at.record("cancel-paper", {"contest": "leader", "person": person(2), "number": 1, "cause": "clerical"}).done()
    at.record("close-poll", CLOSE_POLL).done()
    back = "".join(f"{person(who)}/1,{DAY}\n" for who in (1, 1, 2, 13))
    at.write("m.csv", "elector,day\n" + back)
    at("import", "mark-returns", "m.csv", "--set", "contest=leader", "--as", "scrutineer").done()
    report = json.loads(at("verify", "--json").out)  # the roll here is of no franchise, which others find
    assert not [each for each in report["findings"] if "entry" not in each["what"] and "roll" not in each["what"]]


OPEN: dict[str, tuple[Event, ...]] = {
    "count-differs": (happened(PapersIssued, "issue/leader/members", 2, **{**ISSUED, "count": 2}),),
    "wrong-audience": (happened(PapersIssued, "issue/leader/members", 2, **{**ISSUED, "count": 1}),),
    "unknown-section": (happened(PapersIssued, "issue/leader/unions", 1, **{**ISSUED, "section": "unions"}),),
    "already-issued": (one(PaperIssued, reason="late-admission"),),
    "entry-not-live": (one(PaperIssued, 99, reason="late-admission"),),
    "not-issued": (one(PaperReissued, 13, reason="lost"),),
    "poll-open": register(returned(1)),
    "retention-not-over": (
        happened(LinkageSealed, "linkage/leader", contest="leader", custodian="x", digest=ZEROS, until=LATE),
        happened(LinkageDestroyed, "linkage/leader", 2, contest="leader", how="burnt"),
    ),
}
CANCELLED = one(PaperCancelled, 2, cause="clerical")
YEAR = "2011-09-22T23:59:59Z"  # after the close


def sealed(until: str = YEAR, version: int = 1) -> Event:
    """The linkage sealed."""
    return happened(
        LinkageSealed, "linkage/leader", version, contest="leader", custodian="x", digest=ZEROS, until=until
    )


def destroyed(at: str, version: int = 2) -> Event:
    """The linkage destroyed."""
    return happened(LinkageDestroyed, "linkage/leader", version, contest="leader", how="burnt", effective=at)


def declared(at: str) -> Event:
    """The result declared."""
    return happened(
        ResultDeclared, "result/leader", contest="leader", elected=("a",), as_of_position=0, figures=(), effective=at
    )


@pytest.mark.parametrize("changes", [{}, {"roll_version": 2}, {"as_of_position": 0}, {"as_of_position": 99}])
def test_papers_of_another_state_of_the_roll_are_found(at: Terminal, changes: dict[str, Any]) -> None:
    again = {**ISSUED, "as_of_position": 17, "count": 1, "effective": BEFORE}
    issued = happened(PapersIssued, "issue/leader/members", 2, **again | changes)
    assert found_in(at, issued) - {"wrong-audience"} == ({"roll-differs"} if changes else set())


SHUT: dict[str, tuple[Event, ...]] = {
    "poll-closed": (one(PaperIssued, 13, reason="late-admission"),),
    "already-returned": (*register(returned(1)), one(PaperCancelled, cause="clerical")),
    "not-issued": register(returned(13)),
    "paper-cancelled": (CANCELLED, *register(returned(2))),
    "already-marked": register(returned(1), returned(1, 2)),
    "not-marked": register(returned(1, kind=DuplicateReturnHeld)),
    "day-outside-poll": register(returned(1, day="2010-07-01")),
    "return-out-of-order": register(*(returned(n) for n in sorted((1, 2), key=person, reverse=True))),
    "return-unexpected": register(returned(1, effective=BEFORE)),
    "retention-too-short": (sealed("2011-09-22T23:59:58Z"),),
    "retention-not-over": (declared("2010-09-25T16:00:00Z"), sealed(), destroyed("2011-09-25T15:59:59Z")),
    "linkage-not-sealed": (destroyed(LATE, 1),),
    "linkage-destroyed": (sealed(), destroyed(LATE), sealed(LATE, 3)),
    "batch-differs": register(returned(1), digest=ZEROS),
    "rows-differ": register(returned(1), rows=2),
    "not-returned": (one(PaperSetAside, basis="case/c1"),),
    "not-set-aside": (*register(returned(1)), one(SetAsideReversed, basis="appeal/c1/1")),
}
ASIDE = one(PaperSetAside, basis="case/c1")


@pytest.mark.parametrize("code", OPEN)
def test_finds_each_fault_while_the_poll_is_open(at: Terminal, code: str) -> None:
    assert code in found_in(at, *OPEN[code])


@pytest.mark.parametrize("code", SHUT)
def test_finds_each_fault_after_the_close(at: Terminal, code: str) -> None:
    at.record("close-poll", CLOSE_POLL).done()
    assert found_in(at, *SHUT[code]) == {code}


def test_a_list_that_was_kept_for_its_year_is_fine(at: Terminal) -> None:
    at.record("close-poll", CLOSE_POLL).done()
    declaration = declared("2010-09-25T16:00:00Z")
    assert not found_in(
        at, sealed(), sealed("2011-09-25T16:00:00Z", 2), declaration, destroyed("2011-09-25T16:00:00Z", 3)
    )


@pytest.mark.parametrize(
    ("events", "code"),
    [
        ((sealed(LATE), sealed(YEAR, 2)), "retention-too-short"),
        ((sealed(LATE), destroyed("2011-12-31T23:59:59Z")), "retention-not-over"),
    ],
)
def test_a_list_is_kept_for_as_long_as_was_said(at: Terminal, events: tuple[Event, ...], code: str) -> None:
    at.record("close-poll", CLOSE_POLL).done()
    assert found_in(at, *events) == {code}


def test_a_paper_is_set_aside_once(at: Terminal) -> None:
    at.record("close-poll", CLOSE_POLL).done()
    back = one(SetAsideReversed, version=2, basis="appeal/c1/1")
    assert not found_in(at, *register(returned(1)), ASIDE, back, ASIDE.model_copy(update={"version": 3}))
    assert found_in(at, ASIDE.model_copy(update={"version": 4})) == {"not-returned"}
    assert [row["set_aside"] for row in json.loads(at("papers", "leader", "--json").done())["papers"]] == [1]


def test_finds_nothing_in_a_good_register(at: Terminal) -> None:
    at.record("close-poll", CLOSE_POLL).done()
    good = sorted((returned(1), returned(2), returned(3)), key=lambda each: each.stream)
    last = next(n for n in (1, 2, 3) if person(n) in good[-1].stream)
    second = returned(last, 2, DuplicateReturnHeld)
    assert not found_in(at, *register(*good, second))


def test_papers_by_a_roll_that_was_not_frozen_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    at = Terminal(tmp_path, monkeypatch, capsys)
    at.made([("call-election", CALL_ELECTION), ("adopt-count-rule", ADOPT_RULE), ("define-contest", DEFINE_CONTEST)])
    issued = happened(PapersIssued, "issue/leader/members", 1, **ISSUED)
    assert found_in(at, *(entry(n) for n in range(1, 13)), issued) == {"roll-not-frozen"}


def test_in_a_founded_ledger_papers_are_signed_for(tmp_path: Path) -> None:
    place, now = SQLitePlace(tmp_path), "2024-05-01T12:00:00Z"
    place.make().close()
    with place.open() as record, closing(Vault(place.vault_store(), MASTER, secrets.token_bytes)) as vault:
        signing = signer(*OFFICES)
        desk = Desk(record, vault, LedgerFigures(record), lambda: now, secrets.token_bytes, signing)
        one_elector = {"contest": "leader", "person": person(1), "number": 1}
        desk.submit(FOUND, actor="returning-officer")
        for command in (*DEFINED, None, IssuePapers.model_validate(ISSUE), ReissuePaper(**one_elector, reason="lost")):
            if command is None:
                put(record, *(entry(n) for n in range(1, 13)), frozen())
            else:
                desk.submit(command, actor="returning-officer")
        desk.submit(but(CLOSE, effective=now), actor="returning-officer")
        desk.submit(marked([row(1, day="2024-05-01"), row(99)]), actor="returning-officer")
        with pytest.raises(RefusedError, match=r"^no-authority: "):
            desk.submit(marked([row(2)], "e" * 32), actor="agent")
        found = verify(record, views=None, vault=vault, notes=Notes(), trust=Trust())
    assert not [each for each in found.findings if "entry/" not in each.what and "roll/" not in each.what]
    assert not {"A4", "A5", "C3", "C5", "E11"} & found.unchecked.keys()


def read_in(at: Terminal, papers: int) -> None:
    """So many papers are read."""
    at.write("box.csv", "marks\n" + "abbott\n" * papers)
    said = ("--set", "contest=leader", "--set", "section=members", "--set", "serial=box")
    assert at("import", "read-papers", "box.csv", *said, "--as", "scrutineer").code == 0


def test_as_many_papers_as_were_issued_may_be_read(at: Terminal) -> None:
    at.record("close-poll", CLOSE_POLL).done()
    read_in(at, 12)
    assert not found_in(at)


def test_more_papers_read_than_were_issued_are_found(at: Terminal) -> None:
    at.record("cancel-paper", {"contest": "leader", "person": person(2), "number": 1, "cause": "clerical"}).done()
    at.record("close-poll", CLOSE_POLL).done()
    read_in(at, 12)
    assert found_in(at) == {"too-many-papers"}
    assert "Section members: 12 read, but 11 issued and not cancelled" in at("papers", "leader").done()


def test_more_papers_read_than_came_back_are_found_once_the_result_is_declared(at: Terminal) -> None:
    at.record("close-poll", CLOSE_POLL).done()
    read_in(at, 2)
    assert not found_in(at, *register(returned(1)))
    unchecked = json.loads(at("verify", "--json").out)["unchecked"]["E11"]
    assert unchecked.endswith("leader, section members: 2 papers, 1 marked as returned")
    assert found_in(at, declared("2010-09-25T16:00:00Z")) == {"too-many-papers"}
