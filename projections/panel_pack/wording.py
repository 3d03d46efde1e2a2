"""Words for what the record has as codes, as pages say them."""

from __future__ import annotations

from collections.abc import Mapping

OUTCOMES: Mapping[str, str] = {
    "admit": "admitted",
    "refuse": "refused",
    "remove": "removed",
    "suspend": "suspended",
    "restore": "restored",
    "no-action": "no action",
    "refer-up": "referred up",
}
DETECTIONS: Mapping[str, str] = {
    "complaint": "complaint",
    "match": "match of data",
    "search": "search",
    "press": "press",
    "random-audit": "random audit",
}
APPEAL_STATES: Mapping[str, str] = {
    "none": "none",
    "not-told": "person not told yet",
    "no-appeal-lies": "none lies",
    "attempted": "tried, none lies",
    "pending": "pending",
    "late": "late, awaits leave",
    "leave-refused": "leave refused",
    "withdrawn": "withdrawn",
    "dismissed": "dismissed",
    "allowed": "allowed",
    "varied": "varied",
    "remitted": "remitted",
}
STANDINGS: Mapping[str, str] = {
    "closed": "closed",
    "told": "ruled, and the person told",
    "ruled": "ruled, the person not told",
    "not-allocated": "no panel yet",
    "not-noticed": "no notice served yet",
    "awaits-ruling": "awaits a ruling",
}
APPEAL_GROUNDS: Mapping[str, str] = {
    "procedure": "procedure",
    "new-evidence": "new evidence",
    "wrong-rule": "wrong rule",
    "disproportionate": "disproportionate",
    "bias": "bias",
    "fact": "fact",
}
REMEDIES: Mapping[str, str] = {
    "restore-entry": "entry restored",
    "issue-paper": "paper issued",
    "count-set-aside": "paper set aside counted",
    "admit": "application open again",
    "refund": "fee paid back",
    "apology": "apology",
    "rerun": "poll held again",
    "rehearing": "heard again",
    "none-possible": "none possible any more",
}
