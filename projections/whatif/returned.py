"""How many papers of some electors were counted, by the marked register; which they are nobody knows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from ledger.errors import refused
from projections.papers.issued_account import PaperLine, paper_lines
from projections.roll.suppression import LEAST

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from ledger.streams.contest import ContestDefined
    from projections.whatif.seen import Seen

MARKED = "marks-reconciled.v1"
BY_REGISTER = "Of {who} in section {section} {papers} came back, by the marked register; which they are nobody knows."
BY_ISSUE = (
    "Who returned a paper is not on record: of {who} in section {section} at most those that were issued, {papers}."
)
NOT_TOLD = (
    "Of {who} in section {section} all papers issued are taken, {papers}: of some category there, too few came back, "
    "or too few did not, for the public to be told of any."
)
DECLARED = " The public is told this as of the first declaration."


class Returns(NamedTuple):
    """Papers of some electors of a section.

    Attributes:
        least, most: so many of them were counted, at least and at most.
        papers: of them as far as is on record or told: returned, or else issued; `others`, of the rest of the section.
    """

    least: int
    most: int
    papers: int
    others: int
    note: str = ""


class Register:
    """Papers of a contest by section and category, as the tables have them.

    Sums of categories can be subtracted. So the public is told of a section's categories only where each of them is
    large enough to be told alone: what follows from all answers together are their numbers one by one. And papers that
    rulings took back or set aside stay in, as in the turnout that it is told: the difference would be a few rulings.
    """

    def __init__(self, record: Seen, contest: ContestDefined, valid: Mapping[str, int]) -> None:
        lines = paper_lines(record.folded(), contest.contest, ("section", "category"))
        self._lines = lines
        if not record.tells_people:
            self._lines = [replace(line, cancelled=0, set_aside=0) for line in lines]
        self._marked = bool(record.streams_of(MARKED, f"marks/{contest.contest}/"))
        self._contest = contest.contest
        self._told = record.tells_people
        self._as_of = "" if self._told else DECLARED
        self._few = max(LEAST, contest.smallest_cell)
        self._valid = valid

    def of(self, section: str, categories: Collection[str], certain: int = 0) -> Returns:
        """Give how many papers of some categories of a section were counted.

        A paper that came back may be no valid one, and is then not among those counted; and where more were counted
        than are marked, any of those beyond may be theirs.

        Args:
            certain: papers of other electors of the section that came back and are meant too.

        Raises:
            RefusedError: `few-of-a-category`: to the public, of a section with a category of too few papers.
        """
        lines = [each for each in self._lines if each.key[0] == section]
        if not self._told:
            self._require_enough(section, lines)
        mine = [each for each in lines if each.key[1] in categories]
        rest = [each for each in lines if each.key[1] not in categories]
        issued, came = sum(map(_held, mine)), sum(map(_came, mine))
        others = sum(map(_held, rest))
        valid = self._valid.get(section)
        if self._marked and (self._told or self._enough(lines)):
            marked = came + sum(map(_came, rest))
            beyond = 0 if valid is None else valid - marked
            least = came + certain + min(beyond, 0) if valid is not None else 0
            return Returns(max(least, 0), came + max(beyond, 0), came, marked - came, BY_REGISTER + self._as_of)
        least = max((valid or 0) - others, 0) if categories else 0
        return Returns(least, issued, issued, others, (NOT_TOLD if self._marked else BY_ISSUE) + self._as_of)

    def _require_enough(self, section: str, lines: list[PaperLine]) -> None:
        if any(0 < _held(line) < self._few for line in lines):
            expected = f"categories with {self._few} papers or more, or none, in section {section}"
            remedy = "Ask as scrutineer: --audience scrutineer --purpose scrutiny --as scrutineer"
            where = f"what-if on contest {self._contest}"
            raise refused("few-of-a-category", where, expected, "one with fewer", remedy)

    def _enough(self, lines: list[PaperLine]) -> bool:
        """Whether of every category there are enough who returned a paper, and who did not, to tell the public."""
        return all(min(_came(line), _held(line) - _came(line)) >= self._few for line in lines if _held(line))


def _held(line: PaperLine) -> int:
    return line.issued - line.cancelled - line.set_aside


def _came(line: PaperLine) -> int:
    return line.returned - line.set_aside
