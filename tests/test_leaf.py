"""Leaves: canonical bytes for any text, and nothing private in them."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable
from typing import Any

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from scenario import RULE

from ledger.errors import RefusedError
from ledger.event import TYPES, Audience, Event, Plain
from ledger.field import INT_MAX, Text
from ledger.leaf import (
    LEAF_MAX,
    Row,
    conceal,
    decode,
    decode_strictly,
    disclose,
    disclosure_digest,
    encode,
    undisclose,
)
from ledger.streams.access import PURPOSES
from ledger.streams.election import ElectionCalled
from ledger.streams.figure import Figure
from ledger.streams.person import PersonRecorded

MANY = settings(max_examples=40, deadline=None)
FEW = settings(max_examples=5, deadline=None)
TEXT = TypeAdapter(Text)


def is_text(value: str) -> bool:
    try:
        TEXT.validate_python(value)
    except ValidationError:
        return False
    return True


# Any character that the field type lets in: quotes, backslashes, line feeds, every script, emoji.
AWKWARD = st.sampled_from(['"', "\\", "\n", "/", "<", "&", "é", "ß", "ي", "क", "香", "😀"])
TEXTS = (
    st.lists(st.one_of(AWKWARD, st.characters(exclude_categories=["Cs", "Cc", "Cf", "Co", "Zl", "Zp"])), max_size=30)
    .map(lambda characters: unicodedata.normalize("NFC", "".join(characters)))
    .filter(is_text)
)
COUNTS = st.one_of(st.integers(0, 9), st.just(INT_MAX), st.integers(0, INT_MAX))
NUMBERS = st.integers(1, INT_MAX)
IDS = st.from_regex(r"[a-z0-9][a-z0-9-]{0,8}", fullmatch=True)
HASHES = st.binary(min_size=32, max_size=32).map(lambda data: "sha256:" + data.hex())
DIGESTS = st.text("abcXYZ019_-", min_size=43, max_size=43)
BLINDS = st.text("abcXYZ019_-", min_size=22, max_size=22)
FILES = st.from_regex(r"[0-9a-f]{32}", fullmatch=True)
MARKS = st.from_regex(r"[a-z0-9>=-]{0,12}", fullmatch=True)
TIMES = st.sampled_from(
    ["0001-01-01T00:00:00Z", "2010-09-25T16:00:00Z", "2024-02-29T23:59:59Z", "9999-12-31T23:59:59Z"]
)
STREAMS = st.lists(IDS, min_size=2, max_size=4).map("/".join)
ITEMS = st.lists(st.fixed_dictionaries({"id": IDS, "name": TEXTS}), max_size=3)
WHAT_IFS = st.fixed_dictionaries(
    {
        "accept_rejected": st.lists(st.fixed_dictionaries({"reason": IDS, "section": IDS}), max_size=2),
        "leave_out": st.lists(IDS, max_size=2),
        "leave_out_categories": st.lists(IDS, max_size=2),
        "remove": st.just([{"number": 1, "person": "0123456789abcdef01234567"}]),
        "restore": st.just([]),
        "reverse": st.lists(st.fixed_dictionaries({"case": IDS, "ruling": NUMBERS}), max_size=2),
        "unknown": st.lists(st.fixed_dictionaries({"papers": COUNTS, "section": IDS}), max_size=2),
    }
)
MARGINS = st.fixed_dictionaries(
    {"kinds": st.just(["addition", "change"]), "section": IDS, "steps": st.lists(COUNTS, max_size=3)}
)
OTHERS = ("accept_rejected", "leave_out", "leave_out_categories", "remove", "restore", "reverse", "unknown")
QUESTIONS = WHAT_IFS | MARGINS.map(lambda margin: {name: [] for name in OTHERS} | {"margin": margin})
FIGURES = st.lists(
    st.fixed_dictionaries(
        {"measure": st.sampled_from(["votes", "share"]), "stage": st.integers(1, 9), "value": st.just("12")},
        optional={"candidate": IDS, "decimals": st.integers(0, 9), "section": IDS, "certainty": st.just("unconfirmed")},
    ),
    max_size=3,
)
STATEMENTS = st.fixed_dictionaries({"satisfied": st.booleans(), "reasons": TEXTS})
CLASSES = st.lists(st.sampled_from(["candidate", "agent", "staff"]), min_size=1, max_size=3)
REFS = st.sampled_from(["4.II.2", "G1", "第4条", "Clause IV"])
CLAUSE = st.fixed_dictionaries(
    {
        "amendable_by": IDS,
        "kind": st.sampled_from(["binding", "guidance"]),
        "ref": REFS,
        "text_digest": HASHES,
        "title": TEXTS,
    },
    optional={"applies_to": CLASSES, "overrides": TEXTS},
)
CLAUSES = st.lists(CLAUSE, max_size=3)
KEYS = st.from_regex(r"[a-z./]{1,20}\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}", fullmatch=True)
SIGNATURES = st.from_regex(r"[A-Za-z0-9+/]{86}==", fullmatch=True)
LOCALS = st.sampled_from(["2010-06-09T12:30:00", "2012-02-29T00:00:00", "1999-12-31T23:59:59"])
DATES = st.fixed_dictionaries({"local": LOCALS, "utc": TIMES, "zone": st.sampled_from(["UTC", "Europe/London"])})
STEPS = st.sampled_from(["nominations-close", "freeze"])
ENVELOPE = {"actor": IDS, "effective": TIMES, "recorded": TIMES, "stream": STREAMS, "version": st.integers(1, INT_MAX)}
MAY_BE_ABSENT = {"authority": TEXTS, "batch": STREAMS, "command": IDS}
DAYS = st.sampled_from(["0001-01-01", "2010-05-27", "2024-02-29"])
THRESHOLDS = [
    {"kind": "share", "id": "plp", "nominator_class": "mps", "share": "1/8", "bound": "at-least", "of": "nominators"},
    {"kind": "count", "id": "unions", "nominator_class": "unions", "least": 2},
    {"kind": "any", "id": "either", "parts": ["plp", "unions"]},
]
NOMINATION_RULE = {
    "version": "nomination.v1",
    "acceptance": "required",
    "classes": [
        {"id": "mps", "name": "Members of Parliament"},
        {"id": "unions", "name": "Unions", "meeting": {"kinds": ["delegate"], "notice_days_min": 7, "present_min": 0}},
    ],
    "incumbent": "exempt",
    "requires": "either",
    "thresholds": THRESHOLDS,
}
MEETINGS = st.fixed_dictionaries(
    {
        "eligible": COUNTS,
        "in_favour": COUNTS,
        "kind": st.sampled_from(["all-member", "delegate"]),
        "notice_days": COUNTS,
        "present": COUNTS,
    },
    optional={"certified_by": TEXTS},
)
PERSONS = st.lists(
    st.fixed_dictionaries(
        {
            "counts": st.lists(st.fixed_dictionaries({"nominations": COUNTS, "nominator_class": IDS}), max_size=2),
            "name": TEXTS,
            "nominee": IDS,
            "reasons": st.lists(st.sampled_from(["declined", "threshold-not-met"]), max_size=2),
            "thresholds": st.lists(
                st.fixed_dictionaries({"has": COUNTS, "id": IDS}, optional={"needed": COUNTS}), max_size=2
            ),
            "valid": st.booleans(),
        }
    ),
    max_size=2,
)
NOMINATED = {"contest": IDS, "nominator": IDS, "nominee": IDS}
SEEDS = st.lists(st.from_regex(r"[0-9a-f]{64}", fullmatch=True), max_size=2)
NOMINATION_FIELDS: dict[str, dict[str, Any]] = {
    "agent-appointed.v1": {"agent": IDS, "contest": IDS, "nominee": IDS},
    "attribute-recorded.v1": {
        "as_of": DAYS,
        "consent": st.just("given"),
        "contest": IDS,
        "attribute": st.sampled_from(["incumbent", "slate"]),
        "nominee": IDS,
        "source": TEXTS,
        "value": TEXTS,
    },
    "ballot-order-committed.v1": {"commitment": HASHES, "contest": IDS},
    "ballot-order-drawn.v1": {
        "contest": IDS,
        "order": st.lists(IDS, max_size=3),
        "seed": SEEDS,
        "unrevealed": st.lists(IDS, max_size=2),
        "witnesses": TEXTS,
    },
    "candidate-withdrew.v1": {"contest": IDS, "nominee": IDS},
    "class-sized.v1": {
        "as_of": DAYS,
        "contest": IDS,
        "measure": st.sampled_from(["nominators", "members"]),
        "nominator_class": IDS,
        "size": COUNTS,
        "source": TEXTS,
    },
    "entitlement-ended.v1": {"clause": HASHES, "election": IDS, "nominator": IDS, "reason": TEXTS},
    "nomination-accepted.v1": {"contest": IDS, "nominee": IDS},
    "nomination-declined.v1": {"contest": IDS, "nominee": IDS},
    "nomination-received.v1": {
        **NOMINATED,
        "irregular": st.lists(TEXTS, max_size=2),
        "meeting": MEETINGS,
        "nominator_class": IDS,
        "size": COUNTS,
    },
    "nomination-received-late.v1": {**NOMINATED, "closed": TIMES, "nominator_class": IDS},
    "nomination-ruled-invalid.v1": {**NOMINATED, "clause": HASHES, "reasons": TEXTS, "ruling": IDS},
    "nomination-ruled-valid.v1": {**NOMINATED, "clause": HASHES, "reasons": TEXTS, "ruling": IDS},
    "nomination-withdrawn.v1": {**NOMINATED, "reason": TEXTS},
    "nominations-closed.v1": {
        "closes": st.lists(st.fixed_dictionaries({"moment": TIMES, "nominator_class": IDS}), max_size=2),
        "contest": IDS,
    },
    "nominations-opened.v1": {
        "clause": HASHES,
        "contest": IDS,
        "election": IDS,
        "office": TEXTS,
        "rule": st.just(NOMINATION_RULE),
        "seats": COUNTS,
    },
    "nominator-registered.v1": {
        "as_of": DAYS,
        "election": IDS,
        "name": TEXTS,
        "nominator": IDS,
        "nominator_class": IDS,
        "size": COUNTS,
        "source": TEXTS,
    },
    "nominee-named.v1": {"contest": IDS, "name": TEXTS, "nominee": IDS},
    "statement-lodged.v1": {
        "characters": COUNTS,
        "contest": IDS,
        "digest": HASHES,
        "language": st.sampled_from(["en", "cy", "zh-Hant"]),
        "nominee": IDS,
        "words": COUNTS,
    },
    "statement-published.v1": {
        "as_of_position": COUNTS,
        "contest": IDS,
        "late": COUNTS,
        "nominations": HASHES,
        "persons": PERSONS,
        "reason": TEXTS,
        "void": COUNTS,
    },
    "unopposed-declared.v1": {"candidates": st.lists(IDS, max_size=3), "contest": IDS},
}
FRANCHISE = {
    "version": "franchise.v1",
    "several": "one-per-person",
    "precedence": ["members", "supporters"],
    "categories": [
        {
            "category": "members",
            "by": "register",
            "registers": ["party"],
            "section": "members",
            "tests": [{"test": "continuous", "months": 6, "to": "2016-07-12"}, {"test": "declaration"}],
        },
        {
            "category": "supporters",
            "by": "application",
            "section": "members",
            "tests": [
                {"test": "register-match", "near": "accepted"},
                {"test": "of-age", "years": 14, "on": "2016-07-12"},
            ],
        },
    ],
}
SECTION_COUNTS = st.lists(st.fixed_dictionaries({"entries": COUNTS, "section": IDS}), max_size=2)
ROLL_FIELDS: dict[str, dict[str, Any]] = {
    "entry-added.v1": {
        "affiliate": IDS,
        "basis": STREAMS,
        "category": IDS,
        "election": IDS,
        "number": NUMBERS,
        "region": IDS,
        "section": IDS,
        "source": st.sampled_from(["register", "application", "office", "ruling", "appeal"]),
        "unit": IDS,
    },
    "entry-amended.v1": {
        "basis": STREAMS,
        "cause": st.sampled_from(["transferred", "clerical", "ruling"]),
        "election": IDS,
        "field": st.sampled_from(["affiliate", "category", "region", "unit"]),
        "new": IDS,
        "number": NUMBERS,
        "old": IDS,
    },
    "entry-removed.v1": {
        "basis": STREAMS,
        "cause": st.sampled_from(["death", "duplicate", "ruling", "clerical"]),
        "election": IDS,
        "number": NUMBERS,
    },
    "entry-restored.v1": {
        "basis": STREAMS,
        "cause": st.sampled_from(["ruling", "appeal", "clerical"]),
        "election": IDS,
        "number": NUMBERS,
    },
    "franchise-adopted.v1": {"clause": HASHES, "decision": IDS, "election": IDS, "rule": st.just(FRANCHISE)},
    "register-inspected.v1": {
        "election": IDS,
        "finding": st.sampled_from(["accurate", "inaccurate", "declined"]),
        "outside_period": st.booleans(),
        "reason": TEXTS,
        "requested_by": st.sampled_from(["member", "candidate", "scrutineer"]),
        "requested_on": TIMES,
    },
    "freeze-listed.v1": {"election": IDS},
    "roll-build-closed.v1": {
        "accepted": COUNTS,
        "build": NUMBERS,
        "digest": HASHES,
        "election": IDS,
        "failed": st.lists(st.fixed_dictionaries({"rows": COUNTS, "test": IDS}), max_size=2),
        "held": COUNTS,
        "rows": COUNTS,
        "sections": SECTION_COUNTS,
    },
    "roll-build-opened.v1": {"as_of_position": COUNTS, "build": NUMBERS, "election": IDS, "franchise": HASHES},
    "roll-certified.v1": {
        "as_of_position": COUNTS,
        "election": IDS,
        "open_batches": st.lists(STREAMS, max_size=2),
        "open_cases": COUNTS,
        "reason": TEXTS,
        "roll_version": NUMBERS,
        "root": HASHES,
        "statement": HASHES,
    },
    "roll-copy-supplied.v1": {
        "election": IDS,
        "purpose": TEXTS,
        "recipient": IDS,
        "roll_version": NUMBERS,
        "rows": COUNTS,
    },
    "roll-counted.v1": {
        "cells": st.lists(
            st.fixed_dictionaries({"category": IDS, "entries": COUNTS, "section": IDS}, optional={"region": IDS}),
            max_size=2,
        ),
        "election": IDS,
        "roll_version": NUMBERS,
    },
    "roll-frozen.v1": {
        "as_of_position": COUNTS,
        "election": IDS,
        "entries": COUNTS,
        "open_batches": st.lists(STREAMS, max_size=2),
        "published": TIMES,
        "reason": TEXTS,
        "roll_version": NUMBERS,
        "root": HASHES,
        "sections": SECTION_COUNTS,
    },
}
ROW_KEYS = st.from_regex(r"[0-9a-f]{24}", fullmatch=True)
CURRENCIES = st.sampled_from(["GBP", "EUR"])
PAID = {"amount": COUNTS, "currency": CURRENCIES, "day": DAYS, "payment": ROW_KEYS}
SOME_IDS = st.lists(IDS, max_size=3)
CLAIM = {"category": IDS, "channel": IDS, "declaration": HASHES, "election": IDS, "identity": DIGESTS}
TALLIES = st.lists(st.fixed_dictionaries({"applications": COUNTS, "code": IDS}), max_size=2)
APPLICATION_FIELDS: dict[str, dict[str, Any]] = {
    "admission-closed.v1": {
        "admitted": st.lists(st.fixed_dictionaries({"applications": COUNTS, "section": IDS}), max_size=2),
        "changed": COUNTS,
        "digest": HASHES,
        "election": IDS,
        "not_admitted": st.lists(st.fixed_dictionaries({"applications": COUNTS, "code": IDS}), max_size=2),
        "number": NUMBERS,
    },
    "admission-opened.v1": {"election": IDS, "franchise": NUMBERS, "number": NUMBERS},
    "invitation-closed.v1": {
        "applications": COUNTS,
        "changed": COUNTS,
        "digest": HASHES,
        "election": IDS,
        "invited": TALLIES,
        "not_invited": TALLIES,
        "number": NUMBERS,
    },
    "invitation-opened.v1": {
        "curable": st.lists(
            st.fixed_dictionaries({"ground": IDS, "hours": COUNTS, "test": st.sampled_from(["paid", "of-age"])}),
            max_size=2,
        ),
        "election": IDS,
        "franchise": NUMBERS,
        "notice": IDS,
        "number": NUMBERS,
        "served": TIMES,
        "zone": st.just("Europe/London"),
    },
    "lapse-closed.v1": {
        "changed": COUNTS,
        "digest": HASHES,
        "election": IDS,
        "lapsed": TALLIES,
        "not_lapsed": TALLIES,
        "number": NUMBERS,
    },
    "lapse-opened.v1": {"election": IDS, "franchise": NUMBERS, "number": NUMBERS},
    "payments-received.v1": {"election": IDS, "file": FILES, "rows": COUNTS},
    "payments-reconciled.v1": {
        "digest": HASHES,
        "election": IDS,
        "file": FILES,
        "rows": COUNTS,
        "sums": st.lists(
            st.fixed_dictionaries(
                {"amount": COUNTS, "fate": IDS, "rows": COUNTS},
                optional={"currency": CURRENCIES, "kind": st.sampled_from(["received", "failed", "refunded"])},
            ),
            max_size=2,
        ),
    },
    "application-admitted.v1": {
        "category": IDS,
        "decided_by": st.sampled_from(["automatic", "officer"]),
        "franchise": NUMBERS,
        "region": IDS,
        "section": IDS,
        "tests": st.lists(
            st.fixed_dictionaries({"code": IDS, "outcome": st.sampled_from(["passed", "failed"])}), max_size=2
        ),
        "unit": IDS,
    },
    "application-lapsed.v1": {"cause": st.sampled_from(["unpaid", "uncured"]), "grounds": SOME_IDS},
    "application-received-late.v1": {**CLAIM, "closed": TIMES, "received": TIMES, "region": IDS, "unit": IDS},
    "application-received.v1": {
        **CLAIM,
        "concession": NUMBERS,
        "currency": CURRENCIES,
        "fee_due": COUNTS,
        "fee_version": NUMBERS,
        "received": TIMES,
        "region": IDS,
        "unit": IDS,
    },
    "application-referred.v1": {"case": IDS, "ground": IDS, "reason": DIGESTS},
    "application-refusal-reversed.v1": {"basis": STREAMS, "election": IDS, "ruling": NUMBERS},
    "application-refused.v1": {"basis": STREAMS, "election": IDS, "grounds": SOME_IDS, "ruling": NUMBERS},
    "application-withdrawn.v1": {"fee_action": st.sampled_from(["refund", "retain", "none"])},
    "checks-run.v1": {
        "checks": st.lists(
            st.fixed_dictionaries(
                {"check": st.just("age"), "outcome": st.sampled_from(["pass", "near"]), "version": IDS},
                optional={"against": STREAMS, "score": st.integers(0, 10_000)},
            ),
            max_size=2,
        ),
        "edition": IDS,
        "matcher": TEXTS,
    },
    "cure-invited.v1": {"deadline": DATES, "grounds": SOME_IDS, "notice": IDS, "served": TIMES, "tests": SOME_IDS},
    "cure-lapsed.v1": {"grounds": SOME_IDS},
    "cure-supplied.v1": {"grounds": SOME_IDS, "late": st.booleans(), "received": TIMES, "supplied": DIGESTS},
    "fee-failed.v1": PAID,
    "fee-received.v1": PAID,
    "fee-refunded.v1": PAID,
    "fee-retained.v1": {"amount": COUNTS, "currency": CURRENCIES, "day": DAYS},
    "payment-matched.v1": {"application": ROW_KEYS, "kind": st.sampled_from(["received", "failed", "refunded"])},
    "referral-cleared.v1": {"ground": IDS, "reason": DIGESTS},
}
LISTED = {
    "affiliate": IDS,
    "category": IDS,
    "declaration": st.sampled_from(["made", "not"]),
    "identity": DIGESTS,
    "joined": DAYS,
    "lapsed": DAYS,
    "levy": st.sampled_from(["pays", "not"]),
    "region": IDS,
    "section": IDS,
    "unit": IDS,
}
HANDLED = {"basis": STREAMS, "contest": IDS, "number": st.integers(1, 999)}
RETURNED = {"channel": IDS, "contest": IDS, "day": DAYS, "number": st.integers(1, 999)}
PAPER_FIELDS: dict[str, dict[str, Any]] = {
    "duplicate-return-held.v1": RETURNED,
    "linkage-destroyed.v1": {"contest": IDS, "how": TEXTS},
    "linkage-sealed.v1": {"contest": IDS, "custodian": IDS, "digest": HASHES, "until": TIMES},
    "marks-received.v1": {"contest": IDS, "file": FILES, "rows": COUNTS},
    "marks-reconciled.v1": {
        "accepted": COUNTS,
        "contest": IDS,
        "digest": HASHES,
        "duplicates": COUNTS,
        "file": FILES,
        "held": COUNTS,
        "rejected": st.lists(st.fixed_dictionaries({"code": IDS, "rows": COUNTS}), max_size=2),
        "rows": COUNTS,
    },
    "paper-cancelled.v1": {**HANDLED, "cause": st.sampled_from(["removed", "death", "appeal"])},
    "paper-issued.v1": {**HANDLED, "reason": st.sampled_from(["late-admission", "ruling"])},
    "paper-set-aside.v1": HANDLED,
    "paper-unlinked.v1": {**HANDLED, "why": st.sampled_from(["papers-read", "list-sealed", "list-destroyed"])},
    "set-aside-reversed.v1": HANDLED,
    "paper-reissued.v1": {
        "contest": IDS,
        "number": st.integers(1, 999),
        "reason": st.sampled_from(["lost", "spoilt", "not-arrived"]),
    },
    "papers-issued.v1": {
        "as_of_position": COUNTS,
        "channel": st.sampled_from(["post", "online", "by-hand", "several"]),
        "contest": IDS,
        "count": COUNTS,
        "first_serial": COUNTS,
        "roll_version": NUMBERS,
        "section": IDS,
    },
    "return-marked.v1": RETURNED,
}
OF_APPEAL = {"case": IDS, "ruling": st.integers(1, 9)}
APPEAL_GROUNDS = st.sampled_from(["procedure", "bias"])
PERSON_KEYS = st.from_regex(r"[0-9a-f]{24}", fullmatch=True)
APPEALED = {
    **OF_APPEAL,
    "by": st.sampled_from(["subject", "representative"]),
    "election": IDS,
    "grounds": st.lists(APPEAL_GROUNDS, max_size=2),
    "person": PERSON_KEYS,
    "statement": DIGESTS,
}
FIELDS: dict[str, dict[str, Any]] = {
    **APPLICATION_FIELDS,
    "appeal-attempted.v1": {**APPEALED, "no_appeal": HASHES},
    "appeal-determined.v1": {
        "abstained": COUNTS,
        "answers": st.lists(st.fixed_dictionaries({"ground": APPEAL_GROUNDS, "upheld": st.just("upheld")}), max_size=2),
        "case": IDS,
        "outcome": st.sampled_from(["dismissed", "allowed"]),
        "person": PERSON_KEYS,
        "reasons": DIGESTS,
        "reasons_words": COUNTS,
        "ruling": st.integers(1, 9),
        "votes_against": COUNTS,
        "votes_for": COUNTS,
    },
    "appeal-lodged.v1": APPEALED,
    "appeal-received-late.v1": {**APPEALED, "appeal_by": DATES},
    "appeal-withdrawn.v1": OF_APPEAL,
    "case-allocated.v1": {
        "among": st.lists(IDS, max_size=3),
        "case": IDS,
        "method": st.sampled_from(["rota", "lot"]),
        "panel": IDS,
        "reason": TEXTS,
        "turn": st.integers(1, 9),
        "witnesses": TEXTS,
    },
    "case-closed.v1": {"case": IDS, "reason": st.sampled_from(["decided", "no-case"])},
    "case-docketed.v1": {"case": IDS, "election": IDS, "grounds": st.lists(IDS, max_size=3)},
    "case-linked.v1": {"case": IDS, "incident": IDS, "signal": TEXTS},
    "case-notice-served.v1": {
        "case": IDS,
        "channel": st.sampled_from(["post", "email"]),
        "evidence": st.lists(IDS, max_size=3),
        "grounds": st.lists(IDS, max_size=3),
        "reply_by": DATES,
        "text_digest": HASHES,
    },
    "case-opened.v1": {
        "about": IDS,
        "candidates": st.lists(IDS, max_size=2),
        "case": IDS,
        "conduct": TIMES,
        "detection": st.sampled_from(["search", "complaint"]),
        "election": IDS,
        "grounds": st.lists(IDS, max_size=3),
        "person": PERSON_KEYS,
        "referred_by": IDS,
        "search": DIGESTS,
        "subject": STREAMS,
    },
    "case-reopened.v1": {"basis": STREAMS, "case": IDS, "reason": st.sampled_from(["remitted", "new-evidence"])},
    "case-undocketed.v1": {"case": IDS, "election": IDS},
    "evidence-added.v1": {
        "captured": TIMES,
        "case": IDS,
        "description": DIGESTS,
        "digest": HASHES,
        "disclosure": st.sampled_from(["disclosed", "withheld"]),
        "evidence": IDS,
        "evidence_class": st.sampled_from(["A", "B", "C"]),
        "given_by": IDS,
        "person": PERSON_KEYS,
        "withheld_because": TEXTS,
    },
    "evidence-pack-disclosed.v1": {
        **OF_APPEAL,
        "items": st.lists(IDS, max_size=3),
        "text_digest": HASHES,
        "withheld": st.lists(st.fixed_dictionaries({"evidence": IDS, "why": TEXTS}), max_size=2),
    },
    "evidence-withdrawn.v1": {"case": IDS, "evidence": IDS, "reason": TEXTS},
    "hearing-held.v1": {
        **OF_APPEAL,
        "manner": st.sampled_from(["hearing", "papers"]),
        "notice": TIMES,
        "present": st.lists(IDS, max_size=3),
        "record_digest": HASHES,
        "represented": st.sampled_from(["yes", "no"]),
    },
    "incident-closed.v1": {"finding": TEXTS, "incident": IDS},
    "incident-opened.v1": {
        "election": IDS,
        "incident": IDS,
        "kind": st.sampled_from(["guide", "leak"]),
        "title": TEXTS,
    },
    "consent-given.v1": {
        "by": st.sampled_from(["subject", "representative"]),
        "case": IDS,
        "ruling": st.integers(1, 9),
        "text_digest": HASHES,
    },
    "consent-withdrawn.v1": {"case": IDS, "ruling": st.integers(1, 9)},
    "interim-measure-lifted.v1": {"case": IDS, "reason": TEXTS},
    "interim-measure-taken.v1": {
        "case": IDS,
        "decision": IDS,
        "measure": st.sampled_from(["hold-paper", "suspend-entry"]),
        "panel": IDS,
        "reason": TEXTS,
        "until": TIMES,
    },
    "leave-granted.v1": {**OF_APPEAL, "reason": TEXTS},
    "leave-refused.v1": {**OF_APPEAL, "reason": TEXTS},
    "member-recused.v1": {
        "case": IDS,
        "member": IDS,
        "reason": TEXTS,
        "required": st.sampled_from(["own-wish", "required"]),
    },
    "procedure-adopted.v1": {
        "appeal_days": st.integers(1, 99),
        "body": IDS,
        "clause": HASHES,
        "days": st.sampled_from(["calendar", "working"]),
        "decision": IDS,
        "election": IDS,
        "hearing_hours": COUNTS,
        "holidays": st.lists(DAYS, max_size=3),
        "interim_days": st.integers(1, 99),
        "published": TIMES,
        "reasons_words": COUNTS,
        "reply_hours": COUNTS,
        "reviewers": st.integers(1, 9),
        "zone": st.sampled_from(["UTC", "Europe/London"]),
    },
    "remedy-done.v1": {**OF_APPEAL, "number": st.integers(1, 9), "proof": st.one_of(STREAMS, HASHES)},
    "remedy-ordered.v1": {
        **OF_APPEAL,
        "contest": IDS,
        "due": DATES,
        "entry": st.integers(1, 9),
        "number": st.integers(1, 9),
        "reason": TEXTS,
        "remedy": st.sampled_from(["apology", "none-possible"]),
    },
    "reply-received.v1": {"case": IDS, "person": PERSON_KEYS, "reply": DIGESTS},
    "reviewers-assigned.v1": {**OF_APPEAL, "reviewers": st.lists(IDS, max_size=3)},
    "rota-turn-taken.v1": {"among": st.lists(IDS, max_size=3), "case": IDS, "election": IDS, "turn": st.integers(1, 9)},
    "ruling-corrected.v1": {
        "case": IDS,
        "person": PERSON_KEYS,
        "reason": TEXTS,
        "reasons": DIGESTS,
        "reasons_key": IDS,
        "reasons_words": COUNTS,
        "ruling": st.integers(1, 9),
    },
    "ruling-figures-published.v1": {"election": IDS},
    "ruling-made.v1": {
        "abstained": COUNTS,
        "appeal": TEXTS,
        "case": IDS,
        "check_version": TEXTS,
        "decided_by": st.sampled_from(["panel", "officer"]),
        "effects": st.lists(
            st.fixed_dictionaries({"action": st.sampled_from(["remove", "none"]), "number": st.integers(1, 9)}),
            max_size=2,
        ),
        "evidence": st.lists(IDS, max_size=3),
        "findings": st.lists(
            st.fixed_dictionaries(
                {"conduct": TIMES, "ground": IDS, "met": st.sampled_from(["met", "not-met"])},
                optional={"clause": HASHES},
            ),
            max_size=2,
        ),
        "interim_reason": TEXTS,
        "late_replies": COUNTS,
        "no_appeal": HASHES,
        "outcome": st.sampled_from(["refuse", "admit"]),
        "panel": IDS,
        "papers": st.sampled_from(["none", "set-aside"]),
        "person": PERSON_KEYS,
        "reasons": DIGESTS,
        "reasons_key": IDS,
        "reasons_words": COUNTS,
        "recused": st.lists(IDS, max_size=3),
        "replies": COUNTS,
        "reviewed_by": IDS,
        "ruling": st.integers(1, 9),
        "sitting": IDS,
        "votes_against": COUNTS,
        "votes_for": COUNTS,
    },
    "ruling-notified.v1": {
        "appeal_by": DATES,
        "case": IDS,
        "channel": st.sampled_from(["post", "email"]),
        "contains": st.lists(st.sampled_from(["ground", "rule"]), max_size=2),
        "ruling": st.integers(1, 9),
        "text_digest": HASHES,
    },
    "account-stated.v1": {
        "contest": IDS,
        "distributed": COUNTS,
        "electorate": COUNTS,
        "returned": COUNTS,
        "section": IDS,
        "set_aside": st.lists(st.fixed_dictionaries({"papers": COUNTS, "reason": st.just("late")}), max_size=2),
        "source": TEXTS,
        "spoilt": st.lists(st.fixed_dictionaries({"papers": COUNTS, "reason": st.just("uncertain")}), max_size=2),
    },
    "batch-received.v1": {
        "affiliate": IDS,
        "declared": COUNTS,
        "file": FILES,
        "levy": COUNTS,
        "register_id": IDS,
        "rows": COUNTS,
    },
    "checks-closed.v1": {
        "applications": COUNTS,
        "changed": COUNTS,
        "digest": HASHES,
        "election": IDS,
        "outcomes": st.lists(
            st.fixed_dictionaries(
                {"applications": COUNTS, "check": st.just("payment"), "outcome": st.sampled_from(["pass", "none"])}
            ),
            max_size=2,
        ),
    },
    "checks-opened.v1": {
        "barred_file": FILES,
        "checks": st.lists(st.fixed_dictionaries({"check": st.just("payment"), "version": IDS}), max_size=2),
        "edition": IDS,
        "election": IDS,
        "matcher": TEXTS,
        "number": NUMBERS,
        "on": DAYS,
        "register_file": FILES,
        "years": COUNTS,
    },
    "batch-reconciled.v1": {
        "accepted": COUNTS,
        "amended": COUNTS,
        "digest": HASHES,
        "file": FILES,
        "held": COUNTS,
        "register_id": IDS,
        "rejected": st.lists(st.fixed_dictionaries({"code": IDS, "rows": COUNTS}), max_size=2),
        "rows": COUNTS,
    },
    "member-registered.v1": LISTED,
    "member-amended.v1": LISTED,
    "membership-changed.v1": {
        "category": IDS,
        "change": st.sampled_from(["renewed", "lapsed", "resigned", "rejoined", "transferred", "upgraded"]),
        "on": DAYS,
        "unit": IDS,
    },
    "change-agreed.v1": {
        "agreed": st.sampled_from(["change-membership", "hold-office", "remove-entry"]),
        "election": IDS,
        "follows": COUNTS,
        "person": IDS,
        "reason": DIGESTS,
        "terms": st.lists(st.fixed_dictionaries({"field": IDS, "value": TEXTS}), max_size=2),
    },
    "member-suspended.v1": {
        "body": IDS,
        "clause": HASHES,
        "decision": IDS,
        "on": DAYS,
        "until": DAYS,
        "voting": st.sampled_from(["keeps", "loses"]),
    },
    "suspension-lifted.v1": {"body": IDS, "decision": IDS, "on": DAYS},
    "member-expelled.v1": {"body": IDS, "clause": HASHES, "decision": IDS, "on": DAYS},
    "member-readmitted.v1": {"body": IDS, "decision": IDS, "on": DAYS},
    "office-held.v1": {"area": IDS, "office": IDS, "on": DAYS, "source": TEXTS},
    "office-ceased.v1": {"area": IDS, "office": IDS, "on": DAYS, "source": TEXTS},
    "persons-merged.v1": {
        "basis": st.lists(st.sampled_from(["email", "near", "document"]), max_size=2),
        "kept": IDS,
        "matcher": TEXTS,
        "score": st.integers(0, 100),
    },
    "merge-undone.v1": {"reason": st.sampled_from(["two-people", "clerical"])},
    "list-certified.v1": {
        "affiliate": IDS,
        "as_of": DAYS,
        "declared": COUNTS,
        "due": TIMES,
        "file": FILES,
        "levy": COUNTS,
        "register_id": IDS,
        "rows": COUNTS,
    },
    "batch-withdrawn.v1": {"contest": IDS, "reason": TEXTS, "section": IDS},
    "batch-closed.v1": {"contest": IDS, "count": COUNTS, "digest": HASHES, "section": IDS},
    "batch-opened.v1": {"contents": HASHES, "contest": IDS, "provenance": TEXTS, "section": IDS, "total": COUNTS},
    "body-constituted.v1": {
        "body": IDS,
        "clause": HASHES,
        "excluded": st.lists(
            st.fixed_dictionaries({"capacity": IDS, "ref": TEXTS}, optional={"clause": HASHES, "section": IDS}),
            max_size=2,
        ),
        "kind": st.sampled_from(["conference", "governing-body", "committee", "panel", "other"]),
        "name": TEXTS,
        "quorum": NUMBERS,
        "seats": st.lists(st.fixed_dictionaries({"count": NUMBERS, "section": IDS}), max_size=2),
    },
    "contest-defined.v1": {
        "account": st.sampled_from(["required", "not-published"]),
        "candidates": ITEMS,
        "contest": IDS,
        "count_rule": HASHES,
        "election": IDS,
        "office": TEXTS,
        "paper_publication": st.sampled_from(["papers", "profile", "none"]),
        "seats": COUNTS,
        "secrecy": st.sampled_from(["secret", "open"]),
        "sections": ITEMS,
        "smallest_cell": COUNTS,
    },
    "count-rule-adopted.v1": {"election": IDS, "rule": st.just(RULE.model_dump(mode="json"))},
    "decision-deferred.v1": {
        "category": IDS,
        "contest": IDS,
        "election": IDS,
        "matter": st.sampled_from(["dispatch", "scrutineer"]),
        "statement": TEXTS,
    },
    "decision-taken.v1": {
        "about": IDS,
        "abstained": COUNTS,
        "amends": HASHES,
        "body": IDS,
        "clause": HASHES,
        "decision": IDS,
        "majority": st.sampled_from(["of-votes", "of-present", "two-thirds-of-votes"]),
        "motion": TEXTS,
        "recused": st.lists(IDS, max_size=2),
        "sitting": IDS,
        "text_digest": HASHES,
        "votes": st.lists(
            st.fixed_dictionaries({"member": IDS, "vote": st.sampled_from(["for", "against", "abstained"])}),
            max_size=2,
        ),
        "votes_against": COUNTS,
        "votes_for": COUNTS,
    },
    "command-signed.v1": {"body": st.just("{}"), "key": KEYS, "signature": SIGNATURES, "verb": IDS},
    "command-signed-withheld.v1": {"body": st.just("{}"), "key": KEYS, "signature": SIGNATURES, "verb": IDS},
    "delegation-revoked.v1": {
        "body": IDS,
        "clause": HASHES,
        "decision": IDS,
        "number": COUNTS,
        "office": IDS,
        "reason": st.sampled_from(["withdrawn", "superseded", "left-office"]),
    },
    "disclosure-erased.v1": {"digests": st.lists(DIGESTS, max_size=3)},
    "document-published.v1": {
        "addressed_to": CLASSES,
        "document": IDS,
        "edition": COUNTS,
        "election": IDS,
        "in_force_from": TIMES,
        "in_force_until": TIMES,
        "kind": st.sampled_from(["binding", "guidance", "notice"]),
        "organisation": IDS,
        "sanction": HASHES,
        "text_digest": HASHES,
        "title": TEXTS,
        "words_digest": HASHES,
    },
    "document-withdrawn.v1": {"document": IDS, "in_force_until": TIMES, "reason": TEXTS},
    "election-called.v1": {
        "election": IDS,
        "organisation": TEXTS,
        "reason": st.sampled_from(["vacancy", "other"]),
        "title": TEXTS,
    },
    "access-logged.v1": {
        "purpose": st.sampled_from(PURPOSES),
        "rows": COUNTS,
        "subject": IDS,
        "what": IDS,
    },
    "disclosures-erased.v1": {"digests": st.lists(DIGESTS, max_size=3), "register_id": IDS},
    "erasures-confirmed.v1": {"disclosures": COUNTS, "register_id": IDS},
    "erasures-ordered.v1": {
        "as_of_position": COUNTS,
        "basis": st.sampled_from(["retention-over", "right-to-erasure", "court-order"]),
        "kept": COUNTS,
        "register_id": IDS,
    },
    "retention-held.v1": {
        "ground": st.sampled_from(["appeal", "challenge", "complaint", "court-order", "regulator"]),
        "hold": IDS,
    },
    "retention-released.v1": {"hold": IDS},
    "subject-access-fulfilled.v1": {
        "checked": st.sampled_from(["document", "known-address", "in-person", "representative"]),
        "disclosures": COUNTS,
        "events": COUNTS,
        "withheld": COUNTS,
    },
    "erasure-ordered.v1": {"basis": st.sampled_from(["retention-over", "right-to-erasure", "court-order"])},
    "fee-set.v1": {
        "amount": COUNTS,
        "body": IDS,
        "category": IDS,
        "clause": HASHES,
        "closes": DATES,
        "concessions": st.lists(st.fixed_dictionaries({"amount": COUNTS, "who": TEXTS}), max_size=2),
        "currency": st.sampled_from(["GBP", "EUR"]),
        "decision": IDS,
        "election": IDS,
        "opens": DATES,
        "published": TIMES,
    },
    "figures-published.v1": {"address": TEXTS, "contest": IDS, "figures": FIGURES, "source": IDS},
    "guidelines-issued.v1": {
        "clauses": CLAUSES,
        "decision": IDS,
        "edition": COUNTS,
        "election": IDS,
        "guidelines": IDS,
        "in_force_from": TIMES,
        "issued_by": IDS,
        "organisation": IDS,
        "text_digest": HASHES,
        "title": TEXTS,
        "under": HASHES,
        "words_digest": HASHES,
    },
    "interpretation-issued.v1": {
        "cases": st.lists(TEXTS, max_size=2),
        "clause": HASHES,
        "decision": IDS,
        "interpretation": TEXTS,
        "issued_by": IDS,
        "number": COUNTS,
        "organisation": IDS,
        "question": TEXTS,
    },
    "ground-adopted.v1": {
        "appeal": TEXTS,
        "bar_days": COUNTS,
        "body": IDS,
        "clause": HASHES,
        "cure_hours": COUNTS,
        "decided_by": st.sampled_from(["auto", "officer", "panel"]),
        "decision": IDS,
        "election": IDS,
        "evidence": st.sampled_from(["A", "B", "C"]),
        "ground": IDS,
        "no_appeal": HASHES,
        "published": TIMES,
        "tests": st.lists(TEXTS, max_size=2),
        "title": TEXTS,
    },
    "interest-declared.v1": {
        "candidate": IDS,
        "contest": IDS,
        "interest": IDS,
        "kind": st.sampled_from(["endorsement", "candidacy", "other"]),
        "person": IDS,
        "since": TIMES,
        "source": TEXTS,
    },
    "interest-withdrawn.v1": {"interest": IDS, "person": IDS},
    "key-enrolled.v1": {"key": KEYS, "officer": IDS, "proof": SIGNATURES},
    "key-revoked.v1": {"officer": IDS, "reason": st.sampled_from(["lost", "exposed", "left-office"])},
    "key-rotated.v1": {"consent": SIGNATURES, "key": KEYS, "officer": IDS, "proof": SIGNATURES},
    "ledger-founded.v1": {
        "clause": HASHES,
        "governing_body": IDS,
        "kept": st.sampled_from(["live", "transcript"]),
        "officers": st.lists(
            st.fixed_dictionaries(
                {"key": KEYS, "office": IDS, "powers": st.lists(IDS, min_size=1, max_size=2), "proof": SIGNATURES},
                optional={"clause": HASHES, "until": TIMES},
            ),
            max_size=2,
        ),
        "title": TEXTS,
    },
    "log-key-rotated.v1": {
        "key": KEYS,
        "old": KEYS,
        "proof": SIGNATURES,
        "reason": st.sampled_from(["planned", "lost", "exposed"]),
    },
    "lot-committed.v1": {"commitment": HASHES, "contest": IDS},
    "lot-drawn.v1": {
        "as_of_position": COUNTS,
        "contest": IDS,
        "order": st.lists(IDS, max_size=3),
        "purpose": st.sampled_from(["surplus", "exclusion", "place"]),
        "seed": st.lists(st.from_regex(r"[0-9a-f]{64}", fullmatch=True), max_size=2),
        "stage": COUNTS,
        "tied": st.lists(IDS, max_size=3),
        "unrevealed": st.lists(IDS, max_size=2),
        "witnesses": TEXTS,
    },
    "member-seated.v1": {
        "body": IDS,
        "capacities": st.lists(IDS, max_size=2),
        "contest": IDS,
        "filled_by": st.sampled_from(["election", "appointment", "ex-officio"]),
        "person": IDS,
        "seat": NUMBERS,
        "section": IDS,
        "until": TIMES,
    },
    "member-unseated.v1": {
        "body": IDS,
        "person": IDS,
        "reason": st.sampled_from(["resigned", "removed", "ineligible", "died", "other"]),
    },
    "paper-read.v1": {"marks": MARKS},
    "person-recorded.v1": {"identity": DIGESTS},
    "poll-closed.v1": {"contest": IDS},
    "power-delegated.v1": {
        "body": IDS,
        "clause": HASHES,
        "contest": IDS,
        "decision": IDS,
        "election": IDS,
        "number": COUNTS,
        "office": IDS,
        "pass_on": st.booleans(),
        "powers": st.lists(IDS, max_size=3),
        "since": TIMES,
        "until": TIMES,
    },
    "recount-ordered.v1": {"contest": IDS, "number": COUNTS, "reason": TEXTS},
    **NOMINATION_FIELDS,
    **PAPER_FIELDS,
    **ROLL_FIELDS,
    "analysis-published.v1": {
        "as_of_position": COUNTS,
        "certificate": HASHES,
        "contest": IDS,
        "effect": st.sampled_from(["same", "changed", "could-not", "could", "by-lot"]),
        "engine": TEXTS,
        "kind": st.sampled_from(["what-if", "margin"]),
        "number": NUMBERS,
        "question": QUESTIONS,
        "verdict": st.sampled_from(["exact", "bounded", "cannot-say"]),
    },
    "report-made.v1": {
        "as_of_position": COUNTS,
        "contest": IDS,
        "distributed": COUNTS,
        "independent": STATEMENTS,
        "inspections": st.lists(
            st.fixed_dictionaries({"found": TEXTS, "instance": st.sampled_from(["request", "own-initiative"])}),
            max_size=2,
        ),
        "lawful": STATEMENTS,
        "persons": st.lists(TEXTS, max_size=2),
        "returned": COUNTS,
        "secure": STATEMENTS,
        "spoilt": COUNTS,
        "votes": st.lists(st.fixed_dictionaries({"candidate": IDS, "votes": COUNTS}), max_size=3),
    },
    "result-annulled.v1": {"contest": IDS, "reason": TEXTS},
    "result-corrected.v1": {
        "as_of_position": COUNTS,
        "contest": IDS,
        "count": HASHES,
        "elected": st.lists(IDS, max_size=3),
        "figures": FIGURES,
        "reason": TEXTS,
        "number": COUNTS,
    },
    "result-declared.v1": {
        "as_of_position": COUNTS,
        "contest": IDS,
        "count": HASHES,
        "elected": st.lists(IDS, max_size=3),
        "figures": FIGURES,
    },
    "rule-amended.v1": {
        "adopted_by": IDS,
        "clause": CLAUSE,
        "decision": IDS,
        "in_force_from": TIMES,
        "organisation": IDS,
        "rulebook": IDS,
    },
    "rule-book-adopted.v1": {
        "adopted_by": IDS,
        "amendable_by": IDS,
        "clauses": CLAUSES,
        "decision": IDS,
        "in_force_from": TIMES,
        "organisation": IDS,
        "rulebook": IDS,
        "text_digest": HASHES,
        "title": TEXTS,
        "words_digest": HASHES,
    },
    "rule-repealed.v1": {
        "adopted_by": IDS,
        "decision": IDS,
        "in_force_from": TIMES,
        "organisation": IDS,
        "ref": REFS,
        "rulebook": IDS,
    },
    "step-varied.v1": {
        "body": IDS,
        "category": IDS,
        "clause": HASHES,
        "decision": IDS,
        "election": IDS,
        "new": DATES,
        "old": DATES,
        "published": TIMES,
        "reason": TEXTS,
        "step": STEPS,
    },
    "timetable-set.v1": {
        "body": IDS,
        "clause": HASHES,
        "decision": IDS,
        "election": IDS,
        "published": TIMES,
        "steps": st.lists(
            st.fixed_dictionaries({"date": DATES, "step": STEPS}, optional={"category": IDS}), max_size=3
        ),
    },
    "sitting-held.v1": {
        "apologies": st.lists(IDS, max_size=2),
        "attended": COUNTS,
        "body": IDS,
        "end": TIMES,
        "minutes_digest": HASHES,
        "place": TEXTS,
        "present": st.lists(IDS, max_size=2),
        "quorum_needed": NUMBERS,
        "sitting": IDS,
        "start": TIMES,
    },
    "totals-certified.v1": {
        "contest": IDS,
        "section": IDS,
        "source": TEXTS,
        "stages": st.lists(
            st.fixed_dictionaries(
                {
                    "held": st.lists(
                        st.fixed_dictionaries({"candidate": IDS, "certainty": st.just("sourced"), "votes": COUNTS}),
                        max_size=3,
                    )
                }
            ),
            max_size=3,
        ),
    },
    "stream-heads-recorded.v1": {"as_of_position": COUNTS, "root": HASHES, "streams": COUNTS},
}


@st.composite
def values_of(draw: Callable[[Any], Any], name: str) -> dict[str, Any]:
    """Give the fields of an event of a type, as somebody else's program would write them."""
    kind = TYPES[name]
    values = draw(st.fixed_dictionaries({**ENVELOPE, **FIELDS[name]}, optional=MAY_BE_ABSENT)) | {"type": name}
    blinded = kind.audience is Audience.RESTRICTED or (kind.audience is Audience.CONTEST and draw(st.booleans()))
    return values | ({"blind": draw(BLINDS)} if blinded else {})


