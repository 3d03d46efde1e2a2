"""`pollbook margin`: the fewest papers that could have changed a result, with the papers that do it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence

from cli.analysis.margin_json import margin_json
from cli.analysis.published import published_in, published_json, say_published
from cli.analysis.rankings import elected_names, say_papers
from cli.counting.count import say_provenance
from cli.look import counted_at, moment_from, root_at
from cli.place import Place
from cli.privacy.access import log_opening
from cli.screen import say, say_json, say_wrapped, table
from ledger.errors import RefusedError, UsageError, nearest
from ledger.event import Event
from ledger.field import ALL, rounded
from ledger.rules.alternative import WeightedAlternativeVote
from ledger.rules.question import MarginAsked
from ledger.streams.result import require_standing, result_stream
from projections.basis import Basis
from projections.count.render import exact
from projections.counting import Counted
from projections.margin.certificate import recounted
from projections.margin.pairing import Pairing
from projections.margin.published import Steps, for_public, is_combined, is_hidden, is_small
from projections.margin.recount import Moved
from projections.margin.relaxation import Kind
from projections.margin.report import KINDS, Line, MarginReport, report_margin
from projections.margin.search import GOALS, Answer, Goal
from projections.moment import Moment

CANNOT_SAY = "cannot say"
WAYS = {"addition": "added", "removal": "removed", "change": "changed"}
MEANS: dict[Goal, str] = {
    "could": "Fewest papers after which somebody else could be elected, if only by a lot:",
    "certain": "Fewest papers after which somebody else is elected, whatever lots are drawn:",
}
PLACES = 3  # after the point of ratios and of points


def show_margin(
    place: Place,
    contest: str,
    section: str | None,
    kind: str | None,
    stage: int | None,
    time_limit: int,
    when: tuple[str | None, str | None],
    who: tuple[str, str, str],
    *,
    as_json: bool,
) -> None:
    """Print the margins of a contest.

    Args:
        who: for which audience, for which purpose, and who asks; the public is not asked.

    Raises:
        UsageError: `unknown-kind`, `unknown-section`, `unknown-stage`.
        RefusedError: `not-declared`, `annulled`, `recount-open`, and what a count raises.
    """
    kinds = _kinds(kind)
    moment = moment_from(*when)
    counted, events = counted_at(place, contest, moment)
    require_declared(counted, [event for _, event in events], moment)
    audience, purpose, actor = who
    _require_known(counted, section, stage, all_shown=audience == "scrutineer")
    steps = Steps()
    shares = steps.dealt(_shares(time_limit)) if time_limit else None
    report = report_margin(counted.basis, counted.table, kinds, section, stage, shares)
    if audience == "scrutineer":
        log_opening(place, "margin", 1, purpose, actor)
    asked = MarginAsked(kinds=tuple(kinds), section=section, steps=tuple(steps.taken))
    all_shown = audience == "scrutineer"
    published = published_in(place, contest, moment)
    if as_json:
        told = margin_json(
            counted, report, asked, moment, time_limit, root_at(place, counted.position), all_shown=all_shown
        )
        say_json(told | published_json(published))
        return
    _say(counted, report if all_shown else for_public(counted.basis, report), moment, all_shown=all_shown)
    say_published(contest, published)


def _kinds(kind: str | None) -> Sequence[Kind]:
    if kind is None:
        return KINDS
    found = [each for each in KINDS if each == kind]
    if not found:
        raise UsageError(
            "unknown-kind",
            "--kind",
            expected=", ".join(KINDS),
            found=f"{kind!r}{nearest(kind, KINDS)}",
            remedy="Choose one of them, or leave it out for all",
        )
    return found


def require_declared(counted: Counted, events: Sequence[Event], moment: Moment) -> None:
    """Refuse where no declared result stands at a moment, or the count elects nobody.

    Args:
        events: of the contest's result, and others, up to the moment.

    Raises:
        RefusedError: `not-declared`, `annulled`, `recount-open`.
    """
    result = result_stream(counted.contest.contest)
    for event in events:
        if event.stream == result.stream:
            result = result.evolve(event)
    declared = result.elected is not None
    if declared:
        require_standing(result, f"contest {counted.contest.contest}")
    if not declared or not counted.table.elected:
        raise RefusedError(
            "not-declared",
            f"contest {counted.contest.contest}",
            expected="a result that was declared, of a count that elects somebody",
            found=f"none ({moment.says()})" if not declared else "a count that elects nobody",
            remedy=f"See how far it is: pollbook count {counted.contest.contest}",
        )


def _require_known(counted: Counted, section: str | None, stage: int | None, *, all_shown: bool) -> None:
    sections, stages = counted.table.sections, len(counted.table.stages)
    if section is not None and is_combined(counted.basis) and not all_shown:
        raise UsageError(
            "unknown-section",
            "--section",
            expected="none, for all sections are published as one",
            found=repr(section),
            remedy="Leave it out, or see it with --audience scrutineer --purpose",
        )
    if section is not None and section not in sections:
        raise UsageError(
            "unknown-section",
            "--section",
            expected=", ".join(sections),
            found=f"{section!r}{nearest(section, sections)}",
            remedy="Choose one of them, or leave it out for all",
        )
    if stage is not None and not 1 <= stage <= stages:
        raise UsageError(
            "unknown-stage",
            "--stage",
            expected=f"a stage of the count, 1 to {stages}",
            found=stage,
            remedy=f"See them with: pollbook count {counted.contest.contest}",
        )


def _shares(time_limit: int) -> Callable[[int], Callable[[], bool]]:
    """Deal what is left of the time equally to the searches that are left."""
    end = time.monotonic() + time_limit

    def share(left: int) -> Callable[[], bool]:
        now = time.monotonic()
        stop = now + max(end - now, 0) / max(left, 1)
        return lambda: time.monotonic() >= stop

    return share


def _say(counted: Counted, report: MarginReport, moment: Moment, *, all_shown: bool) -> None:
    names = counted.names
    say_wrapped(f"Margin of {counted.contest.office} ({counted.contest.contest}), {moment.says()}")
    say_provenance(counted)
    say_wrapped(f"Elected: {', '.join(names[each] for each in report.elected)}.")
    if report.unsaid:
        say_wrapped(report.unsaid)
    _say_grids(report.lines)
    if report.pairing is not None:
        _say_pairing(counted, report.pairing)
    if report.values and isinstance(counted.rule, WeightedAlternativeVote):
        _say_values(report)
    for line in _certified(report.lines):
        moved = line.answers["certain"].moved
        if moved is None or not moved.papers:
            continue
        if all_shown or not is_hidden(counted.basis, line.answers["certain"]):
            _say_certificate(counted, line, moved)
        else:
            why = _why_hidden(counted.basis, line.answers["certain"])
            say()
            say_wrapped(
                f"The papers {WAYS[line.kind]} that do it {why}: see them with --audience scrutineer --purpose."
            )


def _why_hidden(basis: Basis, answer: Answer) -> str:
    if is_combined(basis):
        return "tell sections apart, which are published as one"
    if is_small(basis, answer):
        return f"are fewer than the {basis.contest.smallest_cell} that may be shown alone"
    return "are among those counted, which are not published"


def _say_grids(lines: Sequence[Line]) -> None:
    """Print the fewest papers for both goals, once where they are the same; nothing where nothing can be said."""
    answers = [answer for line in lines for answer in line.answers.values()]
    whys = dict.fromkeys(answer.why for answer in answers if answer.why)
    if any(_cell(answer) != CANNOT_SAY for answer in answers):
        grids = {_grid(lines, goal): goal for goal in GOALS}  # the last goal that has it
        for grid, goal in grids.items():
            say()
            say_wrapped(MEANS[goal])
            say(grid)
        for why in whys:
            say_wrapped(f"Where bounds are given, or nothing: {why}.")
    elif lines:
        say_wrapped(f"How many papers could have changed the result: cannot say, for {'; '.join(whys)}.")


def _grid(lines: Sequence[Line], goal: Goal) -> str:
    kinds = list(dict.fromkeys(line.kind for line in lines))
    cells = {(line.section, line.kind): _cell(line.answers[goal]) for line in lines}
    sections = list(dict.fromkeys(line.section for line in lines))
    rows = [
        ("any sections" if section == ALL and len(sections) > 1 else section, *(cells[section, kind] for kind in kinds))
        for section in sections
    ]
    return table(("papers of", *(WAYS[kind] for kind in kinds)), rows, right=range(1, len(kinds) + 1))


def _cell(answer: Answer) -> str:
    if answer.exact:
        return "none do" if answer.least is None else str(answer.least)
    if answer.moved is not None:
        return f"{answer.least} to {answer.moved.papers}"
    return f"{answer.least} or more" if answer.least else CANNOT_SAY


def _say_pairing(counted: Counted, pairing: Pairing) -> None:
    winner, loser = counted.names[pairing.winner], counted.names[pairing.loser]
    weighted = isinstance(counted.rule, WeightedAlternativeVote)
    ahead = f"{rounded(100 * pairing.ahead, PLACES)} points" if weighted else f"{pairing.ahead} papers"
    say()
    say_wrapped(
        f"With exclusions held: the final pairing alone, stage {pairing.stage}, all exclusions before it taken as they "
        f"were. {winner} is ahead of {loser} by {ahead}. Fewest papers that reverse it (changed: from {winner} to "
        f"{loser}):"
    )
    rows = [
        (section, *(_number(pairing.fewest(kind, section)) for kind in KINDS)) for section in counted.table.sections
    ]
    say(table(("papers of", *(WAYS[kind] for kind in KINDS)), rows, right=range(1, 4)))


def _number(value: int | None) -> str:
    return "none do" if value is None else str(value)


def _say_values(report: MarginReport) -> None:
    best, dearest = max((value, section) for section, value in report.values)
    say()
    say_wrapped(f"Value of a vote at stage {report.stage}: the section's weight, by the papers its part is taken of.")
    rows = [(section, exact(value), rounded(best / value, PLACES)) for section, value in report.values]
    say(table(("section", "one vote is", f"as many as one of {dearest}"), rows, right=(1, 2)))


def _certified(lines: Sequence[Line]) -> Iterator[Line]:
    """Give the lines whose papers are shown: over any sections where there are such."""
    sections = [line.section for line in lines]
    for line in lines:
        if ALL not in sections or line.section == ALL:
            yield line


def _say_certificate(counted: Counted, line: Line, moved: Moved) -> None:
    say()
    say_wrapped(f"Papers {WAYS[line.kind]} that do it, {moved.papers}, to be counted again:")
    say_papers(counted, ("less", moved.removed), ("more", moved.added))
    say_wrapped(f"  Then elected: {' or '.join(_elected(counted, moved))}.")


def _elected(counted: Counted, moved: Moved) -> list[str]:
    found = recounted(counted.basis, moved)
    if found is None:
        return ["whoever lots make it"]
    return [elected_names(counted, elected) for elected in found]
