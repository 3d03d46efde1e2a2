"""Count a file of papers with another library: python other_libraries.py LIBRARY FILE CANDIDATE...

For a Python with pyrankvote, votelib, pref_voting and votekit; it knows nothing of this project. Every library gets the
lines grouped by `Counter`, and the papers in the form it counts fastest. Prints, as JSON: seconds of the processor from
opening the file to the winner (imports are not in them), the version of the library, the winner.
"""

from __future__ import annotations

import importlib.metadata
import json
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

Papers = Counter[tuple[str, ...]]


def read(path: str) -> Papers:
    """Group the lines."""
    with Path(path).open("rb") as file:
        lines = Counter(file)
    return Counter({tuple(line.decode().strip().split(">")): n for line, n in lines.items() if line != b"marks\n"})


def votelib(names: list[str]) -> Callable[[Papers], str]:
    """Use rankings with numbers."""
    from votelib.evaluate.sequential import TransferableVoteSelector

    evaluator = TransferableVoteSelector(quota_function="droop")
    return lambda papers: evaluator.evaluate(dict(papers), 1)[0]


def pref_voting(names: list[str]) -> Callable[[Papers], str]:
    """Use a profile of truncated rankings with numbers."""
    from pref_voting.profiles_with_ties import ProfileWithTies
    from pref_voting.voting_methods import instant_runoff_for_truncated_linear_orders

    number = {name: place for place, name in enumerate(names)}

    def count(papers: Papers) -> str:
        rankings = [{number[name]: rank for rank, name in enumerate(paper, 1)} for paper in papers]
        profile = ProfileWithTies(rankings, rcounts=list(papers.values()), candidates=list(range(len(names))))
        return names[instant_runoff_for_truncated_linear_orders(profile)[0]]

    return count


def votekit(names: list[str]) -> Callable[[Papers], str]:
    """Use a profile of weighted ballots, and its own fast count."""
    from votekit import elections
    from votekit.ballot import RankBallot
    from votekit.pref_profile import RankProfile

    method = getattr(elections, "FastIRV", None) or elections.IRV

    def count(papers: Papers) -> str:
        ballots = tuple(RankBallot(ranking=[{name} for name in paper], weight=n) for paper, n in papers.items())
        profile = RankProfile(ballots=ballots, candidates=tuple(names), max_ranking_length=len(names))
        return next(iter(method(profile).get_elected()[0]))

    return count


def pyrankvote(names: list[str]) -> Callable[[Papers], str]:
    """Use one ballot for each ranking, as often as there are papers: it knows no numbers."""
    from pyrankvote import Ballot, Candidate, instant_runoff_voting

    def count(papers: Papers) -> str:
        candidates = {name: Candidate(name) for name in names}
        ballots = []
        for paper, n in papers.items():
            ballots += [Ballot(ranked_candidates=[candidates[name] for name in paper])] * n
        return instant_runoff_voting(list(candidates.values()), ballots).get_winners()[0].name

    return count


if __name__ == "__main__":
    library, path, *candidates = sys.argv[1:]
    count = {each.__name__: each for each in (votelib, pref_voting, votekit, pyrankvote)}[library](candidates)
    start = time.process_time()
    winner = count(read(path))
    print(json.dumps([time.process_time() - start, importlib.metadata.version(library), winner]))
