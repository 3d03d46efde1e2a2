"""The roll counted and hashed: against a fold as one would write it, whatever was added, changed, built, left open."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest
from rolls import COLLEGE
from ruled import BEFORE, REOPEN, RULED_ON, TELL
from scenario import given, happened
from test_entry import HASH, registered

from ledger.decision import fold
from ledger.event import Event
from ledger.roll_figures import Cell
from ledger.rules.eligibility import evaluate
from ledger.seal.merkle import leaf_hash, root
from ledger.streams.admission import AdmissionClosed, AdmissionOpened
from ledger.streams.application_events import ApplicationReceived, ApplicationReferred, ReferralCleared
from ledger.streams.basis import Basis
from ledger.streams.case_events import CaseClosed
from ledger.streams.checks import ChecksClosed, ChecksOpened
from ledger.streams.cure_events import InvitationClosed, InvitationOpened, LapseClosed, LapseOpened
from ledger.streams.entry import Entries, EntryAdded, EntryAmended, EntryRemoved, EntryRestored
from ledger.streams.member import BatchReceived, BatchReconciled, MemberRegistered
from ledger.streams.payments import PaymentsReceived, PaymentsReconciled
from ledger.streams.roll_build import RollBuildClosed, RollBuildOpened
from projections.roll.entitled import facts_of_a_row
from projections.roll.figures import entry_line, fold_roll
from projections.roll.gathered import Standing

FILE = "f" * 32
SECTIONS = {"mp": "mps", "member": "members", "unite": "affiliates"}


class Story:
    """A roll that comes to be by chance, and what a plain fold makes of it."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.events: list[Event] = []
        self.states: dict[str, Entries] = {}
        self.open: set[str] = set()
        self.builds = 0

    def add(self, person: str, batch: str | None = None) -> None:
        state = self.states.get(person, Entries(f"entry/labour/{person}"))
        category = self.chance.choice(sorted(SECTIONS))
        where = {name: self.chance.choice([None, "a", "b"]) for name in ("affiliate", "region", "unit")}
        fields: dict[str, Any] = {"election": "labour", "category": category, "section": SECTIONS[category], **where}
        number = max(state.entries, default=0) + 1
        kind = {"basis": f"person/{person}", "source": "register", "batch": batch, "number": number}
        self.take(happened(EntryAdded, state.stream, state.version + 1, **fields, **kind))

    def take(self, event: Event) -> None:
        self.events.append(event)
        if event.stream.startswith("entry/labour/"):
            person = event.stream.rpartition("/")[2]
            self.states[person] = fold(self.states.get(person, Entries(event.stream)), [event])

    def change(self) -> None:
        person = self.chance.choice(sorted(self.states))
        state = self.states[person]
        entry = self.chance.choice(list(state.entries.values()))
        if entry.batch in self.open:
            return
        about: dict[str, Any] = {"election": "labour", "number": entry.number}
        if not entry.live:
            self.take(happened(EntryRestored, state.stream, state.version + 1, **about, cause="clerical"))
        elif self.chance.random() < 0.5:
            self.take(happened(EntryRemoved, state.stream, state.version + 1, **about, cause="death"))
        else:
            new = self.chance.choice([None, "c", "d"])
            changed = {**about, "field": self.chance.choice(["region", "unit", "affiliate"]), "new": new}
            self.take(happened(EntryAmended, state.stream, state.version + 1, **changed, cause="clerical"))

    def build(self, *, closed: bool) -> None:
        self.builds += 1
        stream = f"build/labour/{self.builds}"
        about: dict[str, Any] = {"election": "labour", "build": self.builds}
        self.take(happened(RollBuildOpened, stream, **about, as_of_position=0, franchise=HASH))
        self.open.add(stream)
        for person in sorted({f"{self.chance.randrange(40):024x}" for _ in range(15)}):
            for _ in range(self.chance.choice([1, 1, 2])):
                self.add(person, stream)
        if closed:
            counts: dict[str, Any] = {"accepted": 0, "held": 0, "rows": 0, "digest": HASH, "failed": (), "sections": ()}
            self.take(happened(RollBuildClosed, stream, 2, **about, **counts))
            self.open.discard(stream)

    def plain(self) -> list[tuple[str, int, tuple[str, str, str | None, str | None, str | None]]]:
        """The live entries that count, as a fold of each person's stream has them."""
        return [
            (person, each.number, (each.category, each.section, each.affiliate, each.region, each.unit))
            for person, state in sorted(self.states.items())
            for each in state.live
            if each.batch not in self.open
        ]


@pytest.mark.parametrize("seed", range(12))
def test_a_roll_is_what_the_people_s_own_entries_are(seed: int) -> None:
    story = Story(seed)
    for _ in range(6):
        story.build(closed=True)
        for _ in range(15):
            story.change()
        for _ in range(3):
            story.add(f"{story.chance.randrange(40):024x}")
    story.build(closed=seed % 2 == 0)
    other = happened(
        EntryAdded,
        "entry/other/" + "0" * 24,
        election="other",
        basis="person/x",
        category="member",
        number=1,
        section="members",
        source="register",
    )
    events = [*story.events, other]
    figures = fold_roll(enumerate(events), "labour", len(events) - 1)
    live = story.plain()
    assert figures.root == "sha256:" + root([leaf_hash(entry_line(*each)) for each in live]).hex()
    cells = Counter(Cell(place[1], place[0], place[3]) for _, _, place in live)
    assert (figures.cells, figures.entries) == (cells, len(live))
    assert figures.sections == dict(sorted(Counter(place[1] for _, _, place in live).items()))
    assert figures.open_batches == tuple(sorted(story.open))


