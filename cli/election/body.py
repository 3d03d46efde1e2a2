"""`pollbook body` and `interests`: who sits where, what was decided by whom, and what could have swayed them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from cli.look import moment_from, require_known
from cli.office import opened, system_clock
from cli.place import Place
from cli.screen import say, say_json, say_wrapped, table, wrapped
from ledger.decision import fold
from ledger.errors import nearest, refused
from ledger.storage.store import Ledger
from ledger.streams.body import Body, BodyConstituted, BodyDecision, SittingHeld, Term, body_decision, body_stream
from ledger.streams.contest import Contest, contest_stream
from ledger.streams.interest import Interest, interests_stream
from projections.moment import Moment

KINDS = {"conference": "conference", "governing-body": "governing body", "committee": "committee", "panel": "panel"}


def list_bodies(place: Place, as_of: str | None, known_at: str | None, *, as_json: bool) -> None:
    """Print every body with its quorum and how many sit on it."""
    moment = moment_from(as_of, known_at)
    at = moment.as_of or system_clock()
    with opened(place) as ledger:
        require_known(moment, ledger)
        bodies = [_body_at(ledger, name, moment) for name in _ids(ledger, "body-constituted.v1", "body/")]
    known = [(body, body.constituted) for body in bodies if body.constituted is not None]
    if as_json:
        say_json([_constitution_json(each) | {"members": len(body.members(at))} for body, each in known])
        return
    rows = [
        (each.body, each.name, KINDS.get(each.kind, "body"), str(each.quorum), f"{len(body.members(at))} of {total}")
        if (total := sum(seats.count for seats in each.seats))
        else (each.body, each.name, KINDS.get(each.kind, "body"), str(each.quorum), "not by name")
        for body, each in known
    ]
    if rows:
        say(table(("body", "name", "kind", "quorum", "members"), rows, right=(3,)))
    say(f"{len(rows)} shown ({moment.says()})")
    if not rows:
        say("A body is put on record with: pollbook record constitute-body --help")


def show_body(place: Place, name: str, as_of: str | None, known_at: str | None, *, as_json: bool) -> None:
    """Print one body: roster, sittings, decisions.

    Raises:
        RefusedError: `unknown-body`, with the nearest.
    """
    moment = moment_from(as_of, known_at)
    at = moment.as_of or system_clock()
    with opened(place) as ledger:
        require_known(moment, ledger)
        body = _body_at(ledger, name, moment)
        known = _ids(ledger, "body-constituted.v1", "body/")
    constituted = body.constituted
    if constituted is None:
        found = f"not yet ({moment.says()})" if name in known else f"{name!r}{nearest(name, known)}"
        remedy = "See the ids with: pollbook body"
        raise refused("unknown-body", f"body {name}", "a body that was constituted", found, remedy)
    sittings = sorted(body.sittings.values(), key=lambda each: (each.start, each.sitting))
    decisions = [taken for each in body.decisions if (taken := body_decision(body, each)) is not None]
    if as_json:
        roster = [_term_json(term) for term in body.members(at)]
        held = [_sitting_json(body, each) for each in sittings]
        said = [_decision_json(each) for each in decisions]
        say_json(_constitution_json(constituted) | {"members": roster, "sittings": held, "decisions": said})
        return
    kind = KINDS.get(constituted.kind, "body")
    say_wrapped(f"{constituted.name} ({name}), {kind}, quorum {constituted.quorum}, {moment.says()}")
    say()
    _say_roster(constituted, body.members(at))
    _say_sittings(body, sittings)
    _say_decisions(decisions)


def _body_at(ledger: Ledger, name: str, moment: Moment) -> Body:
    """Fold a body as it was known, and leave out what came after the day asked for.

    A sitting is of the day it was held, whenever its minutes came in; everything else of when it took effect.
    """
    known = replace(moment, as_of=None).past(ledger.stream(f"body/{name}"))
    day = moment.as_of
    seen = (
        event
        for _, event in known
        if day is None or (event.start if isinstance(event, SittingHeld) else event.effective) <= day
    )
    return fold(body_stream(name), seen)


def _ids(ledger: Ledger, kind: str, prefix: str) -> list[str]:
    """Name the bodies, or persons, whose streams have an event of a type."""
    return sorted({stream.removeprefix(prefix) for stream in ledger.streams_of(kind, prefix)})


def _say_roster(constituted: BodyConstituted, members: Sequence[Term]) -> None:
    if not constituted.seats:
        say("Nobody is seated by name")
        say()
        return
    order = [each.section for each in constituted.seats]
    shown = sorted(members, key=lambda term: (order.index(term.section), term.seat))
    rows = [(term.section, str(term.seat), term.person, _minute(term.since), _minute(term.until)) for term in shown]
    if rows:
        say(table(("section", "seat", "member", "since (UTC)", "until (UTC)"), rows, right=(1,)))
    filled = [(each, sum(term.section == each.section for term in members)) for each in constituted.seats]
    vacant = [f"{each.count - taken} of {each.count} {each.section}" for each, taken in filled if taken < each.count]
    say_wrapped(f"Vacant: {', '.join(vacant) or 'none'}")
    for rule in constituted.excluded:
        where = "" if rule.section is None else f" for {rule.section}"
        say_wrapped(f"Excluded{where}: {rule.capacity}, by {rule.ref}")
    say()


def _minute(moment: str | None) -> str:
    return "-" if moment is None else f"{moment[:10]} {moment[11:16]}"


def _say_sittings(body: Body, sittings: Sequence[SittingHeld]) -> None:
    if not sittings:
        say("No sitting is on record")
        return
    rows = [
        (each.sitting, _minute(each.start), str(body.present(each)), str(each.quorum_needed), _quorate(body, each))
        for each in sittings
    ]
    say(table(("sitting", "began (UTC)", "present", "quorum", ""), rows, right=(2, 3)))
    for each in sittings:
        for person in body.strangers(each):
            say_wrapped(f"Sitting {each.sitting}: {person} is recorded as present, and was no member by then")
    say()


def _quorate(body: Body, sitting: SittingHeld) -> str:
    return "inquorate" if body.present(sitting) < sitting.quorum_needed else "quorate"


def _say_decisions(decisions: Iterable[BodyDecision]) -> None:
    for each in decisions:
        taken = each.taken
        votes = f"{taken.votes_for} for, {taken.votes_against} against, {taken.abstained} abstained"
        withdrew = f", {len(taken.recused)} withdrew" if taken.recused else ""
        say_wrapped(f"Decision {taken.decision} of sitting {taken.sitting}: {_outcome(each)}, {votes}{withdrew}")
        say("\n".join(wrapped(f"  {taken.motion}", indent=2)))


def _outcome(decision: BodyDecision) -> str:
    if not decision.quorate:
        return "inquorate as is known by now"
    return "carried" if decision.carried else "lost"


def _constitution_json(constituted: BodyConstituted) -> dict[str, Any]:
    fields = {"body", "name", "kind", "quorum", "seats", "excluded", "clause"}
    return constituted.model_dump(mode="json", include=fields)


def _term_json(term: Term) -> dict[str, Any]:
    return {name: getattr(term, name) for name in ("person", "section", "seat", "since", "until")}


def _sitting_json(body: Body, sitting: SittingHeld) -> dict[str, Any]:
    names = {"sitting", "start", "end", "place", "present", "apologies", "minutes_digest"}
    counted = {"counted": body.present(sitting), "quorum": sitting.quorum_needed}
    quorate = counted["counted"] >= counted["quorum"]
    strangers = list(body.strangers(sitting))
    return sitting.model_dump(mode="json", include=names) | counted | {"quorate": quorate, "not_members": strangers}


def _decision_json(decision: BodyDecision) -> dict[str, Any]:
    names = {"decision", "sitting", "motion", "votes_for", "votes_against", "abstained", "majority", "recused"}
    fields = decision.taken.model_dump(mode="json", include=names | {"clause", "amends", "text_digest", "effective"})
    return fields | {"present": decision.present, "quorate": decision.quorate, "carried": decision.carried}


def list_interests(
    place: Place, person: str, contest: str, as_of: str | None, known_at: str | None, *, as_json: bool
) -> None:
    """Print declared interests, by person.

    Raises:
        RefusedError: `unknown-person`, `unknown-contest`, with the nearest: nothing was declared by, or in, them.
    """
    moment = moment_from(as_of, known_at)
    with opened(place) as ledger:
        require_known(moment, ledger)
        people = _ids(ledger, "interest-declared.v1", "interest/")
        _require_named("unknown-person", "person", person, people)
        found = [each for name in people for each in _interests_at(ledger, name, moment)]
        contests = {each.contest: _contest_at(ledger, each.contest, moment) for each in found}
        defined = _ids(ledger, "contest-defined.v1", "contest/")
        _require_named("unknown-contest", "contest", contest, [*contests, *defined])
    shown = [each for each in found if person in ("", each.person) and contest in ("", each.contest)]
    notes = [_unresolved(each, contests[each.contest]) for each in shown]
    if as_json:
        fields = ("person", "interest", "kind", "contest", "candidate", "since", "until")
        pairs = zip(shown, notes, strict=True)
        say_json([{name: getattr(each, name) for name in fields} | {"subject_known": not note} for each, note in pairs])
        return
    rows = [
        (
            each.person,
            each.interest,
            each.kind,
            each.contest,
            each.candidate or "-",
            _minute(each.since),
            _minute(each.until),
        )
        for each in shown
    ]
    say(table(("person", "interest", "kind", "contest", "candidate", "since (UTC)", "until (UTC)"), rows))
    for note in notes:
        if note:
            say_wrapped(note)
    say(f"{len(rows)} shown ({moment.says()})")


def _interests_at(ledger: Ledger, person: str, moment: Moment) -> list[Interest]:
    """Give what was known of a person's interests, as they were on the day asked for, whenever they were declared."""
    known = replace(moment, as_of=None).past(ledger.stream(f"interest/{person}"))
    declared = fold(interests_stream(person), (event for _, event in known)).declared.values()
    day = moment.as_of
    if day is None:
        return list(declared)
    return [
        replace(each, until=None) if each.until is not None and each.until > day else each
        for each in declared
        if each.since <= day
    ]


def _contest_at(ledger: Ledger, contest: str, moment: Moment) -> Contest:
    return fold(contest_stream(contest), (event for _, event in moment.past(ledger.stream(f"contest/{contest}"))))


def _unresolved(interest: Interest, contest: Contest) -> str:
    """Say that what an interest is in cannot be found: it was declared before the contest was defined."""
    where = f"Interest {interest.interest} of {interest.person}: contest {interest.contest}"
    if not contest.exists:
        return f"{where} is not defined yet"
    if interest.candidate is not None and interest.candidate not in contest.candidates:
        return f"{where} has no candidate {interest.candidate}{nearest(interest.candidate, contest.candidates)}"
    return ""


def _require_named(code: str, what: str, name: str, known: Sequence[str]) -> None:
    if name and name not in known:
        found = f"{name!r}{nearest(name, known)}"
        remedy = "See them all with: pollbook interests"
        raise refused(code, f"--{what}", f"a {what} of whom, or in which, an interest was declared", found, remedy)
