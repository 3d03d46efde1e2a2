"""Rolls tampered with: entries that nothing gives, changes after the freeze, counts and roots that are others."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from keeper import Operator
from officers import found, officer, signer
from rolls import ADOPT, COLLEGE, build, franchise, key, register, roll_desk, row
from scenario import ACTOR, CALL_ELECTION, but
from stores import SQLitePlace
from test_clean import report_of

import projections.roll.entitled
from ledger.desk import Desk
from ledger.errors import RefusedError
from ledger.streams.agreement import AgreeToChange, terms_of
from ledger.streams.entries import AddEntry
from ledger.streams.entry_changes import AmendEntry, RemoveEntry, RestoreEntry
from ledger.streams.freeze import CertifyRoll, FreezeRoll
from ledger.streams.inspection import SupplyRollCopy
from ledger.streams.membership_change import ChangeMembership
from ledger.streams.merge import MergePersons
from ledger.streams.roll import SectionCount

HASH = "sha256:" + "7" * 64
FIELDS: dict[str, Any] = {"election": "labour", "number": 1}


def certify(members: int) -> CertifyRoll:
    sections = (SectionCount(section="members", entries=members), SectionCount(section="mps", entries=11))
    return CertifyRoll(election="labour", entries=members + 11, sections=sections, statement=HASH)


def agreement_to(command: Any) -> AgreeToChange:
    """What a second officer records before a change to an entry of a frozen roll."""
    terms = terms_of(command.said())
    return AgreeToChange(
        person=command.person, election=command.election, agreed=command.verb, terms=terms, reason="A slip of the pen"
    )


@contextmanager
def recorded(place: SQLitePlace) -> Iterator[Desk]:
    with roll_desk(place, sign=signer("returning-officer", "clerk")) as desk:
        yield desk


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A founded ledger with a roll: two builds, an entry by hand, changes, a freeze, a slip, two certificates."""
    folder = tmp_path_factory.mktemp("roll") / "ledger"
    place = SQLitePlace(folder)
    place.make().close()
    with recorded(place) as desk, pytest.MonkeyPatch.context() as patch:
        patch.setattr(projections.roll.entitled, "PAGE_ROWS", 7)

        def submit(*commands: Any) -> None:
            for command in commands:
                desk.submit(command, actor="returning-officer")

        submit(found(officer("returning-officer"), officer("clerk")), CALL_ELECTION, ADOPT)
        submit(register("members", *map(row, range(20)), row(50, "2010-06-25")))
        submit(register("plp", *(row(n, category="mp") for n in range(100, 111))))
        submit(MergePersons(dropped=key(0), kept=key(100), basis=("document",)))
        build(desk, actor="returning-officer")
        submit(register("members", row(60), file="e" * 32))
        values: dict[str, Any] = {"person": key(60), "category": "member", "section": "members", "election": "labour"}
        submit(AddEntry(**values, source="register", basis=f"person/{key(60)}"))
        submit(register("members", row(61), file="d" * 32))
        build(desk, actor="returning-officer")
        submit(RemoveEntry(**FIELDS, person=key(1), cause="death"))
        submit(AmendEntry(**FIELDS, person=key(2), field="unit", new="bow-east", cause="transferred"))
        submit(FreezeRoll(election="labour"), certify(21))
        restore = RestoreEntry(**FIELDS, person=key(1), cause="clerical")
        desk.submit(agreement_to(restore), actor="clerk")
        submit(restore, certify(22))
        submit(SupplyRollCopy(election="labour", roll_version=2, recipient="agent", purpose="canvass", rows=33))
    return folder


@pytest.fixture
def at(whole: Path, tmp_path: Path) -> Operator:
    folder = tmp_path / "ledger"
    shutil.copytree(whole, folder)
    return Operator(folder)


def found_in(at: Operator) -> set[str]:
    """Codes of what the check of rolls finds."""
    report = report_of(SQLitePlace(at.folder))
    assert "E12" not in report.unchecked
    return {finding.code for finding in report.findings if finding.check == "E12"}


def test_a_ledger_with_a_roll_is_clean(whole: Path) -> None:
    report = report_of(SQLitePlace(whole))
    assert report.findings == ()
    assert not {"A4", "A5", "C3", "E12"} & report.unchecked.keys()
    assert report_of(SQLitePlace(whole), processes=2).findings == ()


