"""Recounting papers that somebody could have had otherwise, whatever lots are drawn, with the counters of the count."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from ledger.errors import RefusedError
from projections.count.av import count_av
from projections.margin.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ledger.rules.alternative import AnyAlternativeVote
    from projections.count.stage_table import StageTable
    from projections.margin.box import Order

LOTS_MAX = 400  # counts of one set of papers, each with other lots

Ranked = dict[str, dict[tuple[str, ...], int]]  # section -> ranking -> papers


@dataclass(frozen=True, slots=True)
class Moved:
    """Papers that are other than those counted: section -> ranking -> papers, above 0."""

    added: Ranked = field(default_factory=dict)
    removed: Ranked = field(default_factory=dict)

    @property
    def papers(self) -> int:
        """Papers added, removed, or changed (a changed paper is one removed and one added)."""
        return max(sum(sum(each.values()) for each in side.values()) for side in (self.added, self.removed))

    def applied(self, papers: Mapping[str, Mapping[tuple[str, ...], int]]) -> Ranked:
        """Give the papers after that; raises KeyError or ValueError where there are no such papers to remove."""
        found = {section: dict(rankings) for section, rankings in papers.items()}
        for section, rankings in self.removed.items():
            for ranking, number in rankings.items():
                left = found[section][ranking] - number
                if left < 0:
                    raise ValueError(f"{number} papers of {ranking} removed from {section}, more than there are")
                found[section][ranking] = left
        for section, rankings in self.added.items():
            for ranking, number in rankings.items():
                found[section][ranking] = found[section].get(ranking, 0) + number
        return found


class Outcome(NamedTuple):
    """A way a count can go: who is excluded in which order as far as the count goes, and who is elected.

    `elected` is empty where nobody is, None where the rule refuses to count.
    """

    path: Order
    elected: tuple[str, ...] | None


class Recount:
    """Counts papers of a contest under its rule."""

    def __init__(
        self,
        rule: AnyAlternativeVote,
        candidates: Sequence[str],
        sections: Sequence[str],
        watch: Watch | None = None,
    ) -> None:
        self._watch = watch or Watch()
        self._rule, self._candidates, self._sections = rule, tuple(candidates), tuple(sections)
        self._number = {name: number for number, name in enumerate(candidates)}

    def outcomes(self, papers: Mapping[str, Mapping[tuple[str, ...], int]]) -> list[Outcome] | None:
        """Give what lots can make of the papers, one entry for each way; None where there are too many to try."""
        profile = {
            section: {">".join(ranking): number for ranking, number in rankings.items() if number}
            for section, rankings in papers.items()
        }
        found: list[Outcome] = []
        waiting: list[dict[tuple[int, frozenset[str]], tuple[str, ...]]] = [{}]
        while waiting:
            self._watch.look()
            lots = waiting.pop()
            try:
                table = count_av(self._rule, self._candidates, self._sections, profile, lots)
            except RefusedError as error:
                if error.code != "empty-section":
                    raise
                found.append(Outcome((), None))
                continue
            if table.lot_needed:
                tied = table.lot_needed
                key = (len(table.stages), frozenset(tied))
                waiting += [lots | {key: (name, *(each for each in tied if each != name))} for name in tied]
            else:
                found.append(Outcome(self._path(table), table.elected))
            if len(found) + len(waiting) > LOTS_MAX:
                return None
        return found

    def _path(self, table: StageTable) -> Order:
        path = [name for stage in table.stages if stage.action.kind == "exclude" for name in stage.action.candidates]
        last = table.stages[-1].candidates
        if len(last) == 2 and table.elected:
            path += [name for name in last if name not in table.elected]
        return tuple(self._number[name] for name in path)
