"""Who decides, and by which rules, in the scenario of `cases.py`: offices, grounds, procedure, three panels, a contest.

All of it is invented. The panels have five members each. The first is harsh. On the second sits somebody who endorsed a
candidate, and so is recused from every case. The third gives nearly every case the same reasons.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

from applications import ELECTION
from election import COUNT_RULE

from ledger.rules.alternative import AlternativeVote
from ledger.rules.clause import Clause, clause_hash
from ledger.rules.count_rule import rule_hash

Line = dict[str, Any]

CONTEST = "leader"
CANDIDATES = ("ada", "ben")
HARSH, CONFLICTED, BOILERPLATE = PANELS = ("panel-north", "panel-south", "panel-west")
CLERKS = {panel: panel.replace("panel", "clerk") for panel in PANELS}
MEMBERS = {panel: tuple(f"{panel[6:]}-{seat}" for seat in range(1, 6)) for panel in PANELS}
QUORUM = 3
BARRED = MEMBERS[CONFLICTED][1]  # who endorsed the first candidate
REVIEWERS = tuple(f"reviewer-{number}" for number in range(1, 8))
APPEALS_CLERK, REGISTRAR, RETURNING_OFFICER = "clerk-appeals", "registrar", "returning-officer"
REFERRER = "compliance-unit"
FOUNDED, ADOPTED = "2015-04-01T12:00:00Z", "2015-06-01T12:00:00Z"
REPLY_HOURS, APPEAL_DAYS, REVIEW = 72, 14, 3
GROUNDS = {  # id -> title, test, evidence that suffices
    "other-party": ("Supports another party", "signed for, stood for or paid another party within a year", "A"),
    "abuse": ("Abuse of others in public", "abused somebody in public since the rules were published", "B"),
    "false-claim": ("A claim that is not true", "gave an address at which they do not live", "A"),
}
CATS_GROUND = "no-person"


def said(moment: datetime) -> str:
    """Write a moment as commands do."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def digest(text: str) -> str:
    """Give a digest of something invented."""
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


RULES_SINCE = "2000-01-01T00:00:00Z"
CLAUSES = [
    {"ref": ref, "title": title, "text_digest": digest(title), "amendable_by": "nec", "kind": "binding"}
    for ref, title in (("1", "Officers record what bodies decide"), ("2", "No appeal lies for an animal"))
]
POWERS, NO_APPEAL = (clause_hash("society", "rules", Clause.model_validate(each), RULES_SINCE) for each in CLAUSES)


def founding() -> Line:
    """Give what `pollbook found` reads: the returning officer, and a clerk of each panel and of appeals."""
    powers = {RETURNING_OFFICER: ["all"], APPEALS_CLERK: ["review", "remedies"]}
    powers |= {clerk: ["rulings"] for clerk in CLERKS.values()}
    officers = [{"office": office, "powers": held, "clause": POWERS} for office, held in powers.items()]
    return {"governing_body": "nec", "title": "Scenario", "kept": "transcript", "officers": officers}


def line(moment: str, verb: str, actor: str = REGISTRAR, **fields: Any) -> Line:
    """Give a command as `pollbook apply` reads it."""
    return {"verb": verb, "as": actor, "effective": moment, **fields}


def added(moment: str, person: str, source: str, basis: str) -> Line:
    """Give the command by which a decision puts somebody on the roll."""
    entry = {"election": ELECTION, "person": person, "source": source, "basis": basis}
    return line(moment, "add-entry", **entry, category="registered-supporters", section="supporters")


def offices() -> list[Line]:
    """Give the commands by which the rules are adopted, and the registrar, who has no key, is given every power."""
    sat: Line = {"body": "nec", "sitting": "s-1", "start": "2015-04-02T18:00:00Z", "end": "2015-04-02T20:00:00Z"}
    decided: Line = {
        "body": "nec",
        "decision": "d-1",
        "motion": "The registrar records",
        "votes_for": 9,
        "votes_against": 0,
    }
    name: Line = {"name": "National Executive Committee", "kind": "governing-body", "quorum": 3}
    book: Line = {"organisation": "society", "rulebook": "rules", "title": "Rules", "text_digest": digest("Rules")}
    book |= {"amendable_by": "nec", "adopted_by": "nec"}
    at, by = "2015-04-03T12:00:00Z", RETURNING_OFFICER
    return [
        line(at, "constitute-body", by, body="nec", **name),
        line(at, "hold-sitting", by, **sat, attended=9),
        line(at, "take-decision", by, **decided, sitting="s-1"),
        line(at, "adopt-rule-book", by, **book, clauses=CLAUSES, decision="d-1", in_force_from=RULES_SINCE),
        line(at, "delegate-power", by, office=REGISTRAR, body="nec", decision="d-1", powers=["all"], clause=POWERS),
    ]


def rules() -> list[Line]:
    """Give the commands that adopt grounds and procedure, seat the panels and define the contest."""
    procedure: Line = {"zone": "UTC", "reply_hours": REPLY_HOURS, "appeal_days": APPEAL_DAYS, "days": "calendar"}
    procedure |= {"hearing_hours": 48, "reasons_words": 8, "reviewers": REVIEW}
    of_all: Line = {"election": ELECTION, "decided_by": "panel"}
    grounds = [
        line(ADOPTED, "adopt-ground", ground=name, title=title, tests=[test], evidence=kind, appeal="review", **of_all)
        for name, (title, test, kind) in GROUNDS.items()
    ]
    cats: Line = {"title": "Not a person", "tests": ["is an animal"], "evidence": "A", "no_appeal": NO_APPEAL}
    endorsed: Line = {"person": BARRED, "interest": "i-1", "kind": "endorsement", "contest": CONTEST}
    return [
        *grounds,
        line(ADOPTED, "adopt-ground", ground=CATS_GROUND, **cats, **of_all),
        line(ADOPTED, "adopt-procedure", election=ELECTION, **procedure),
        *(each for panel in PANELS for each in _panel(panel)),
        line(ADOPTED, "declare-interest", **endorsed, candidate=CANDIDATES[0]),
        line("2015-06-01T12:00:01Z", "adopt-count-rule", election=ELECTION, rule=COUNT_RULE),
        line("2015-06-02T12:00:00Z", "define-contest", contest=CONTEST, election=ELECTION, **_contest()),
    ]


def _panel(panel: str) -> list[Line]:
    seats = [{"section": "panel", "count": len(MEMBERS[panel])}]
    name: Line = {"kind": "panel", "name": f"Eligibility panel {panel[6:]}", "quorum": QUORUM, "seats": seats}
    seat: Line = {"body": panel, "section": "panel", "filled_by": "appointment"}
    return [
        line(ADOPTED, "constitute-body", body=panel, **name),
        *(
            line(ADOPTED, "seat-member", person=person, seat=number, **seat)
            for number, person in enumerate(MEMBERS[panel], 1)
        ),
    ]


def _contest() -> Line:
    rule = AlternativeVote.model_validate_json(json.dumps(COUNT_RULE))
    kept = {"paper_publication": "none", "smallest_cell": 1, "secrecy": "secret", "account": "required"}
    return {
        "office": "Leader",
        "seats": 1,
        "candidates": [{"id": each, "name": f"Candidate {each.title()}"} for each in CANDIDATES],
        "sections": [{"id": "supporters", "name": "Supporters"}],
        "count_rule": rule_hash(rule),
        "report": "not-required",
        **kept,
    }
