"""Commands of a small election, for tests that need something to record."""

from __future__ import annotations

from typing import Any

from ledger.desk import Desk
from ledger.streams.contest import Candidate, ClosePoll, DefineContest, Section
from ledger.streams.count_rule import AlternativeVote, rule_hash
from ledger.streams.election import AdoptCountRule, CallElection
from ledger.streams.paper import Alike, ReadPapers
from ledger.streams.person import Identity, RecordPerson


def a_rule(**choices: Any) -> AlternativeVote:
    plain = {
        "version": "av.v1",
        "blank": "reject",
        "decimals": 2,
        "duplicate": "exhaust",
        "exclusion": "single-lowest",
        "gap": "skip",
        "majority_base": "continuing",
        "overvote": "exhaust",
        "preferences": "any-number",
        "stop": "first-majority",
        "ties": ("lot",),
    }
    return AlternativeVote.model_validate(plain | choices)


def call_election(election: str = "leader-2024") -> CallElection:
    return CallElection(election=election, title="Leader 2024", organisation="The Party", reason="vacancy")


def adopt_rule(rule: AlternativeVote | None = None) -> AdoptCountRule:
    return AdoptCountRule(election="leader-2024", rule=rule or a_rule())


def define_contest() -> DefineContest:
    return DefineContest(
        contest="leader",
        election="leader-2024",
        office="Leader",
        seats=1,
        candidates=(Candidate(id="ada", name="Ada"), Candidate(id="bob", name="Bob")),
        sections=(Section(id="members", name="Members"),),
        count_rule=rule_hash(a_rule()),
        paper_publication="papers",
        smallest_cell=1,
        secrecy="secret",
        account="not-published",
    )


def read_papers(serial: str = "box-1", **counts: int) -> ReadPapers:
    """Read papers: `read_papers(ada=3, bob=2)` has three that name Ada alone."""
    papers = tuple(Alike(marks=marks, count=count) for marks, count in counts.items())
    return ReadPapers(contest="leader", section="members", serial=serial, papers=papers)


def record_person(person: str, name: str = "Ada Lovelace") -> RecordPerson:
    return RecordPerson(person=person, identity=Identity(name=name))


def hold_poll(desk: Desk) -> None:
    """Record everything up to the close of the poll."""
    for command in (call_election(), adopt_rule(), define_contest(), ClosePoll(contest="leader")):
        desk.submit(command, actor="returning-officer")
