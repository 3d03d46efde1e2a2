"""Rule books adopted, amended and repealed clause by clause, on `rulebook/<organisation>`; see `rulebook`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from ledger.decision import Act, Command, Outcome, decision
from ledger.errors import RefusedError, nearest, refused
from ledger.field import Hash, Id, Text, Time
from ledger.rules.clause import CLASSES_MAX, CLAUSES_MAX, ActorClass, Clause, Kind, Ref
from ledger.streams.body import Body, body_stream, require_decision
from ledger.streams.founding import Founding, founding_stream
from ledger.streams.rulebook import (
    GuidelinesIssued,
    RuleAmended,
    RuleBook,
    RuleBookAdopted,
    RuleRepealed,
    require_amender,
    require_decided,
    require_once,
    require_prospective,
    rulebook_stream,
)


class AdoptRuleBook(Command):
    """Adopt a rule book, or put one on record as it stands: its clauses, each with the body that may amend it.

    The first book of an organisation may have been in force before it is recorded; no later one.
    """

    organisation: Id = Field(description="id of the organisation whose rules they are")
    rulebook: Id = Field(description="id of the rule book")
    title: Text = Field(description="what the rule book is called in public")
    text_digest: Hash = Field(description="SHA-256 of its exact text, or @FILE: taken from a file, words_digest too")
    clauses: tuple[Clause, ...] = Field(
        min_length=1,
        max_length=CLAUSES_MAX,
        description='its clauses, as JSON: [{"ref":"4.II.2","title":"...","text_digest":"sha256:...",'
        '"amendable_by":"conference","kind":"binding"}, ...]; more are added with amend-rule',
    )
    amendable_by: Id = Field(description="the body that may add clauses")
    adopted_by: Id = Field(description="the body that adopted it")
    in_force_from: Time = Field(description="from when it is in force (UTC)")
    decision: Id | None = Field(None, description="id of the body's decision")
    words_digest: Hash | None = Field(None, description="SHA-256 of its words alone, whatever the white space")


@decision(
    AdoptRuleBook,
    rule_book=lambda c, _: rulebook_stream(c.organisation),
    body=lambda c, _: body_stream(c.adopted_by),
)
def adopt_rule_book(command: AdoptRuleBook, act: Act, rule_book: RuleBook, body: Body) -> Outcome:
    """Decide that a rule book may be adopted.

    Raises:
        RefusedError: `future-dated`, what `body.require_decision` raises,
            `rulebook-exists`, `overrides-nothing`, `duplicate-clause`,
            `retrospective-rule`, in that order.
    """
    where = f"rule book {command.rulebook} of {command.organisation}"
    require_decided(act, where)
    require_decision(body, command.decision, act.effective, where)
    require_new_book(rule_book, command.rulebook, where)
    for row, clause in enumerate(command.clauses, 1):
        _require_no_override(clause, where, row)
    require_once(command.clauses, where)
    if rule_book.exists:
        require_prospective(command.in_force_from, act.now, where)
    fields = {name: getattr(command, name) for name in AdoptRuleBook.model_fields.keys() - Command.model_fields.keys()}
    return Outcome([RuleBookAdopted(**act.on(rule_book), **fields)])


CLAUSE = ("amendable_by", "applies_to", "kind", "ref", "text_digest", "title")  # of what an amendment says


def _without_overrides(clause: Mapping[str, Any]) -> dict[str, Any]:
    """Give a clause of an event as an amendment says it: why it departs from another stays as it was."""
    return {name: value for name, value in clause.items() if name != "overrides"}


class AmendRule(Command):
    """Amend a clause, or add one: how it reads, and from when. Nothing reaches back."""

    written = {"clause": lambda body, found: _without_overrides(found) == {n: body[n] for n in CLAUSE if n in body}}

    organisation: Id = Field(description="id of the organisation whose rules they are")
    rulebook: Id = Field(description="id of the rule book, or of the guidelines")
    ref: Ref = Field(description="number or name of the clause; one that there is none of is added")
    title: Text = Field(description="what it is called, or what it is about")
    text_digest: Hash = Field(description="SHA-256 of its exact new text; or @FILE: taken from a file")
    amendable_by: Id = Field(description="the body that may amend it from then on")
    kind: Kind = Field(description="binding, or guidance, on which no sanction can rest")
    adopted_by: Id = Field(description="the body that decided the amendment")
    in_force_from: Time = Field(description="from when it reads so (UTC)")
    applies_to: tuple[ActorClass, ...] | None = Field(
        None, min_length=1, max_length=CLASSES_MAX, description="classes of actor that it names; left out: everyone"
    )
    decision: Id | None = Field(None, description="id of the body's decision")


@decision(
    AmendRule,
    rule_book=lambda c, _: rulebook_stream(c.organisation),
    body=lambda c, _: body_stream(c.adopted_by),
    founding=lambda _c, _s: founding_stream(),
)
def amend_rule(command: AmendRule, act: Act, rule_book: RuleBook, body: Body, founding: Founding) -> Outcome:
    """Decide that a clause may be amended, by the body that it names; or added, by the body that the book names.

    Raises:
        RefusedError: `future-dated`, what `body.require_decision` raises,
            `unknown-rulebook`, `retrospective-rule`, `rule-change-needs`, `clause-held`,
            in that order.
    """
    where = f"clause {command.ref} of {command.rulebook}"
    require_decided(act, where)
    require_decision(body, command.decision, act.effective, where, founded=founding.exists)
    _require_book(rule_book, command.rulebook)
    require_prospective(command.in_force_from, act.now, where)
    given = {name: getattr(command, name) for name in Clause.model_fields.keys() & AmendRule.model_fields.keys()}
    history = rule_book.history(command.rulebook, command.ref)
    known, later = history.at(command.in_force_from), history.after(command.in_force_from)
    if known is None:
        _require_adder(rule_book, command.rulebook, command.adopted_by, where)
    require_amender(((known, *later) if known else later), command.adopted_by, where)
    clause = Clause(**given, overrides=known.clause.overrides if known else None)
    if known is not None and known.clause == clause and not later:
        remedy = "Nothing is to be recorded"
        raise refused("clause-held", where, "a clause that reads otherwise", "the same as is in force", remedy)
    return Outcome(
        [
            RuleAmended(
                **act.on(rule_book),
                adopted_by=command.adopted_by,
                clause=clause,
                decision=command.decision,
                in_force_from=command.in_force_from,
                organisation=command.organisation,
                rulebook=command.rulebook,
            )
        ]
    )


class RepealRule(Command):
    """Repeal a clause: from a moment on there is none of this ref. Nothing reaches back."""

    organisation: Id = Field(description="id of the organisation whose rules they are")
    rulebook: Id = Field(description="id of the rule book, or of the guidelines")
    ref: Ref = Field(description="number or name of the clause")
    adopted_by: Id = Field(description="the body that decided the repeal")
    in_force_from: Time = Field(description="from when the clause is gone (UTC)")
    decision: Id | None = Field(None, description="id of the body's decision")


@decision(
    RepealRule,
    rule_book=lambda c, _: rulebook_stream(c.organisation),
    body=lambda c, _: body_stream(c.adopted_by),
    founding=lambda _c, _s: founding_stream(),
)
def repeal_rule(command: RepealRule, act: Act, rule_book: RuleBook, body: Body, founding: Founding) -> Outcome:
    """Decide that a clause may be repealed, by the body that it names.

    Raises:
        RefusedError: `future-dated`, what `body.require_decision` raises,
            `unknown-rulebook`, `unknown-clause`, `retrospective-rule`,
            `rule-change-needs`, in that order.
    """
    where = f"clause {command.ref} of {command.rulebook}"
    require_decided(act, where)
    require_decision(body, command.decision, act.effective, where, founded=founding.exists)
    _require_book(rule_book, command.rulebook)
    history = rule_book.history(command.rulebook, command.ref)
    known, later = history.at(command.in_force_from), history.after(command.in_force_from)
    if known is None and not later:
        refs = [
            ref
            for (book, ref), each in rule_book.clauses.items()
            if book == command.rulebook and each.at(command.in_force_from)
        ]
        found = f"none{nearest(command.ref, refs)}"
        expected = f"a clause in force at {command.in_force_from}"
        raise refused("unknown-clause", where, expected, found, "See the clauses with: pollbook rules")
    require_prospective(command.in_force_from, act.now, where)
    require_amender(((known, *later) if known else later), command.adopted_by, where)
    fields = {name: getattr(command, name) for name in RepealRule.model_fields.keys() - Command.model_fields.keys()}
    return Outcome([RuleRepealed(**act.on(rule_book), **fields)])


def require_new_book(rule_book: RuleBook, book: str, where: str) -> None:
    """Refuse a book whose id is taken (`rulebook-exists`)."""
    if book in rule_book.books:
        found = f"{rule_book.books[book][-1].title!r}"
        raise refused("rulebook-exists", where, "a new id", found, "Choose another id, or amend it clause by clause")


def _require_book(rule_book: RuleBook, book: str) -> None:
    if book not in rule_book.books:
        where = f"rule book {book} of {rule_book.organisation}"
        found = f"none{nearest(book, rule_book.books)}"
        remedy = "Correct the id (see: pollbook rules), or record adopt-rule-book"
        raise refused("unknown-rulebook", where, "a book that was adopted or issued", found, remedy)


def _require_adder(rule_book: RuleBook, book: str, body: str, where: str) -> None:
    """Refuse a clause added by another body than the book names; guidelines are their issuer's."""
    adopted = rule_book.books[book][-1]
    needed = adopted.issued_by if isinstance(adopted, GuidelinesIssued) else adopted.amendable_by
    if body != needed:
        expected = f"a decision of {needed}, which alone may add a clause to {book}"
        raise refused(
            "rule-change-needs", where, expected, f"one of {body}", f"Bring it before {needed}, and record its decision"
        )


def _require_no_override(clause: Clause, where: str, row: int) -> None:
    if clause.overrides is not None:
        raise RefusedError(
            "overrides-nothing",
            where,
            expected="a clause that overrides none",
            found=f"one that says why: {clause.overrides}",
            remedy="Leave overrides out: only guidelines depart from a rule book",
            row=row,
        )