@pytest.mark.parametrize(
    ("kind", "number", "changes", "code"),
    [
        ("entry-added.v1", 3, {"section": "mps"}, "not-entitled"),
        ("entry-added.v1", 3, {"unit": "bow-west"}, "not-entitled"),
        ("entry-added.v1", 3, {"basis": f"person/{key(50)}"}, "not-entitled"),
        ("entry-added.v1", 31, {"basis": f"person/{key(50)}"}, "not-entitled"),  # the one by hand
        ("entry-added.v1", 31, {"affiliate": "u-a"}, "basis-differs"),
        ("entry-added.v1", 31, {"unit": "mars"}, "basis-differs"),
        ("entry-added.v1", 31, {"region": "moon"}, "basis-differs"),
        ("entry-added.v1", 31, {"number": 5}, "number-differs"),
        ("entry-added.v1", 31, {"source": "ruling"}, "cause-required"),
        ("entry-amended.v1", 0, {"old": "atlantis"}, "entry-differs"),
        ("entry-amended.v1", 0, {"new": None}, "entry-differs"),
        ("entry-amended.v1", 0, {"field": "category", "old": "member", "new": "zombie"}, "unknown-category"),
        ("entry-amended.v1", 0, {"field": "category", "old": "member", "new": "mp"}, "unknown-category"),
        ("entry-added.v1", 31, {"section": "mps"}, "unknown-category"),
        ("roll-build-opened.v1", 0, {"franchise": HASH}, "build-differs"),
        ("roll-build-opened.v1", 0, {"as_of_position": 4}, "not-entitled"),
        ("roll-build-closed.v1", 0, {"held": 1, "rows": 34}, "build-differs"),
        ("roll-build-closed.v1", 1, {"held": 0}, "build-differs"),
        ("roll-build-closed.v1", 0, {"failed": []}, "build-differs"),
        ("roll-frozen.v1", 0, {"root": HASH}, "roll-differs"),
        ("roll-frozen.v1", 0, {"entries": 31}, "roll-differs"),
        ("roll-frozen.v1", 0, {"roll_version": 2}, "roll-differs"),
        ("roll-frozen.v1", 0, {"sections": []}, "roll-differs"),
        ("roll-frozen.v1", 0, {"open_batches": ["build/labour/9"]}, "roll-differs"),
        ("roll-counted.v1", 0, {"cells": [{"category": "mp", "entries": 32, "section": "mps"}]}, "roll-differs"),
        ("roll-certified.v1", 1, {"root": HASH}, "roll-differs"),
        ("roll-copy-supplied.v1", 0, {"rows": 34}, "roll-differs"),
        ("roll-copy-supplied.v1", 0, {"roll_version": 1}, "roll-differs"),
        ("roll-certified.v1", 1, {"open_cases": 1}, "roll-differs"),
        ("roll-certified.v1", 1, {"as_of_position": 0}, "roll-differs"),
        ("entry-restored.v1", 0, {"cause": "ruling", "basis": "person/x"}, "cause-required"),
        ("entry-amended.v1", 0, {"cause": "appeal"}, "cause-required"),
    ],
)
def test_finds_what_was_rewritten(at: Operator, kind: str, number: int, changes: dict[str, Any], code: str) -> None:
    at.rewrite(at.at(kind, number), **changes)
    assert code in found_in(at)


def test_finds_a_restoration_by_a_case_that_was_never_opened(at: Operator) -> None:
    at.rewrite(at.at("entry-restored.v1", 0), cause="ruling", basis="case/never-opened")
    findings = report_of(SQLitePlace(at.folder)).findings
    assert [each.code for each in findings if each.check in ("E12", "E13")] == ["basis-missing"]


@pytest.mark.parametrize(
    ("kind", "number", "changes", "code"),
    [
        ("entry-added.v1", 3, {"blind": "C" * 22}, "batch-differs"),
        ("entry-added.v1", 3, {"actor": "agent"}, "member-unexpected"),
        ("entry-added.v1", 3, {"command": "c"}, "member-unexpected"),
        ("entry-added.v1", 3, {"batch": "build/labour/2"}, "member-unexpected"),
        ("entry-added.v1", 3, {"batch": "build/labour/9"}, "batch-unopened"),
        ("entry-added.v1", 3, {"stream": f"entry/labour/{'f' * 24}"}, "member-unexpected"),
        ("roll-build-closed.v1", 0, {"accepted": 29, "held": 1}, "batch-differs"),
        ("roll-build-closed.v1", 0, {"rows": 34}, "rows-differ"),
        ("roll-build-closed.v1", 0, {"sections": []}, "rows-differ"),
    ],
)
def test_finds_a_batch_that_was_rewritten(
    at: Operator, kind: str, number: int, changes: dict[str, Any], code: str
) -> None:
    at.rewrite(at.at(kind, number), **changes)
    findings = report_of(SQLitePlace(at.folder)).findings
    assert code in {finding.code for finding in findings if finding.check == "C3"}


