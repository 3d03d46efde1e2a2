"""What a refusal of a ruling says to do: for each fault, with options and verbs that there are, and that does help."""

from __future__ import annotations

import json
import re

import pytest
from ruled import BEFORE, RULE
from scenario import Given, but, given
from test_fair_panel import ALONE, AUTO, FOR_CHECKS
from test_ruling import BREAKS, REMOVE, REPLY, RESTORE, found, put, removed_and_opened_again, with_entry

from ledger.decision import DECISIONS
from ledger.rules.fairness import ORDER
from ledger.rules.ruling_remedies import REMEDIES, remedy_of
from ledger.streams.ground import AdoptGround
from ledger.streams.rulings import MakeRuling

OPTION = re.compile(r"--([a-z-]+)")
VERB = re.compile(r"\b(?:record|and) ([a-z]+(?:-[a-z]+)+)")
VALUES = {"replies": 2, "late": 1, "effects": "[]"}


def said(scene: Given, command: MakeRuling) -> str:
    refused = scene.when(command).refused
    assert refused is not None
    return refused.remedy


def test_each_fault_has_a_remedy_and_there_is_no_other() -> None:
    assert REMEDIES.keys() == set(ORDER)


@pytest.mark.parametrize("code", ORDER)
def test_a_remedy_names_options_and_verbs_that_there_are(code: str) -> None:
    for how in ("panel", "officer", "auto"):
        text = remedy_of(code, how, VALUES)
        assert {
            name.replace("-", "_") for name in OPTION.findall(text.partition("pollbook")[0])
        } <= MakeRuling.model_fields.keys()
        assert set(VERB.findall(text[0].lower() + text[1:])) <= DECISIONS.keys()
        assert "{" not in text


@pytest.mark.parametrize("name", [name for name, (code, *_) in BREAKS.items() if code in ORDER])
def test_a_refusal_says_what_to_do(name: str) -> None:
    code, change, changes = BREAKS[name]
    remedy = said(given(*change(BEFORE)), but(RULE, **changes))
    begun = REMEDIES[code].partition("{")[0]
    assert remedy.startswith(begun) or changes.get("decided_by") in ("officer", "auto")


def test_replies_and_effects_are_told_as_they_would_do() -> None:
    scene = given(*BEFORE, REPLY)
    assert "--replies 1 --late-replies 1" in said(scene, RULE)
    assert scene.when(but(RULE, replies=1, late_replies=1)).events
    for scene, ruling in ((with_entry(*BEFORE), REMOVE), (removed_and_opened_again(), RESTORE)):
        told = re.search(r"--effects '(.*)'", said(scene, but(ruling, effects=())))
        assert told is not None
        assert scene.when(but(ruling, effects=json.loads(told[1]))).events


def test_who_decides_alone_is_not_told_to_withdraw() -> None:
    alone: AdoptGround = but(next(each for each in BEFORE if isinstance(each, AdoptGround)), decided_by="officer")
    by_officer = [alone if isinstance(each, AdoptGround) else each for each in BEFORE]
    referred = put(BEFORE[-5], but(BEFORE[-5], referred_by="returning-officer"))(by_officer)
    assert said(given(*referred), but(RULE, **ALONE, decided_by="officer")) == "Let another officer decide it"
    assert "--reviewed-by" in said(given(*FOR_CHECKS), but(RULE, **{**AUTO, "reviewed_by": "registrar"}))


def test_nothing_is_said_to_be_none_in_another_language() -> None:
    for name in ("panel", "sitting"):
        refused = given(*BEFORE).when(but(RULE, **{name: None})).refused
        assert refused is not None
        assert refused.found == "none"
    refused = given(*FOR_CHECKS).when(but(RULE, **{**AUTO, "reviewed_by": None}, findings=found())).refused
    assert refused is not None
    assert refused.found == "version register-match v2, reviewed by nobody"
