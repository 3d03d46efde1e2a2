"""Decisions in the user's own notation, pure and without a store.

    given(CALL_ELECTION).when(ADOPT_RULE).then(happened(CountRuleAdopted, "election/labour", 2, ...))
    given(CALL_ELECTION).when(DEFINE_CONTEST).then_refused("unknown-rule")

`given` decides commands one after the other and keeps their events; `when` folds those events into the
states that a decision reads, and decides; `then` compares. Everything is decided at NOW by ACTOR, but for leave to
appeal, which is for another office than recorded the ruling.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import ledger.streams  # noqa: F401  # fills the table of decisions
from ledger.batches.marking import DueFigures, MarkFigures, PaperFigures
from ledger.case_papers import CasePapers
from ledger.decision import DECISIONS, Act, Batch, Command, Outcome, State, States, fold, read_states
from ledger.errors import RefusedError
from ledger.event import Event
from ledger.figures import BatchFigures, CountFigures, HeadsFigures, NominationFigures
from ledger.leaf import encode
from ledger.retention_figures import RetentionFigures
from ledger.roll_figures import RollFigures
from ledger.rules.alternative import AlternativeVote
from ledger.rules.count_rule import rule_hash
from ledger.seal.merkle import leaf_hash
from ledger.streams.appeals import GrantLeave, RefuseLeave
from ledger.streams.batch import BatchClosed, BatchOpened, BatchWithdrawn
from ledger.streams.contest import Candidate, ClosePoll, DefineContest, Section
from ledger.streams.election import AdoptCountRule, CallElection
from ledger.streams.notification import NotifyRuling
from ledger.streams.paper import Alike, PaperRead, ReadPapers
from ledger.streams.person import Identity, RecordPerson
from ledger.streams.remedies import DoRemedy, OrderRemedy
from ledger.streams.signature import differences, signed_body
from ledger.streams.totals import CertifyTotals
from projections.papers.of_person import papers_of_case

NOW = "2010-09-25T12:00:00Z"
CLOSED = "2010-09-22T23:59:59Z"
ORIGIN = "example.org/log"
ACTOR, LEAVE_OFFICE = "returning-officer", "appeals-clerk"
SEED = bytes(range(32))
AnyFigures = (
    CountFigures
    | HeadsFigures
    | NominationFigures
    | RollFigures
    | DueFigures
    | MarkFigures
    | PaperFigures
    | RetentionFigures
    | CasePapers
)
REFUSAL = re.compile(r"[a-z]+(-[a-z]+)*: \S.*: expected \S.*, found [^.\s].*\. \S.*[^.]\.")

RULE = AlternativeVote(
    version="av.v1",
    blank="refuse",
    decimals=2,
    duplicate="refuse",
    exclusion="single-lowest",
    gap="refuse",
    majority_base="continuing",
    overvote="refuse",
    preferences="any-number",
    publication="by-section",
    stop="first-majority",
    ties=("earlier-stages-backwards", "lot"),
)
ANYTHING_GOES = RULE.model_copy(
    update={"blank": "reject", "duplicate": "skip", "gap": "exhaust", "overvote": "exhaust"}
)

CALL_ELECTION = CallElection(election="labour", title="Leader 2010", organisation="Labour", reason="vacancy")
ADOPT_RULE = AdoptCountRule(election="labour", rule=RULE)
DEFINE_CONTEST = DefineContest(
    contest="leader",
    election="labour",
    office="Leader",
    seats=1,
    candidates=(Candidate(id="a", name="Abbott"), Candidate(id="b", name="Balls"), Candidate(id="c", name="Burnham")),
    sections=(Section(id="members", name="Members"), Section(id="mps", name="MPs and MEPs")),
    count_rule=rule_hash(RULE),
    paper_publication="papers",
    smallest_cell=1,
    secrecy="secret",
    account="not-published",
    report="not-required",
)
CLOSE_POLL = ClosePoll(contest="leader", effective=CLOSED)
READ_PAPERS = ReadPapers(
    contest="leader", section="members", serial="s1", papers=(Alike(count=2, marks="a>b"), Alike(count=1, marks="b"))
)
RECORD_PERSON = RecordPerson(person="p1", identity=Identity(name="Ada Lovelace", email="ada@example.org"))
DEFINED = (CALL_ELECTION, ADOPT_RULE, DEFINE_CONTEST)
POLLED = (*DEFINED, CLOSE_POLL)


def but(command: Command, **changes: Any) -> Any:
    """The same command with other values, validated as the first was."""
    return type(command).model_validate({**dict(command), **changes})


def given(*commands: Command, figures: AnyFigures | None = None) -> Given:
    """What was decided before; none of it may be refused."""
    scene = Given(figures=figures)
    for command in commands:
        scene = replace(scene, events=(*scene.events, *scene.when(command).events))
    return scene


def happened(kind: type[Event], stream: str, /, version: int = 1, **fields: Any) -> Event:
    """An event as the acts of a scenario make it; papers carry no command."""
    return kind(**{**_act().on(State(stream, version - 1)), **fields})


def keyed(purpose: str, text: bytes) -> bytes:
    """A keyed digest as a vault gives it, here with a secret that everybody knows."""
    return hmac.digest(b"scenario", purpose.encode() + b"\n" + text, "sha256")


def _act(
    now: str = NOW, effective: str | None = None, authority: str | None = None, size: int = 0, actor: str = ACTOR
) -> Act:
    return Act(actor, now, effective or now, authority, "command", ORIGIN, size, keyed)


def keep_to_what_is_signed(command: Command, act: Act, events: Iterable[Event]) -> None:
    """What a command leads to says what the command said, and is about the same contest: `verify` relies on both."""
    body = json.loads(signed_body(command, act))
    for event in events:
        if not isinstance(event, PaperRead):
            found = list(differences(type(command), body, event))
            assert not found, f"{command.verb}: {event.type}: {found}"
        if not isinstance(event, PaperRead | BatchOpened | BatchClosed):
            assert event.effective == act.effective
        for name in ("election", "contest"):
            about = getattr(command, name, None)
            assert isinstance(event, PaperRead) or about is None or getattr(event, name, None) == about, event.type


@dataclass(frozen=True)
class Given:
    """A record as it stands: its events, the time, and what a count of its papers would say."""

    events: tuple[Event, ...] = ()
    now: str = NOW
    figures: AnyFigures | None = None
    actor: str = ""

    def by(self, actor: str) -> Given:
        """As somebody else decides."""
        return replace(self, actor=actor)

    def at(self, now: str) -> Given:
        """At another time."""
        return replace(self, now=now)

    def states(self, command: Command) -> States:
        """Fold the streams that the command's decision reads."""
        of = DECISIONS[command.verb]
        return read_states(of, command, lambda state: fold(state, (e for e in self.events if e.stream == state.stream)))

    def batches(self, command: ReadPapers | CertifyTotals) -> BatchFigures:
        """The batches of the command's contest and section, as the port gives them."""
        opened = [event for event in self.events if isinstance(event, BatchOpened)]
        withdrawn = {event.stream for event in self.events if isinstance(event, BatchWithdrawn)}
        contents = {
            event.stream: event.contents
            for event in opened
            if (event.contest, event.section) == (command.contest, command.section) and event.stream not in withdrawn
        }
        return BatchFigures(len(self.events) - 1, contents)

    def stream(self, stream: str) -> list[tuple[int, Event]]:
        """One stream, as a record gives it."""
        return [(position, event) for position, event in enumerate(self.events) if event.stream == stream]

    def streams_of(self, name: str, prefix: str) -> list[str]:
        """The streams that hold an event of a type, as a record gives them."""
        return [event.stream for event in self.events if event.type == name and event.stream.startswith(prefix)]

    def when(self, command: Command) -> When:
        """Decide a command, twice: a pure decision gives the same again."""
        entry = DECISIONS[command.verb]
        usual = LEAVE_OFFICE if isinstance(command, GrantLeave | RefuseLeave) else ACTOR
        act = _act(self.now, command.effective, command.authority, len(self.events), self.actor or usual)
        known = self.batches(command) if isinstance(command, ReadPapers | CertifyTotals) else self.figures
        if isinstance(command, NotifyRuling | OrderRemedy | DoRemedy):
            known = papers_of_case(self, len(self.events) - 1, command.case)
        figures: dict[str, Any] = {"figures": known} if entry.figures else {}
        before = self.states(command)
        try:
            outcome = entry.decide(command, act, **before, **figures)
        except RefusedError as refused:
            return When(Outcome(), refused)
        assert entry.decide(command, act, **self.states(command), **figures).events == outcome.events
        assert self.states(command) == before
        keep_to_what_is_signed(command, act, When(outcome).events)
        return When(outcome)


