"""`pollbook turnout --by PLACE`: turnout by region, unit and the like, from the marked register."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cli.look import contest_named, moment_from, require_known
from cli.office import viewed
from cli.place import Place
from cli.privacy.access import log_opening, purpose_named
from cli.roll.show import require_names
from cli.screen import progress, say, say_json, say_wrapped, table
from ledger.decision import fold
from ledger.errors import RefusedError
from ledger.field import rounded
from ledger.storage.store import Ledger
from ledger.streams.contest import ContestDefined, contest_stream, require_contest
from ledger.streams.result import ResultDeclared
from projections.catch_up import PastViews, Views
from projections.moment import Moment
from projections.papers.issued_account import paper_lines
from projections.papers.projection import PaperProjection
from projections.roll.editions import sections_told
from projections.roll.reading import Roll, point_of
from projections.roll.suppression import LEAST, OTHERS, TREE
from projections.roll.turnout import Papers, turnout_by, turnout_parts

DECIMALS = 1
NONE = "-"

Told = Mapping[tuple[str, ...], Papers]


def show_turnout_by(
    place: Place,
    contest: str,
    by: Sequence[str],
    audience: str,
    as_of: str | None,
    known_at: str | None,
    asked: tuple[str, str],
    *,
    as_json: bool,
) -> None:
    """Print papers distributed and returned by place, to officers as they are, to the public with no small number.

    Args:
        asked: for which purpose, and who asks; not asked of the public.

    Raises:
        UsageError: `unknown-place`, `unknown-audience`, `not-for-the-public`, `bad-moment`.
        RefusedError: `unknown-contest`; `not-declared`: the public is told once the result is declared; `too-few`.
    """
    names = tuple(dict.fromkeys(by))
    require_names("--by", names, audience)
    moment = moment_from(as_of, known_at)
    if audience != "public":
        purpose_named(asked[0])
    with viewed(place) as (ledger, views):
        require_known(moment, ledger)
        with contest_named(ledger, moment):
            past = moment.past(ledger.stream(contest_stream(contest).stream))
            defined = require_contest(fold(contest_stream(contest), (event for _, event in past)))
        if audience == "public":
            moment = _declared(ledger, contest, moment)
            told, least = _public(ledger, views, defined, moment, names)
        else:
            told, least = _told(ledger, views, contest, moment, names), 0
    if audience != "public":
        log_opening(place, "turnout", len(told), *asked)
    if as_json:
        say_json([{**dict(zip(names, key, strict=True)), **_json(papers)} for key, papers in told.items()])
    else:
        _say(contest, names, told, moment, least)


def _say(contest: str, names: Sequence[str], told: Told, moment: Moment, least: int) -> None:
    """Print a table; `least` is the fewest in it, 0 where it is for officers."""
    whole = sum(told.values(), Papers(0, 0))
    rows = [(*(name or NONE for name in key), *_row(papers)) for key, papers in told.items()]
    rows.append(("all", *("" for _ in names[1:]), *_row(whole)))
    last = len(names)
    say(table((*names, "distributed", "returned", "%"), rows, right=(last, last + 1, last + 2)))
    say_wrapped(f"turnout in contest {contest}, by the marked register ({moment.says()})")
    if least:
        say_wrapped(f"Where fewer than {least} returned their papers, or did not, they are counted among {OTHERS}")
        say_wrapped(f"Distributed is as told of the roll, where it differs from that by fewer than {LEAST}")
    else:
        say_wrapped("For officers: small numbers are not hidden")


def _declared(ledger: Ledger, contest: str, moment: Moment) -> Moment:
    """Give the moment at which the result was first declared, if that was by then."""
    events = moment.past(ledger.stream(f"result/{contest}"))
    position = next((position for position, event in events if isinstance(event, ResultDeclared)), None)
    if position is None:
        raise RefusedError(
            "not-declared",
            f"contest {contest}",
            expected="a result that was declared: the public is told turnout by place once, as of then",
            found=f"none ({moment.says()})",
            remedy=f"Wait for the declaration; or look at the sections: pollbook turnout {contest}",
        )
    return Moment(known_at_position=position)


def _public(
    ledger: Ledger, views: Views, contest: ContestDefined, moment: Moment, names: Sequence[str]
) -> tuple[Told, int]:
    """Give what the public is told of a contest, and how many are the fewest in it."""
    papers = {
        tuple("" if name == NONE else name for name in key): each
        for key, each in _told(ledger, views, contest.contest, moment, TREE).items()
    }
    views.catch_up(ledger)
    roll = Roll(views.database, contest.election)
    editions = roll.editions(point_of(ledger, moment).known)
    counts = [roll.summary(each.point, *TREE) for each in editions]
    sections = sections_told(ledger, editions[0]) if editions else frozenset()
    least = max(LEAST, contest.smallest_cell)
    published = contest.paper_publication == "papers"
    parts = turnout_parts(papers, counts, sections, published=published, least=least)
    if papers and not parts:
        raise RefusedError(
            "too-few",
            f"turnout in contest {contest.contest}",
            expected=f"{least} who returned their papers, and {least} who did not",
            found="fewer of one or the other",
            remedy="It is not told to the public; an officer who wants it public records publish-figures",
        )
    return turnout_by(parts, *names), least


def _told(ledger: Ledger, views: Views, contest: str, moment: Moment, names: Sequence[str]) -> Told:
    """Add up the papers as of a moment; the kept views serve where nothing was recorded since."""
    now = moment.is_now or moment.known_at_position == ledger.head().size - 1
    used = views if now else PastViews(moment, [PaperProjection()])
    try:
        with progress("reading", ledger.head().size) as bar:
            used.catch_up(ledger, progress=bar.by)
        lines = paper_lines(used.database, contest, names)
    finally:
        if used is not views:
            used.close()
    papers = {line.key: Papers(line.issued - line.cancelled, line.returned) for line in lines}
    return {key: each for key, each in papers.items() if each.distributed}


def _row(papers: Papers) -> tuple[str, str, str]:
    return f"{papers.distributed:,}", f"{papers.returned:,}", _percent(papers)


def _percent(papers: Papers) -> str:
    exact = papers.turnout
    return NONE if exact is None else rounded(100 * exact, DECIMALS)


def _json(papers: Papers) -> dict[str, int | str | None]:
    exact = papers.turnout
    return {**papers._asdict(), "turnout": None if exact is None else f"{exact.numerator}/{exact.denominator}"}