def test_an_entry_is_hashed_as_this_line() -> None:
    line = entry_line("0" * 24, 2, ("unite", "affiliates", "unite", None, "bow"))
    assert line == b"000000000000000000000000/2 unite affiliates unite - bow\n"


def test_open_registers_and_open_referrals_are_counted() -> None:
    batch = f"intake/members/{FILE}"
    about: dict[str, Any] = {"file": FILE, "register_id": "members", "rows": 1}
    received = happened(BatchReceived, batch, **about)
    values: dict[str, Any] = {
        "category": "supporters",
        "channel": "web",
        "currency": "GBP",
        "declaration": HASH,
        "election": "labour",
    }
    values |= {"fee_due": 0, "fee_version": 1, "identity": "A" * 43, "received": "2010-06-01T12:00:00Z"}
    applied = happened(ApplicationReceived, "application/" + "1" * 24, **values)
    referred = happened(ApplicationReferred, applied.stream, 2, ground="aims", reason="A" * 43)
    events = [received, applied, referred]
    figures = fold_roll(enumerate(events), "labour", 2)
    assert (figures.open_batches, figures.open_cases) == ((batch,), 1)
    done: dict[str, Any] = {"accepted": 0, "held": 0, "rejected": (), "digest": HASH}
    events += [
        happened(BatchReconciled, batch, 2, **about, **done),
        happened(ReferralCleared, applied.stream, 3, ground="aims", reason="A" * 43),
    ]
    figures = fold_roll(enumerate(events), "labour", 4)
    assert (figures.open_batches, figures.open_cases) == ((), 0)


def test_open_cases_are_counted_and_a_referral_to_one_of_them_once() -> None:
    def open_cases(events: Sequence[Event], election: str = "labour") -> int:
        return fold_roll(enumerate(events), election, len(events) - 1).open_cases

    opened = given(*BEFORE).events
    assert (open_cases(opened), open_cases(opened, "other")) == (1, 0)
    assert open_cases(given(*RULED_ON).events) == 0
    assert open_cases(given(*RULED_ON, TELL, REOPEN).events) == 1
    assert open_cases([*opened, happened(CaseClosed, "case/c1", 9, case="c1", reason="no-case")]) == 0
    values: dict[str, Any] = {"category": "supporters", "channel": "web", "currency": "GBP", "declaration": HASH}
    values |= {"fee_due": 0, "fee_version": 1, "identity": "A" * 43, "received": "2010-06-01T12:00:00Z"}
    applied = happened(ApplicationReceived, "application/" + "1" * 24, election="labour", **values)
    for case, expected in (("c1", 1), ("c2", 2), (None, 2)):
        referred = happened(ApplicationReferred, applied.stream, 2, case=case, ground="aims", reason="A" * 43)
        assert open_cases([*opened, applied, referred]) == expected
        assert open_cases([*given(*RULED_ON).events, applied, referred]) == 1


@pytest.mark.parametrize(
    ("opened", "closed", "stream"),
    [
        (ChecksOpened, ChecksClosed, "checks/labour/1"),
        (AdmissionOpened, AdmissionClosed, "admission/labour/1"),
        (InvitationOpened, InvitationClosed, "invitation/labour/1"),
        (LapseOpened, LapseClosed, "lapse/labour/1"),
        (PaymentsReceived, PaymentsReconciled, f"payments/labour/{FILE}"),
    ],
)
def test_what_is_under_way_on_applications_is_open_until_it_is_closed(opened: Any, closed: Any, stream: str) -> None:
    def made(kind: Any, election: str, version: int = 1) -> Any:  # of no other field is anything read
        return kind.model_construct(stream=stream, version=version, election=election)

    events = [made(opened, "labour")]
    assert fold_roll(enumerate(events), "labour", 0).open_batches == (stream,)
    assert fold_roll(enumerate([made(opened, "other")]), "labour", 0).open_batches == ()
    events.append(made(closed, "labour", 2))
    assert fold_roll(enumerate(events), "labour", 1).open_batches == ()


@pytest.mark.parametrize("joined", [None, "2010-01-02"])
@pytest.mark.parametrize("lapsed", [None, "2010-06-01"])
@pytest.mark.parametrize("levy", [None, "pays", "not"])
@pytest.mark.parametrize("declaration", [None, "made", "not"])
def test_the_facts_of_a_row_by_itself_are_those_of_its_stream(
    joined: str | None, lapsed: str | None, levy: str | None, declaration: str | None
) -> None:
    person = "1" * 24
    fields: dict[str, Any] = {"joined": joined, "lapsed": lapsed, "levy": levy, "declaration": declaration}
    events = [event for event in registered(person, **fields) if isinstance(event, MemberRegistered)]
    basis = fold(Basis(f"person/{person}"), events)
    standing = Standing(f"intake/members/{FILE}", "member", "", levy=levy, declaration=declaration)
    alone = facts_of_a_row(standing, (joined, lapsed), certified=True)
    facts = basis.facts(certified=True)
    for each in (member_on for category in COLLEGE.categories for member_on in category.tests):
        assert evaluate(each, facts)[:3] == evaluate(each, alone)[:3]
    assert (facts.spells, facts.levy, facts.declared, facts.certified) == (
        alone.spells,
        alone.levy,
        alone.declared,
        alone.certified,
    )