@dataclass(frozen=True)
class When:
    """What a decision answered."""

    outcome: Outcome
    refused: RefusedError | None = None

    @property
    def events(self) -> tuple[Event, ...]:
        """What is to be recorded, a batch dealt out from SEED."""
        assert self.refused is None, self.refused
        return (*self.outcome.events, *(_dealt(self.outcome.batch) if self.outcome.batch else ()))

    @property
    def papers(self) -> Counter[tuple[str, str]]:
        """How many papers were read, by the stream's beginning and the marks."""
        papers = (event for event in self.events if isinstance(event, PaperRead))
        return Counter((paper.stream.rpartition("/")[0], paper.marks) for paper in papers)

    def then(self, *events: Event) -> None:
        """Exactly these events are recorded; none means that nothing needs doing."""
        assert self.events == events

    def then_refused(self, code: str) -> RefusedError:
        """Nothing is recorded, and the refusal is one line with every part filled in."""
        assert self.refused is not None, f"recorded {self.events}"
        assert self.refused.code == code, self.refused
        assert REFUSAL.fullmatch(str(self.refused)), self.refused
        return self.refused


def _dealt(batch: Batch) -> tuple[Event, ...]:
    members = batch.deal(SEED)(0, batch.total, NOW)
    hashed = hashlib.sha256(b"".join(leaf_hash(encode(member)) for member in members))
    return (batch.opened, *members, batch.closed(len(members), "sha256:" + hashed.hexdigest(), NOW))
