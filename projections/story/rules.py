"""What is told of rule books, guidelines, interpretations and documents; see `words.tells`."""

from __future__ import annotations

from ledger.rules.clause import Clause
from ledger.streams.document import DocumentPublished, DocumentWithdrawn
from ledger.streams.rulebook import (
    GuidelinesIssued,
    InterpretationIssued,
    RuleAmended,
    RuleBookAdopted,
    RuleRepealed,
)
from projections.story.words import Names, Sentences, counted, listed, quoted, short, tells, when


def _decided(body: str, decision: str | None) -> str:
    return f"as {body} decided" + ("" if decision is None else f" in decision {decision}")


def _refs(clauses: tuple[Clause, ...]) -> str:
    return listed([quoted(clause.ref) for clause in clauses], "none")


def _amenders(clauses: tuple[Clause, ...]) -> Sentences:
    """Say which body may amend which clauses."""
    refs: dict[str, list[str]] = {}
    for clause in clauses:
        refs.setdefault(clause.amendable_by, []).append(quoted(clause.ref))
    told = [f"{listed(them)} by {body}" for body, them in refs.items()]
    return (f"Clauses may be amended: {'; '.join(told)}.",) if told else ()


@tells(RuleBookAdopted)
def _(event: RuleBookAdopted, _names: Names) -> Sentences:
    what = f"put on record rule book {event.rulebook} of {event.organisation}, {quoted(event.title)}"
    return (
        f"{what}, {_decided(event.adopted_by, event.decision)}, with {counted(len(event.clauses), 'clause')}",
        f"It is in force from {when(event.in_force_from)}; its text is {short(event.text_digest)}.",
        *_amenders(event.clauses),
        f"Clauses may be added by {event.amendable_by}.",
    )


@tells(RuleAmended)
def _(event: RuleAmended, _names: Names) -> Sentences:
    clause = event.clause
    where = f"clause {quoted(clause.ref)} of {event.rulebook} of {event.organisation}, {quoted(clause.title)}"
    named = "" if clause.applies_to is None else f" for {listed(clause.applies_to)}"
    what = f"{clause.kind}{named}, of the text {short(clause.text_digest)}"
    return (
        f"recorded an amendment of {where}, {_decided(event.adopted_by, event.decision)}",
        f"From {when(event.in_force_from)} it is {what}; {clause.amendable_by} may amend it.",
    )


@tells(RuleRepealed)
def _(event: RuleRepealed, _names: Names) -> Sentences:
    where = f"clause {quoted(event.ref)} of {event.rulebook} of {event.organisation}"
    return (
        f"recorded the repeal of {where}, {_decided(event.adopted_by, event.decision)}",
        f"From {when(event.in_force_from)} it is in force no more.",
    )


@tells(GuidelinesIssued)
def _(event: GuidelinesIssued, _names: Names) -> Sentences:
    scope = "every election" if event.election is None else f"election {event.election}"
    edition = "" if event.edition == 1 else f", edition {event.edition:,},"
    what = f"issued guidelines {event.guidelines}{edition} of {event.organisation} for {scope}, {quoted(event.title)}"
    departing = [quoted(clause.ref) for clause in event.clauses if clause.overrides is not None]
    departs = f"It departs from the rule book in {listed(departing)}." if departing else ""
    return (
        f"{what}, {_decided(event.issued_by, event.decision)}, under clause {short(event.under)}",
        f"They are in force from {when(event.in_force_from)}; their text is {short(event.text_digest)}.",
        f"{counted(len(event.clauses), 'clause')}: {_refs(event.clauses)}.",
        *([departs] if departs else []),
    )


@tells(InterpretationIssued)
def _(event: InterpretationIssued, _names: Names) -> Sentences:
    cases = (f"Cases: {listed([quoted(case) for case in event.cases])}.",) if event.cases else ()
    return (
        f"recorded an interpretation of clause {short(event.clause)} of {event.organisation}, "
        f"{_decided(event.issued_by, event.decision)}",
        f"The question was {quoted(event.question)}.",
        f"The answer is {quoted(event.interpretation)}.",
        *cases,
    )


KINDS = {
    "binding": "It binds",
    "guidance": "It is guidance, on which no sanction can rest,",
    "notice": "It is a notice",
}


@tells(DocumentPublished)
def _(event: DocumentPublished, _names: Names) -> Sentences:
    scope = "" if event.election is None else f" for election {event.election}"
    edition = "" if event.edition == 1 else f", edition {event.edition:,},"
    what = f"published document {event.document}{edition} of {event.organisation}{scope}, {quoted(event.title)}"
    until = "" if event.in_force_until is None else f" until {when(event.in_force_until)}"
    period = f"from {when(event.in_force_from)}{until}"
    breach = () if event.sanction is None else (f"A breach can be sanctioned under clause {short(event.sanction)}.",)
    return (
        f"{what}, of the text {short(event.text_digest)}",
        f"{KINDS[event.kind]} {period}, addressed to {listed(event.addressed_to)}.",
        *breach,
    )


@tells(DocumentWithdrawn)
def _(event: DocumentWithdrawn, _names: Names) -> Sentences:
    what = f"withdrew document {event.document}, with the reason {quoted(event.reason)}"
    return (what, f"It is in force no more from {when(event.in_force_until)}; it stays on record.")
