"""Is somebody on a list of those who are barred? A list is short, and is held in memory for all applicants."""

from __future__ import annotations

from collections.abc import Iterable

from ledger.checks.details import Details
from ledger.checks.duplicate import NEAR_LEAST, compare, worse
from ledger.checks.finding import Finding
from ledger.checks.score import SAME, name_score

PASS = Finding("pass")
NAME_ONLY = 90  # one name, and nothing else is known of one of the two


class BarredList:
    """Those who are barred.

    Args:
        entries: keyed id and details of each.
    """

    def __init__(self, entries: Iterable[tuple[str, Details]]) -> None:
        self._found: dict[str, list[tuple[str, Details]]] = {}
        for against, details in sorted(entries):
            for key in _keys(details):
                self._found.setdefault(key, []).append((against, details))

    def check(self, applicant: Details) -> Finding:
        """Say whether an applicant is on the list: `fail` where all agrees, `near` where somebody has to look."""
        best = PASS
        seen: set[str] = set()
        for key in _keys(applicant):
            for against, entry in self._found.get(key, ()):
                if against in seen:
                    continue
                seen.add(against)
                finding = _held_against(applicant, entry)
                if worse(finding, best):
                    best = finding._replace(against=against)
        return best


def _held_against(applicant: Details, entry: Details) -> Finding:
    finding = compare(applicant, entry)
    if finding.outcome != "pass":
        return finding
    born_known = bool(applicant.born and entry.born)
    if applicant.look == entry.look and not born_known:
        return Finding("near", NAME_ONLY)
    score = name_score(applicant.look, entry.look)
    if born_known and applicant.born == entry.born and NEAR_LEAST <= score < SAME:
        return Finding("near", score)
    return PASS


def _keys(details: Details) -> list[str]:
    keys = ["n " + " ".join(sorted(details.look.split(" ")))]
    if details.born:
        keys.append(f"b {details.born}")
    if details.email:
        keys.append(f"m {details.email}")
    return keys