def test_finds_a_removal_after_the_freeze(at: Operator) -> None:
    leaf = next(leaf for leaf in at.leaves() if leaf["type"] == "entry-removed.v1")
    at.insert(at.size(), {**leaf, "cause": "resigned", "stream": f"entry/labour/{key(5)}", "version": 2})
    assert "after-freeze" in found_in(at)


def test_a_live_ledger_did_not_publish_a_freeze_before_what_it_freezes_was_recorded(at: Operator) -> None:
    at.rewrite(at.at("roll-frozen.v1"), published="2010-01-01T00:00:00Z")
    assert found_in(at) == set()
    at.rewrite(at.at("ledger-founded.v1"), kept="live")
    assert found_in(at) == {"dated-back"}


def test_the_desk_of_a_live_ledger_refuses_so_too(tmp_path: Path) -> None:
    place = SQLitePlace(tmp_path / "ledger")
    place.make().close()
    with recorded(place) as desk:
        for command in (found(kept="live"), CALL_ELECTION, ADOPT, register("members", row(1))):
            desk.submit(command, actor="returning-officer")
        build(desk, actor="returning-officer")
        with pytest.raises(RefusedError, match=r"^dated-back: .* when the roll's last change was recorded"):
            desk.submit(FreezeRoll(election="labour", published="2010-01-01T00:00:00Z"), actor="returning-officer")
        desk.submit(FreezeRoll(election="labour"), actor="returning-officer")


def test_finds_a_freeze_of_a_roll_that_changed_since(at: Operator) -> None:
    leaf = next(leaf for leaf in at.leaves() if leaf["type"] == "entry-removed.v1")
    gone = {**leaf, "cause": "resigned", "stream": f"entry/labour/{key(5)}", "version": 2}
    at.insert(at.at("roll-frozen.v1"), gone)
    assert "roll-differs" in found_in(at)


def test_finds_a_certificate_of_a_roll_that_changed_since(at: Operator) -> None:
    """Everything else about it is as it was at the position that it names."""
    leaf = next(leaf for leaf in at.leaves() if leaf["type"] == "entry-removed.v1")
    at.insert(
        at.at("roll-certified.v1"), {**leaf, "cause": "clerical", "stream": f"entry/labour/{key(5)}", "version": 2}
    )
    found = [each.found for each in report_of(SQLitePlace(at.folder)).findings if each.code == "roll-differs"]
    assert any(each.startswith("as of event") for each in found)


@pytest.mark.parametrize("changes", [{"cells": []}, {"command": "another"}, {"roll_version": 2}])
def test_finds_a_count_that_is_less_or_not_that_of_the_freeze(at: Operator, changes: dict[str, Any]) -> None:
    at.rewrite(at.at("roll-counted.v1"), **changes)
    assert found_in(at) == {"roll-differs"}


def test_finds_a_freeze_without_its_count(at: Operator) -> None:
    at.drop(at.at("roll-counted.v1"))
    assert "roll-differs" in found_in(at)


@pytest.mark.parametrize(
    ("kind", "who", "version", "code"),
    [("entry-restored.v1", 5, 2, "entry-live"), ("entry-removed.v1", 1, 9, "entry-not-live")],
)
def test_finds_an_entry_restored_that_stands_or_removed_twice(
    at: Operator, kind: str, who: int, version: int, code: str
) -> None:
    """Somebody who stands is restored, and somebody who was removed is so again before the restoring."""
    leaf = next(leaf for leaf in at.leaves() if leaf["type"] == kind)
    more = {**leaf, "cause": "clerical", "stream": f"entry/labour/{key(who)}", "version": version}
    at.insert(at.at("entry-restored.v1"), more)
    assert code in found_in(at)


def test_finds_a_second_certificate_of_one_version(at: Operator) -> None:
    leaf = [leaf for leaf in at.leaves() if leaf["type"] == "roll-certified.v1"][-1]
    at.insert(at.size(), {**leaf, "statement": "sha256:" + "8" * 64, "version": leaf["version"] + 2})
    assert found_in(at) == {"roll-certified"}


@pytest.mark.parametrize(
    ("kind", "changes", "codes"),
    [
        ("entry-restored.v1", {"effective": "2010-01-01T00:00:00Z"}, {"before-freeze"}),
        ("entry-removed.v1", {"cause": "ruling", "basis": "case/c-2"}, {"removal-stands"}),
        ("entry-removed.v1", {"cause": "expelled"}, {"removal-stands"}),
        ("entry-removed.v1", {"cause": "duplicate"}, set()),
    ],
)
def test_finds_what_alters_the_roll_as_frozen_or_undoes_what_was_decided(
    at: Operator, kind: str, changes: dict[str, Any], codes: set[str]
) -> None:
    at.rewrite(at.at(kind), **changes)
    assert found_in(at) == codes


