"""What papers mean under a rule: the ranking the count follows, or why a paper is rejected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from ledger.errors import EvidenceError, nearest
from ledger.rules.marks import faults, judged, ranks, unknown

if TYPE_CHECKING:
    from collections.abc import Collection, Container, Mapping, Sequence

    from ledger.rules.marks import Fault
    from ledger.rules.parts import Preferences
    from projections.count.stage_table import Profile

Ranking = tuple[str, ...]
Rejection = Literal["blank", "no-first-preference", "too-few-preferences"]

MARKS_SHOWN = 80  # characters of a paper's marks that an error quotes


class Bundle(NamedTuple):
    """Valid papers of one section with one ranking: they always move together."""

    section: str
    ranking: Ranking
    papers: int


@dataclass(frozen=True, slots=True)
class Papers:
    """The papers of a contest after adjudication.

    Attributes:
        rankings: section -> ranking, never empty -> valid papers.
        rejected: section -> reason -> papers; only reasons that occur.
    """

    rankings: Mapping[str, Mapping[Ranking, int]]
    rejected: Mapping[str, Mapping[str, int]]

    @property
    def valid(self) -> dict[str, int]:
        """Valid papers of each section."""
        return {section: sum(numbers.values()) for section, numbers in self.rankings.items()}

    @property
    def bundles(self) -> list[Bundle]:
        """All valid papers, section by section."""
        return [
            Bundle(section, ranking, papers)
            for section, numbers in self.rankings.items()
            for ranking, papers in numbers.items()
        ]


def interpret(marks: str, candidates: Collection[str], rule: Preferences) -> Ranking | Rejection:
    """Read one paper: the candidates that the count will follow, in order, or why it is rejected.

    Ranks are read from first to last, once, before anybody is excluded. A rank without fault adds its
    candidate. At a rank with faults the paper ends if the rule says `exhaust` to any of them; if it says
    `skip` to all of them, a gap and an overvoted rank add nobody, and a duplicate adds nobody who has a
    place in the ranking already (so `a=b>a` with both skipped is `a`). Under `exhaust-at-two` the paper ends at the
    second of two gaps in a row. Then, the first that applies:

    * `blank`: nothing is marked;
    * `no-first-preference`: something is marked, but the ranking is empty;
    * `too-few-preferences`: the rule wants all candidates ranked, and the ranking has fewer.

    Raises:
        EvidenceError: `unknown-candidate`, `paper-not-admissible` (a fault that the rule refuses), in that
            order: the write side let in what it must not.

    Source: agrees with RCTab, `Tabulator` (repeated ranking, then overvote, each on the paper as marked).
    """
    ranking = tuple(marks.split(">"))
    if len(set(ranking)) < len(ranking) or not all(map(candidates.__contains__, ranking)):
        ranking = _read_faulty(marks, candidates, rule)  # few papers: the rest need no second look
    if not ranking:
        return "no-first-preference" if ranks(marks) else "blank"
    if rule.preferences == "all" and len(ranking) < len(candidates):
        return "too-few-preferences"
    return ranking


def group(profile: Profile, candidates: Sequence[str], sections: Sequence[str], rule: Preferences) -> Papers:
    """Sort the papers of every section into distinct rankings and reasons of rejection.

    Raises:
        EvidenceError: `unknown-section`: the profile has papers of a section that the contest has not;
            and what `interpret` raises.
    """
    require_sections(profile, sections)
    found = {section: _sort(profile.get(section, {}), candidates, rule) for section in sections}
    return Papers(
        rankings={section: rankings for section, (rankings, _) in found.items()},
        rejected={section: rejected for section, (_, rejected) in found.items()},
    )


def require_sections(profile: Profile, sections: Sequence[str]) -> None:
    """See that all papers are of the contest's sections; raises EvidenceError: `unknown-section`."""
    for section in profile:
        if section not in sections:
            raise EvidenceError(
                "unknown-section",
                f"papers of section {section}",
                expected="one of the contest's sections",
                found=f"{section}{nearest(section, sections)}",
            )


def _sort(
    numbers: Mapping[str, int], candidates: Sequence[str], rule: Preferences
) -> tuple[dict[Ranking, int], dict[str, int]]:
    """Sort the papers of one section; a paper without any fault, as most are, is split, checked and done with."""
    own = {name: name for name in candidates}  # one string for each name, so that rankings take little memory
    name_of, fewest = own.get, len(own) if rule.preferences == "all" else 1
    rankings: dict[Ranking, int] = {}
    others: list[str] = []
    for marks, papers in numbers.items():
        names = tuple(map(name_of, marks.split(">")))
        if None in names or len(set(names)) < len(names) or len(names) < fewest:
            others.append(marks)
        else:
            rankings[names] = papers  # type: ignore[index]  # no None; other marks have another ranking
    rejected: dict[str, int] = {}
    for marks in others:
        meaning = interpret(marks, own, rule)
        if isinstance(meaning, tuple):
            rankings[meaning] = rankings.get(meaning, 0) + numbers[marks]
        else:
            rejected[meaning] = rejected.get(meaning, 0) + numbers[marks]
    return rankings, rejected


def _read_faulty(marks: str, candidates: Container[str], rule: Preferences) -> Ranking:
    choices: dict[Fault, str] = {
        "blank": rule.blank,
        "duplicate": rule.duplicate,
        "gap": rule.gap,
        "overvote": rule.overvote,
    }
    _check_admissible(marks, candidates, choices)
    ranking: dict[str, None] = {}
    gaps = 0  # in a row
    for names, found in judged(marks, candidates):
        gaps = gaps + 1 if "gap" in found else 0
        if any(choices[fault] == "exhaust" for fault in found) or (gaps > 1 and rule.gap == "exhaust-at-two"):
            break
        if len(names) == 1:
            ranking.setdefault(names[0])
    return tuple(ranking)


def _check_admissible(marks: str, candidates: Container[str], choices: Mapping[Fault, str]) -> None:
    paper = f"paper `{marks[:MARKS_SHOWN]}{'...' if len(marks) > MARKS_SHOWN else ''}`"
    stranger = unknown(marks, candidates)
    if stranger is not None:
        raise EvidenceError(
            "unknown-candidate", paper, expected="candidates of the contest only", found=f"`{stranger}`"
        )
    refused = sorted(fault for fault in faults(marks, candidates) if choices[fault] == "refuse")
    if refused:
        raise EvidenceError(
            "paper-not-admissible",
            paper,
            expected="no fault that the count rule refuses",
            found=", ".join(refused),
        )
