"""The check of reasons with the vault at hand: their words and their key, which who recorded them had counted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ledger.errors import EvidenceError
from ledger.event import Event
from ledger.privacy.vault import Vault
from ledger.rules.fairness import own_words, words_changed, words_of
from ledger.streams.appeal_events import AppealDetermined
from ledger.streams.case import Case, case_stream
from ledger.streams.case_events import CaseOpened
from ledger.streams.ground import GroundAdopted, Grounds, ground_stream
from ledger.streams.notification import CORRECTION_WORDS
from ledger.streams.procedure import Procedure, ProcedureAdopted, procedure_stream
from ledger.streams.ruling_events import RulingCorrected, RulingMade
from ledger.streams.rulings import key_of_reasons, said_by_grounds
from projections.verify.erasures import erased_in
from projections.verify.finding import Finding

GIVEN = (AppealDetermined, RulingCorrected, RulingMade)  # what gives reasons

Reasoned = AppealDetermined | RulingCorrected | RulingMade
NOT_HERE = "reasons were not read, so that their words and keys are as recorded: the vault's key is not here"


class _Rules(NamedTuple):
    """What reasons are held against, as of a position: grounds and procedure by election, cases by id."""

    grounds: dict[str, Grounds]
    procedures: dict[str, Procedure]
    cases: dict[str, Case]

    def take(self, event: Event) -> None:
        """Take one more event in."""
        match event:
            case GroundAdopted():
                state = self.grounds.get(event.election, ground_stream(event.election))
                self.grounds[event.election] = state.evolve(event)
            case ProcedureAdopted():
                rules = self.procedures.get(event.election, procedure_stream(event.election))
                self.procedures[event.election] = rules.evolve(event)
            case CaseOpened():
                self.cases.setdefault(event.case, case_stream(event.case).evolve(event))


def check_reasons(
    events: Iterable[tuple[int, Event]], vault: Vault | None, unchecked: dict[str, str]
) -> Iterator[Finding]:
    """E13: reasons have as many words, and the key, that stand beside them; a correction is one of a slip.

    Those that were erased cannot be read again, and are told as unchecked; without the vault all are.
    """
    events = list(events)
    erased = erased_in(events)
    rules, made, gone = _Rules({}, {}, {}), dict[tuple[str, int], str](), 0
    for position, event in events:
        rules.take(event)
        if not isinstance(event, GIVEN):
            continue
        if vault is None:
            _note(unchecked, NOT_HERE)
            return
        text = _read(vault, event)
        if text is None:
            gone += str(event.reasons) in erased
            continue
        if isinstance(event, RulingMade):
            made[event.case, event.ruling] = text
        for code, expected, found in _faults(event, text, made.get((event.case, event.ruling), text), rules, vault):
            yield Finding("E13", code, position, event.stream, expected, found)
    if gone:
        _note(unchecked, f"reasons that were erased were not read again: {gone}")


def _faults(event: Reasoned, text: str, made: str, rules: _Rules, vault: Vault) -> Iterator[tuple[str, str, str]]:
    words = len(words_of(text))
    if words != event.reasons_words:
        yield "reasons-differ", f"reasons_words {words}, as the reasons in the vault have", str(event.reasons_words)
    if isinstance(event, AppealDetermined):
        return
    key = key_of_reasons(text, vault.keyed)
    if key != event.reasons_key:
        yield "reasons-differ", f"reasons_key {key}, that of the reasons in the vault", event.reasons_key
    if isinstance(event, RulingCorrected) and (changed := words_changed(made, text)) > CORRECTION_WORDS:
        yield "use-new-ruling", f"at most {CORRECTION_WORDS} words changed since the ruling was made", f"{changed}"
    yield from _too_few(event, text, rules)


def _too_few(event: RulingMade | RulingCorrected, text: str, rules: _Rules) -> Iterator[tuple[str, str, str]]:
    """Find reasons that say little beyond the title and tests of the grounds; what is not on record E13 finds else."""
    case = rules.cases.get(event.case)
    procedure = rules.procedures.get(case.election) if case else None
    held = procedure.history.at(event.effective) if procedure else None
    if case is None or case.opened is None or held is None:
        return
    grounds = rules.grounds.get(case.election, ground_stream(case.election))
    said = own_words(text, said_by_grounds(case.opened, grounds))
    if said < held.reasons_words:
        expected = f"{held.reasons_words} words at least beyond the title and tests of the ground"
        yield "reasons-insufficient", expected, str(said)


def _read(vault: Vault, event: Reasoned) -> str | None:
    """Give the reasons as the vault has them; None where it has none, or cannot give them, which I4 finds."""
    try:
        text = vault.read(str(event.reasons), "reasons", event.stream)
    except (EvidenceError, TypeError, ValueError):
        return None
    return None if text is None else str(text)


def _note(unchecked: dict[str, str], why: str) -> None:
    unchecked["E13"] = "; ".join(each for each in (unchecked.get("E13"), why) if each)