def test_finds_an_entry_that_was_left_out(at: Operator) -> None:
    at.drop(at.at("entry-added.v1", 2))
    assert {"entry-missing", "build-differs", "roll-differs"} <= found_in(at)


def test_finds_somebody_who_has_more_than_the_franchise_gives(at: Operator) -> None:
    leaf = next(leaf for leaf in at.leaves() if leaf["type"] == "entry-added.v1" and leaf.get("batch") is None)
    more = {**leaf, "source": "ruling", "basis": "case/c-2", "number": 2, "version": 2}
    at.insert(at.size(), more)
    assert found_in(at) == {"duplicate-entitlement"}


def test_finds_an_entry_of_somebody_who_was_merged(at: Operator) -> None:
    leaf = next(leaf for leaf in at.leaves() if leaf["type"] == "entry-added.v1" and leaf.get("batch") is None)
    stream = f"entry/labour/{key(0)}"
    at.insert(at.size(), {**leaf, "source": "ruling", "basis": "case/c-2", "stream": stream, "version": 1})
    assert found_in(at) == {"merged-person", "duplicate-entitlement"}


def test_finds_two_entries_of_people_merged_since(at: Operator) -> None:
    leaf = next(leaf for leaf in at.leaves() if leaf["type"] == "persons-merged.v1")
    at.insert(at.size(), {**leaf, "kept": key(3), "stream": f"merge/{key(4)}", "version": 1})
    assert found_in(at) == {"duplicate-entitlement"}


def test_a_roll_is_not_frozen_while_somebody_has_two_entries(tmp_path: Path) -> None:
    place = SQLitePlace(tmp_path / "ledger")
    place.make().close()
    with roll_desk(place) as desk:
        for command in (CALL_ELECTION, ADOPT, register("members", row(1), row(2))):
            desk.submit(command, actor="clerk")
        build(desk)
        desk.submit(MergePersons(dropped=key(1), kept=key(2), basis=("document",)), actor="clerk")
        with pytest.raises(RefusedError, match=r"^duplicate-entitlement: .* 1 of people who have another: "):
            desk.submit(FreezeRoll(election="labour"), actor="clerk")
        desk.submit(RemoveEntry(**FIELDS, person=key(1), cause="duplicate"), actor="clerk")
        desk.submit(FreezeRoll(election="labour"), actor="clerk")
    assert report_of(place).findings == ()


def test_finds_a_franchise_adopted_after_the_freeze(at: Operator) -> None:
    leaf = next(leaf for leaf in at.leaves() if leaf["type"] == "franchise-adopted.v1")
    at.insert(at.size(), {**leaf, "version": 2})
    assert found_in(at) == {"after-freeze"}


def test_other_franchises_find_nothing(tmp_path: Path) -> None:
    """A roll built by one franchise and gone on with under another is judged by each in its time."""
    place = SQLitePlace(tmp_path / "ledger")
    place.make().close()
    with roll_desk(place) as desk:
        desk.submit(CALL_ELECTION, actor="clerk")
        desk.submit(ADOPT, actor="clerk")
        desk.submit(register("members", *map(row, range(5))), actor="clerk")
        build(desk)
        desk.submit(but(ADOPT, rule=franchise(*COLLEGE.categories[1:])), actor="clerk")
        desk.submit(register("members", *map(row, range(5, 9)), file="e" * 32), actor="clerk")
        build(desk)
    assert report_of(place).findings == ()


def test_in_a_founded_ledger_the_second_officer_agrees_with_its_own_key(tmp_path: Path) -> None:
    place = SQLitePlace(tmp_path / "ledger")
    place.make().close()
    change = ChangeMembership(person=key(1), change="lapsed", on="2010-05-01")
    agree = AgreeToChange(person=key(1), agreed=change.verb, terms=terms_of(change.said()), reason="A letter")
    with roll_desk(place, sign=signer(ACTOR, "clerk")) as desk:
        founding = found(officer(ACTOR), officer("clerk"), officer("agent", "agreement"))
        for command in (founding, CALL_ELECTION, ADOPT, register("members", row(1))):
            desk.submit(command, actor=ACTOR)
        build(desk, actor=ACTOR)
        desk.submit(FreezeRoll(election="labour"), actor=ACTOR)
        with pytest.raises(RefusedError, match=r"^backdated-over-freeze: "):
            desk.submit(change, actor=ACTOR)
        with pytest.raises(RefusedError, match=r"^unsigned: "):
            desk.submit(agree, actor="agent")
        with pytest.raises(RefusedError, match=r"^no-authority: "):
            desk.submit(agree, actor="scrutineer")
        desk.submit(agree, actor="clerk")
        desk.submit(change, actor=ACTOR)
    report = report_of(place)
    assert report.findings == ()
    assert not {"A4", "A5", "E12", "E14"} & report.unchecked.keys()
