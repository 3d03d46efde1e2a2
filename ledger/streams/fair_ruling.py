"""Whether a ruling is fair by what is on record: the states that it rests on, put to the questions of `rules.fairness`.

The order is fixed: who decided, rules, notice and reply, evidence, reasons, effect, appeal (`fairness.ORDER`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Set
from dataclasses import dataclass

from ledger.rules.fairness import ADVERSE, ORDER, Fault, Ground, alone_faults, evidence_faults, ground_faults
from ledger.rules.ruling_remedies import remedy_of
from ledger.streams.case import Case
from ledger.streams.entry import Entries
from ledger.streams.fair_panel import Deciders, decider_faults
from ledger.streams.ground import Grounds
from ledger.streams.procedure import ProcedureAdopted
from ledger.streams.ruling_events import RulingMade

NEEDS_ENTRY = {"remove": "remove", "suspend": "remove", "restore": "restore"}  # outcome -> what it does to an entry


@dataclass(frozen=True, slots=True)
class Before:
    """What a ruling rests on, as it stood before it.

    Attributes:
        who: may have decided.
        rules: of procedure, in force at the moment of the ruling.
    """

    case: Case
    who: Deciders
    grounds: Grounds
    entries: Entries
    rules: ProcedureAdopted


def ruling_faults(ruling: RulingMade, before: Before, own_words: int) -> list[Fault]:
    """Find what is wrong with a ruling, in the order in which it is refused: that of `fairness.ORDER`.

    Args:
        ruling: as it would be recorded; its private reasons are not looked at.
        before: as it stood before.
        own_words: words of the reasons, each once, beyond the titles and tests of the grounds.
    """
    return sorted(_faults(ruling, before, own_words), key=lambda fault: ORDER.index(fault[0]))


def _faults(ruling: RulingMade, before: Before, own_words: int) -> Iterator[Fault]:
    yield from decider_faults(ruling, before.case, before.who)
    yield from _of_rules(ruling, before)
    if ruling.outcome in ADVERSE:
        yield from _of_notice(ruling, before)
        yield from _of_evidence(ruling, before)
    yield from _of_new_evidence(ruling, before)
    if own_words < before.rules.reasons_words:
        expected = (
            f"{before.rules.reasons_words} words at least beyond the title and tests of the ground: what was done, when"
        )
        yield "reasons-insufficient", f"{expected}, and which test it fails", f"{own_words}"
    yield from _of_effect(ruling, before)
    yield from _of_appeal(ruling, before)


def remedy_for(code: str, ruling: RulingMade, before: Before) -> str:
    """Say what to do about a fault of a ruling, `code`."""
    wanted, standing = _entries(ruling, before)
    effects = json.dumps([{"number": number, "action": wanted} for number in sorted(standing)])
    values = {"replies": len(before.case.replies), "late": before.case.late_replies(), "effects": effects}
    return remedy_of(code, ruling.decided_by, values)


def _of_rules(ruling: RulingMade, before: Before) -> Iterator[Fault]:
    """What is found is found on grounds of the case, in force and published when it happened."""
    opened = before.case.opened
    on_case = opened.grounds if opened else ()
    for each in ruling.findings:
        if each.ground not in on_case:
            yield "ground-not-of-the-case", f"a ground of the case: {', '.join(on_case)}", each.ground
    met = [each for each in ruling.findings if each.met == "met"]
    if ruling.outcome in ADVERSE and not met:
        yield "ground-not-met", f"a ground that is met, to {ruling.outcome}", "none"
    for each in met:
        if opened is None:
            continue
        if opened.conduct not in (None, each.conduct):
            yield "conduct-unfit", f"the conduct that the case is about, {opened.conduct}", each.conduct
        elif each.conduct > opened.effective:
            yield "conduct-unfit", f"conduct before the case was opened at {opened.effective}", each.conduct
    yield from ground_faults(
        ((ground_of(before.grounds, each.ground, each.conduct), each.conduct) for each in met), ruling.decided_by
    )
    if ruling.outcome not in (*ADVERSE, "refer-up"):  # that nothing is met is for the panel to find, too
        cases = (ground_of(before.grounds, each, ruling.effective) for each in on_case)
        yield from alone_faults(cases, ruling.decided_by)


def ground_of(grounds: Grounds, ground: str, conduct: str) -> Ground:
    """Give a ground as it was at the time of the conduct, else as it was adopted first."""
    then = grounds.in_force(ground, conduct)
    versions = grounds.grounds.get(ground, ())
    known = then or (versions[0] if versions else None)
    if known is None:
        return Ground(ground, ground, False, None, "A", "panel")
    held = then is not None and then.published <= conduct
    since = min(each.effective for each in versions)
    return Ground(ground, known.title, held, since, known.evidence, known.decided_by)


def weighed_at(ruling: RulingMade, before: Before) -> str:
    """Give the moment (UTC) by which all that was weighed had to be there: the panel sat, or somebody alone decided."""
    sitting = before.who.body.sittings.get(ruling.sitting or "") if ruling.decided_by == "panel" else None
    return sitting.start if sitting else ruling.effective


def _of_notice(ruling: RulingMade, before: Before) -> Iterator[Fault]:
    """The person was told, had their time to reply or there is a reason why not, and was heard."""
    case, notice, moment = before.case, before.case.notice, weighed_at(ruling, before)
    if notice is None:
        yield "notice-not-served", "a notice to the person", "none"
        return
    anew = case.again is not None and case.again.reason == "new-evidence"
    if notice.effective > moment or (anew and notice.effective < case.since):
        since = f", and after {case.since}, when the case was opened again" if anew else ""
        yield "notice-not-served", f"a notice before {moment}{since}", f"one served at {notice.effective}"
    urgent = ruling.interim_reason is not None and case.interim_at(ruling.effective) is not None
    if moment <= notice.reply_by.utc and not urgent and not case.heard:
        expected = f"a panel that sits, or a ruling, after the time to reply, {notice.reply_by.local}"
        yield "reply-window-open", f"{expected}, or a reason why it cannot wait, and an interim measure", moment
    if ruling.interim_reason is not None and not urgent:
        expected = "an interim measure in force, where the time to reply is not waited for"
        yield "interim-measure-missing", expected, f"none at {ruling.effective}"
    untold = [each.ground for each in ruling.findings if each.met == "met" and each.ground not in notice.grounds]
    if untold:
        yield "ground-not-in-notice", f"grounds of the notice: {', '.join(notice.grounds)}", ", ".join(untold)
    if (ruling.replies, ruling.late_replies) != (len(before.case.replies), before.case.late_replies()):
        expected = f"{len(before.case.replies)} replies put to the panel, {before.case.late_replies()} of them late"
        yield "reply-not-considered", expected, f"{ruling.replies}, {ruling.late_replies} late"
    if unseen := [reply for reply in case.replies if reply > moment]:
        yield "reply-not-considered", f"replies received up to {moment}, to be weighed", f"one of {unseen[0]}"


def _of_evidence(ruling: RulingMade, before: Before) -> Iterator[Fault]:
    """What it relies on is on the case, stands, was shown or withheld for a reason, and is good enough."""
    case, shown = before.case, before.case.notice.evidence if before.case.notice else ()
    moment = weighed_at(ruling, before)
    for each in ruling.evidence:
        found = case.evidence.get(each)
        if found is None:
            yield "unknown-evidence", f"evidence of the case: {', '.join(case.evidence) or 'none'}", each
        elif each in case.withdrawn:
            yield "evidence-withdrawn", "evidence that stands", f"{each}, withdrawn at {case.withdrawn[each]}"
        elif found.effective > moment:
            expected = f"evidence that was there at {moment}, to be weighed"
            yield "evidence-too-late", expected, f"{each}, added at {found.effective}"
        elif each not in shown and found.disclosure != "withheld":
            yield "evidence-not-disclosed", f"evidence that the person was shown: {', '.join(shown) or 'none'}", each
    relied = {
        each: case.evidence[each].evidence_class
        for each in ruling.evidence
        if each in case.evidence and each not in case.withdrawn
    }
    met = [each for each in ruling.findings if each.met == "met"]
    yield from evidence_faults(relied, (ground_of(before.grounds, each.ground, each.conduct) for each in met))


def _of_new_evidence(ruling: RulingMade, before: Before) -> Iterator[Fault]:
    """Where the case was opened again for new evidence, it relies on some."""
    case, again = before.case, before.case.again
    if again is None or again.reason != "new-evidence":
        return
    if not any(each in case.evidence and case.evidence[each].version > again.version for each in ruling.evidence):
        found = ", ".join(ruling.evidence) or "none"
        yield "new-evidence-missing", f"evidence added since the case was opened again at {again.effective}", found


def _entries(ruling: RulingMade, before: Before) -> tuple[str | None, Set[int]]:
    """Give what an outcome does to entries, if anything, and the numbers of those that it can do it to."""
    live = {entry.number for entry in before.entries.live}
    wanted = NEEDS_ENTRY.get(ruling.outcome)
    return wanted, live if wanted == "remove" else before.entries.entries.keys() - live


def _of_effect(ruling: RulingMade, before: Before) -> Iterator[Fault]:
    """It says what becomes of each entry that it is about, and that can become of it."""
    live = {entry.number for entry in before.entries.live}
    wanted, standing = _entries(ruling, before)
    named = [each for each in ruling.effects if each.action == wanted]
    if wanted and standing and not named:
        numbers = ", ".join(map(str, sorted(standing)))
        yield "effect-missing", f"what becomes of the person's entries: {numbers}", "no entry"
    if ruling.papers != "none":
        kept = ", ".join(str(each.number) for each in ruling.effects if each.number in live and each.action != "remove")
        if ruling.outcome not in ADVERSE or kept:
            found = f"{ruling.papers} of one that is to {ruling.outcome}{kept and f', and leaves entry {kept}'}"
            yield "effect-unfit", "no paper taken from an entry that stays", found
    for each in ruling.effects:
        if each.action not in ("none", wanted):
            yield "effect-unfit", f"{wanted or 'none'}, as its outcome is {ruling.outcome}", each.action
        if each.number not in before.entries.entries:
            known = ", ".join(map(str, before.entries.entries)) or "none"
            yield "unknown-entry", f"an entry of the person: {known}", str(each.number)
        elif each.action == "remove" and each.number not in live:
            yield "entry-not-live", "an entry that stands", f"{each.number}, removed"
        elif each.action == "restore" and each.number in live:
            yield "entry-live", "an entry that was removed", f"{each.number}, which stands"


def _of_appeal(ruling: RulingMade, before: Before) -> Iterator[Fault]:
    """It says to whom one may appeal, or by which clause to nobody: as the grounds do."""
    if ruling.appeal is None and ruling.no_appeal is None:
        yield "appeal-route-missing", "to whom one may appeal, or by which clause to nobody", "neither"
    elif ruling.appeal is not None and ruling.no_appeal is not None:
        yield "appeal-route-unclear", "appeal or no_appeal", "both"
    elif ruling.no_appeal is not None:
        clauses = {
            version.no_appeal
            for each in ruling.findings
            for version in before.grounds.grounds.get(each.ground, ())
            if version.effective <= ruling.effective
        }
        if ruling.no_appeal not in clauses:
            known = ", ".join(sorted(each for each in clauses if each)) or "none: its grounds give an appeal"
            yield "appeal-route-missing", f"the clause by which its grounds give no appeal: {known}", ruling.no_appeal
