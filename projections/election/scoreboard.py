"""The nomination scoreboard: how near each threshold everybody is, and who is validly nominated."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ledger.decision import fold
from ledger.event import Event
from ledger.figures import NominationFigures, NomineeFigures
from ledger.record import Record
from ledger.rules.likeness import warnings
from ledger.rules.nomination import Held, Judged, NominationRule, judge, unmeetable, unsized
from ledger.streams.candidate_file import CandidateFile, candidate_stream
from ledger.streams.nominated import Nominations, nominations_stream, require_opened
from ledger.streams.timetable import Timetable, timetable_stream
from projections.catch_up import PastViews, Progress, Views, views_errors
from projections.election.nominations import LATE, STANDS, Line, NominationProjection, lines_of_contest
from projections.moment import NOW, Moment


@dataclass(frozen=True, slots=True)
class Standing:
    """What one nominee has come to.

    Attributes:
        counts: nominations that stand, by class in the order of the rule.
        fell: nominations that do not stand, by what became of them.
        reasons: why not validly nominated; none where valid.
    """

    nominee: str
    name: str
    counts: Mapping[str, int]
    fell: Mapping[str, int]
    judged: Judged
    file: CandidateFile
    reasons: tuple[str, ...]

    @property
    def valid(self) -> bool:
        """Whether validly nominated."""
        return not self.reasons


@dataclass(frozen=True, slots=True)
class Scoreboard:
    """The nominations of a contest at a moment.

    Attributes:
        closes: class -> moment at which it closes, None where the timetable has none.
        position: the last event it knows.
        unmeetable: thresholds that nobody can meet, if that keeps everybody from being valid.
        warnings: nominee and what may deceive the eye in the name.
    """

    nominations: Nominations
    rule: NominationRule
    closes: Mapping[str, str | None]
    standings: tuple[Standing, ...]
    lines: tuple[Line, ...]
    position: int
    unmeetable: tuple[str, ...] = ()
    unsized: tuple[tuple[str, str], ...] = ()
    warnings: tuple[tuple[str, str], ...] = ()

    @property
    def figures(self) -> NominationFigures:
        """What a statement of persons nominated must agree with."""
        nominees = {
            each.nominee: NomineeFigures(
                name=each.name,
                counts=each.counts,
                tests={test.id: (test.needed, test.has) for test in each.judged.tests},
                reasons=each.reasons,
            )
            for each in self.standings
        }
        return NominationFigures(
            position=self.position,
            digest=digest_of(self.lines),
            nominees=nominees,
            late=sum(line.state == LATE for line in self.lines),
            void=sum(line.state not in (LATE, STANDS) for line in self.lines),
            unruled=tuple(line.nominator for line in self.lines if awaits_ruling(line)),
            unsized=tuple(f"{name} ({of})" for name, of in self.unsized),
        )


def awaits_ruling(line: Line) -> bool:
    """Whether a nomination stands though it was irregular, and nobody has ruled on it."""
    return line.state == STANDS and line.irregular is not None and not line.ruled


def digest_of(lines: Sequence[Line]) -> str:
    """Name nominations by what became of each: SHA-256 of lines `position nominator nominee class state`, in order."""
    rows = (f"{line.position} {line.nominator} {line.nominee} {line.nominator_class} {line.state}\n" for line in lines)
    return "sha256:" + hashlib.sha256("".join(rows).encode()).hexdigest()


def scoreboard(
    ledger: Record, views: Views, contest: str, moment: Moment = NOW, progress: Progress = lambda _: None
) -> Scoreboard:
    """Give the nominations of a contest as of a moment.

    Args:
        views: kept views for now; for another moment views are made in memory and dropped.

    Raises:
        RefusedError: `nominations-missing`.
        EvidenceError: the record is not what was written.
    """
    nominations = fold(nominations_stream(contest), _past(ledger, moment, nominations_stream(contest).stream))
    opened = require_opened(nominations)
    timetable = fold(timetable_stream(opened.election), _past(ledger, moment, timetable_stream(opened.election).stream))
    files = {name: candidate_stream(contest, name) for name in nominations.names}
    files = {name: fold(each, _past(ledger, moment, each.stream)) for name, each in files.items()}
    used = views if views.moment == moment else PastViews(moment, [NominationProjection()])
    try:
        position = used.catch_up(ledger, moment, progress) - 1
        with views_errors():
            lines = tuple(lines_of_contest(used.database, nominations, timetable))
    finally:
        if used is not views:
            used.close()
    return make_scoreboard(nominations, timetable, files, lines, position)


def make_scoreboard(
    nominations: Nominations,
    timetable: Timetable,
    files: Mapping[str, CandidateFile],
    lines: tuple[Line, ...],
    position: int,
) -> Scoreboard:
    """Put a scoreboard together from what was read; pure."""
    rule = require_opened(nominations).rule
    sizes = {key: event.size for key, event in nominations.sizes.items()}
    held, fell = _held_and_fallen(lines)
    standings = []
    for name in dict.fromkeys((*nominations.names, *held, *fell)):  # some may have been named only later
        of, file = held.get(name, {}), files.get(name) or candidate_stream(nominations.contest, name)
        judged = judge(rule, sizes, of, incumbent=file.incumbent)
        if not (of or name in fell or judged.exempt):  # named, and nobody nominated them
            continue
        standings.append(
            Standing(
                nominee=name,
                name=nominations.names.get(name, name),
                counts={each.id: of.get(each.id, Held()).nominators for each in rule.classes},
                fell=fell.get(name, {}),
                judged=judged,
                file=file,
                reasons=tuple(_reasons(rule, judged, file)),
            )
        )
    return Scoreboard(
        nominations=nominations,
        rule=rule,
        closes={each.id: nominations.close_of(timetable, each.id) for each in rule.classes},
        standings=tuple(standings),
        lines=lines,
        position=position,
        unmeetable=unmeetable(rule, sizes),
        unsized=unsized(rule, sizes),
        warnings=tuple(warnings(nominations.names)),
    )


def _held_and_fallen(lines: Sequence[Line]) -> tuple[dict[str, dict[str, Held]], dict[str, dict[str, int]]]:
    """Add up by nominee what stands, by class, and what does not, by what became of it."""
    members: dict[tuple[str, str, str], list[int]] = {}
    for line in lines:
        members.setdefault((line.nominee, line.nominator_class, line.state), []).append(line.size or 0)
    held: dict[str, dict[str, Held]] = {}
    fell: dict[str, dict[str, int]] = {}
    for (nominee, name, state), sizes in members.items():
        if state == STANDS:
            held.setdefault(nominee, {})[name] = Held(len(sizes), sum(sizes))
        else:
            fallen = fell.setdefault(nominee, {})
            fallen[state] = fallen.get(state, 0) + len(sizes)
    return held, fell


def _reasons(rule: NominationRule, judged: Judged, file: CandidateFile) -> Iterator[str]:
    if file.withdrew is not None:
        yield "withdrew"
    if file.accepted is False:
        yield "declined"
    elif file.accepted is None and rule.acceptance == "required":
        yield "not-accepted"
    if judged.met is not True:
        yield "threshold-not-met"


def _past(ledger: Record, moment: Moment, stream: str) -> Iterator[Event]:
    return (event for _, event in moment.past(ledger.stream(stream)))