def read(values: dict[str, Any]) -> Event:
    return TYPES[values["type"]].model_validate_json(json.dumps(values))


def test_every_type_of_event_is_written_here() -> None:
    assert FIELDS.keys() == TYPES.keys()


@pytest.mark.parametrize("name", sorted(FIELDS))
@given(data=st.data())
@MANY
def test_a_leaf_is_what_rfc_8785_says_it_is_and_is_read_as_it_was_written(name: str, data: st.DataObject) -> None:
    values = data.draw(values_of(name))
    event = read(values)
    leaf = encode(event)
    written = json.loads(leaf)
    assert leaf == rfc8785.dumps(written)
    assert written == with_defaults(values)
    assert None not in deep(written)
    row = Row(7, event.stream, event.version, name, leaf)
    assert decode(row) == decode_strictly(row) == event


def with_defaults(values: dict[str, Any]) -> dict[str, Any]:
    """Give figures their defaults: a leaf says everything that a reader needs."""
    if "figures" not in values:
        return values
    plain = {"certainty": "sourced", "decimals": 0, "section": "all"}
    return values | {"figures": [plain | figure for figure in values["figures"]]}


def deep(value: Any) -> list[Any]:
    """List every value inside a value."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [value, *(found for item in inner for found in deep(item))]


@given(TEXTS)
@MANY
def test_absent_fields_are_left_out_also_within_fields(text: str) -> None:
    figure = Figure(measure="valid", stage=1, value="9")
    event = read(
        {**envelope("figures-published.v1"), "address": text, "contest": "c", "figures": [], "source": "s"}
    ).model_copy(update={"figures": (figure,)})
    assert json.loads(encode(event))["figures"] == [
        {"certainty": "sourced", "decimals": 0, "measure": "valid", "section": "all", "stage": 1, "value": "9"}
    ]


def envelope(name: str) -> dict[str, Any]:
    time = "2010-09-25T16:00:00Z"
    return {"actor": "a", "effective": time, "recorded": time, "stream": "s/1", "type": name, "version": 1}


def test_a_leaf_has_these_very_bytes() -> None:
    event = ElectionCalled(
        **envelope("election-called.v1"),
        election="e",
        organisation='The "Möbius" Party\n/\\',
        reason="vacancy",
        title="党首選挙 😀",
    )
    expected = (
        '{"actor":"a","effective":"2010-09-25T16:00:00Z","election":"e",'
        '"organisation":"The \\"Möbius\\" Party\\n/\\\\","reason":"vacancy","recorded":"2010-09-25T16:00:00Z",'
        '"stream":"s/1","title":"党首選挙 😀","type":"election-called.v1","version":1}'
    )
    assert encode(event).decode() == expected


def test_refuses_to_write_a_leaf_that_is_too_long() -> None:
    event = ElectionCalled(**envelope("election-called.v1"), election="e", organisation="o", reason="other", title="t")
    room = LEAF_MAX - len(encode(event)) + 1
    fits = event.model_copy(update={"title": "x" * room})  # past the limit of a text, which is not at stake here
    assert len(encode(fits)) == LEAF_MAX
    with pytest.raises(RefusedError, match=rf"^leaf-too-long: .* found {LEAF_MAX + 1}"):
        encode(event.model_copy(update={"title": "x" * (room + 1)}))


# Private values


def test_a_disclosure_has_the_digest_that_rfc_9901_gives() -> None:
    text = "WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0"
    assert disclosure_digest(text) == "X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0"
    assert undisclose(text) == ("family_name", "Möbius")


@given(st.text(min_size=1), st.binary(min_size=16, max_size=16))
@MANY
def test_a_disclosure_gives_back_the_value_and_hides_it_behind_its_salt(value: str, salt: bytes) -> None:
    value = value.encode("utf-8", "ignore").decode()
    disclosure = disclose("identity", {"name": value}, salt)
    assert undisclose(disclosure.text) == ("identity", {"name": value})
    assert disclosure.digest == disclosure_digest(disclosure.text)
    assert disclose("identity", {"name": value}, salt) == disclosure
    other = bytes([salt[0] ^ 1]) + salt[1:]
    assert disclose("identity", {"name": value}, other).digest != disclosure.digest
    assert disclose("address", {"name": value}, salt).digest != disclosure.digest


def person(value: Any) -> PersonRecorded:
    return PersonRecorded(**envelope("person-recorded.v1"), identity=Plain(value))


def drawn() -> Callable[[int], bytes]:
    """Give a source of bytes that never repeats itself."""
    numbers = iter(range(1, 1_000))
    return lambda size: next(numbers).to_bytes(size, "big")


@given(st.fixed_dictionaries({"name": TEXTS, "email": TEXTS}))
@MANY
def test_private_values_are_never_in_the_leaf(identity: dict[str, str]) -> None:
    words = {"name": "Ada-" + identity["name"], "email": "ada@" + identity["email"]}
    event, disclosures = conceal(person(words), drawn())
    leaf = encode(event)
    written = json.loads(leaf)
    assert not any(value in str(item) for value in words.values() for item in deep(written))
    assert written["identity"] == disclosures[0].digest
    assert [(d.field, undisclose(d.text)) for d in disclosures] == [("identity", ("identity", words))]


def test_a_private_value_that_was_not_concealed_is_never_written() -> None:
    with pytest.raises(TypeError, match="would be written with its private identity"):
        encode(person({"name": "Ada"}))


def test_a_private_value_does_not_pass_for_a_digest_on_reading() -> None:
    values = envelope("person-recorded.v1") | {"identity": {"value": {"name": "Ada"}}, "blind": "b" * 22}
    with pytest.raises(ValidationError):
        read(values)


@pytest.mark.parametrize("name", sorted(name for name, kind in TYPES.items() if kind.audience is Audience.RESTRICTED))
@given(data=st.data())
@FEW
def test_restricted_types_are_always_blinded(name: str, data: st.DataObject) -> None:
    event = read(data.draw(values_of(name))).model_copy(update={"blind": None})
    draw = drawn()
    blinds = [conceal(event, draw)[0].blind for _ in range(3)]
    assert None not in blinds
    assert len(set(blinds)) == 3


@pytest.mark.parametrize("name", sorted(name for name, kind in TYPES.items() if kind.audience is Audience.PUBLIC))
@given(data=st.data())
@FEW
def test_public_types_are_never_blinded(name: str, data: st.DataObject) -> None:
    event = read(data.draw(values_of(name)))
    assert conceal(event, drawn()) == (event, [])


@pytest.mark.parametrize("kind", [kind for kind in TYPES.values() if kind.private], ids=lambda kind: kind.__name__)
def test_a_type_with_private_fields_is_restricted(kind: type[Event]) -> None:
    assert kind.audience is Audience.RESTRICTED
