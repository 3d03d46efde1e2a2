"""Guidelines issued under a clause of the rule book, and interpretations, on `rulebook/<organisation>`."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from ledger.decision import Act, Command, Outcome, decision
from ledger.errors import RefusedError, refused
from ledger.field import Hash, Id, Text, Time
from ledger.rules.clause import CLAUSES_MAX, Clause, Provision
from ledger.streams.amendment import require_new_book
from ledger.streams.body import Body, body_stream, require_decision
from ledger.streams.election import Election, election_stream, require_election
from ledger.streams.founding import Founding, founding_stream
from ledger.streams.rulebook import (
    GuidelinesIssued,
    InterpretationIssued,
    RuleBook,
    require_amender,
    require_clause,
    require_decided,
    require_once,
    require_prospective,
    rulebook_stream,
)

CASES_MAX = 100
NO_ELECTION = "none"  # the stream that is read where guidelines are for no election in particular


class IssueGuidelines(Command):
    """Issue guidelines under a clause of the rule book that gives the power; or issue them anew, with all clauses.

    A clause that has the ref of one in the rule book departs from it: only the body that may amend that one can do
    so, and has to say why, in overrides.
    """

    organisation: Id = Field(description="id of the organisation whose rules they are")
    guidelines: Id = Field(description="id of the guidelines")
    title: Text = Field(description="what they are called in public")
    text_digest: Hash = Field(description="SHA-256 of their exact text, or @FILE: taken from a file, words_digest too")
    clauses: tuple[Clause, ...] = Field(
        min_length=1,
        max_length=CLAUSES_MAX,
        description='all their clauses, as JSON: [{"ref":"G1","title":"...","text_digest":"sha256:...",'
        '"amendable_by":"procedures-committee","kind":"binding"}, ...]',
    )
    issued_by: Id = Field(description="the body that issued them")
    under: Hash = Field(description="hash of the binding clause that gives it the power (see: pollbook rules --hashes)")
    in_force_from: Time = Field(description="from when they are in force (UTC)")
    election: Id | None = Field(None, description="id of the election that they are for; left out: all")
    decision: Id | None = Field(None, description="id of the body's decision")
    words_digest: Hash | None = Field(None, description="SHA-256 of their words alone, whatever the white space")


@decision(
    IssueGuidelines,
    rule_book=lambda c, _: rulebook_stream(c.organisation),
    election=lambda c, _: election_stream(c.election or NO_ELECTION),
    body=lambda c, _: body_stream(c.issued_by),
    founding=lambda _c, _s: founding_stream(),
)
def issue_guidelines(
    command: IssueGuidelines, act: Act, rule_book: RuleBook, election: Election, body: Body, founding: Founding
) -> Outcome:
    """Decide that guidelines may be issued.

    Raises:
        RefusedError: `future-dated`, what `body.require_decision` raises,
            `unknown-election`, `rulebook-exists`, `duplicate-clause`,
            `retrospective-rule`, `unknown-clause`, `clause-not-in-force`, `not-binding`,
            `rule-change-needs`, `clause-conflict`, `overrides-nothing`, in that order.
    """
    where = f"guidelines {command.guidelines} of {command.organisation}"
    require_decided(act, where)
    require_decision(body, command.decision, act.effective, where, founded=founding.exists)
    if command.election is not None:
        require_election(election, command.election)
    before = rule_book.books.get(command.guidelines, ())
    if not all(isinstance(event, GuidelinesIssued) for event in before):
        require_new_book(rule_book, command.guidelines, where)
    require_once(command.clauses, where)
    require_prospective(command.in_force_from, act.now if before else act.effective, where)
    under = require_clause(rule_book, command.under, command.in_force_from, f"{where}, field under")
    require_binding(under, f"{where}, field under")
    require_amender(_changed(rule_book, command), command.issued_by, where)
    _require_fit(rule_book, command, where)
    own = IssueGuidelines.model_fields.keys() - Command.model_fields.keys()
    fields = {name: getattr(command, name) for name in own}
    return Outcome([GuidelinesIssued(**act.on(rule_book), **fields, edition=len(before) + 1)])


def _changed(rule_book: RuleBook, command: IssueGuidelines) -> Iterator[Provision]:
    """Give the clauses of the edition before that the new one changes or leaves out."""
    clauses = {clause.ref: clause for clause in command.clauses}
    for (book, ref), history in rule_book.clauses.items():
        if book == command.guidelines:
            known = history.at(command.in_force_from)
            if known is not None and known.clause != clauses.get(ref):
                yield known
            yield from history.after(command.in_force_from)


def _require_fit(rule_book: RuleBook, command: IssueGuidelines, where: str) -> None:
    """Refuse a clause that contradicts the rule book without a word, or overrides nothing."""
    binding = [
        provision
        for provision in rule_book.in_force(command.in_force_from).values()
        if provision.clause.kind == "binding" and provision.rulebook != command.guidelines
    ]
    for row, clause in enumerate(command.clauses, 1):
        over = [provision for provision in binding if provision.clause.ref == clause.ref]
        require_amender(over, command.issued_by, where)
        if over and clause.overrides is None:
            raise RefusedError(
                "clause-conflict",
                where,
                expected=f"no clause beside {clause.ref} of {over[0].rulebook}, or overrides, which says why",
                found=f"a clause {clause.ref} without a word on it",
                remedy="Number it anew, or say in overrides why it departs from the rule book",
                row=row,
            )
        if not over and clause.overrides is not None:
            raise RefusedError(
                "overrides-nothing",
                where,
                expected=f"a binding clause {clause.ref} in force in a rule book",
                found="none",
                remedy="Leave overrides out, or correct the ref",
                row=row,
            )


def require_binding(provision: Provision, where: str) -> None:
    """Refuse to rest a power or a sanction on guidance (`not-binding`)."""
    if provision.clause.kind != "binding":
        found = f"clause {provision.clause.ref} of {provision.rulebook}, which is guidance"
        remedy = "Name a binding clause: nothing can be enforced on guidance"
        raise refused("not-binding", where, "a binding clause", found, remedy)


def require_ground(rule_book: RuleBook, clause: str, conduct_at: str, where: str) -> Provision:
    """Give the clause that a sanction rests on, by its hash.

    Args:
        conduct_at: when that happened which is to be sanctioned (UTC).

    Raises:
        RefusedError: `unknown-clause`, `clause-not-in-force`: not in force at the conduct; `not-binding`.
    """
    provision = require_clause(rule_book, clause, conduct_at, where)
    require_binding(provision, where)
    return provision


class IssueInterpretation(Command):
    """Answer a question about a clause in force: the answer stays with the clause as it reads now."""

    organisation: Id = Field(description="id of the organisation whose rules they are")
    clause: Hash = Field(description="hash of the clause (see: pollbook rules --hashes)")
    question: Text = Field(description="what was asked; it is kept for ever, so name nobody")
    interpretation: Text = Field(description="the answer; it is kept for ever, so name nobody")
    issued_by: Id = Field(description="the body that gave it")
    cases: tuple[Text, ...] = Field(
        (), max_length=CASES_MAX, description="cases that it was given in, or follows; name nobody"
    )
    decision: Id | None = Field(None, description="id of the body's decision")


@decision(
    IssueInterpretation,
    rule_book=lambda c, _: rulebook_stream(c.organisation),
    body=lambda c, _: body_stream(c.issued_by),
)
def issue_interpretation(command: IssueInterpretation, act: Act, rule_book: RuleBook, body: Body) -> Outcome:
    """Decide that a clause may be interpreted: it has to be in force when the answer was given.

    Raises:
        RefusedError: `future-dated`, what `body.require_decision` raises where a decision is named, `unknown-clause`,
            `clause-not-in-force`.
    """
    where = f"interpretation of a clause of {command.organisation}"
    require_decided(act, where)
    if command.decision is not None:
        require_decision(body, command.decision, act.effective, where)
    require_clause(rule_book, command.clause, act.effective, where)
    own = IssueInterpretation.model_fields.keys() - Command.model_fields.keys()
    fields = {name: getattr(command, name) for name in own}
    number = len(rule_book.interpretations) + 1
    return Outcome([InterpretationIssued(**act.on(rule_book), **fields, number=number)])
