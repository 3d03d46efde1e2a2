"""The papers of the person whom a case is about, in every contest of its election: what a ruling or remedy reaches."""

from __future__ import annotations

from typing import Literal, NamedTuple, Protocol

Unlinked = Literal["papers-read", "list-sealed", "list-destroyed"]


class CasePaper(NamedTuple):
    """The paper of one entry in one contest.

    Attributes:
        versions: events on the person's stream of papers in the contest.
        held: whether one was issued and not cancelled; `by`, what it was cancelled on.
        returned: whether it came back; None where that is not known: papers were read, and there is no marked register.
        unlinked: from when on nobody can tell whose a paper is; None while that can be told.
        closed: whether the poll has closed.
    """

    contest: str
    number: int
    versions: int = 0
    held: bool = False
    by: str = ""
    returned: bool | None = False
    set_aside: bool = False
    unlinked: Unlinked | None = None
    closed: bool = False


class CasePapers(NamedTuple):
    """The papers of a case as of a position.

    Attributes:
        person: key of the person; `contests` are those of the election.
        papers: one for each entry that the person has or had, and each contest that has its section.
    """

    position: int
    person: str
    election: str
    contests: tuple[str, ...]
    papers: tuple[CasePaper, ...]

    def of(self, contest: str | None, number: int | None) -> CasePaper | None:
        """Give the paper of an entry in a contest; None where the contest has none for it."""
        return next((each for each in self.papers if (each.contest, each.number) == (contest, number)), None)


class CasePapersPort(Protocol):
    """The port through which decisions on cases see papers."""

    def case_papers(self, case: str) -> CasePapers:
        """Give the papers of the person whom a case is about as of the ledger's last event."""
        ...
