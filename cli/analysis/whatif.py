"""`pollbook whatif`: whether a named set of decisions or papers could have changed a result."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

from cli.analysis.margin import require_declared
from cli.analysis.published import published_in, published_json, say_published
from cli.analysis.whatif_question import Asked, asked_of, question_of
from cli.analysis.whatif_text import say_whatif
from cli.look import contest_named, moment_from, require_known, root_at
from cli.office import viewed
from cli.place import Place
from cli.privacy.access import log_opening, purpose_named
from cli.screen import progress, say_json
from ledger.errors import UsageError, nearest
from ledger.storage.store import Ledger
from ledger.streams.result import ResultDeclared, result_stream
from projections.counting import Counted, count_contest
from projections.margin.watch import Expired
from projections.moment import Moment
from projections.whatif.certificate import certificate, digest_of
from projections.whatif.seen import RecordSeen
from projections.whatif.small import for_public, require_for_public
from projections.whatif.whole import ENGINE, Steps, answered

__all__ = ("asked_of", "show_whatif")
AUDIENCES = ("public", "scrutineer")


def show_whatif(
    place: Place,
    contest: str,
    words: Asked,
    time_limit: int,
    when: tuple[str | None, str | None],
    who: tuple[str, str, str],
    *,
    as_json: bool,
) -> None:
    """Print a verdict.

    Args:
        who: for which audience, for which purpose, and who asks; the public is not asked.

    Raises:
        UsageError: `unknown-audience`, `purpose-required`, `bad-part`, `bad-moment`.
        RefusedError: `not-declared`, `annulled`, `recount-open`, and what a count and `asked` raise.
    """
    audience, purpose, actor = who
    require_audience(audience, purpose)
    moment = moment_from(*when)
    with viewed(place) as (ledger, views):
        require_known(moment, ledger)
        with progress("reading", ledger.head().size) as bar, contest_named(ledger, moment):
            counted = count_contest(ledger, views, contest, moment, bar.by)
        declared = moment.past(ledger.stream(f"result/{contest}"))
        require_declared(counted, [event for _, event in declared], moment)
        question = question_of(words, ledger, counted)
        steps = Steps(_until(time_limit)) if time_limit else None
        views.catch_up(ledger)
        kept = views.database if moment.is_now else None
        seen = RecordSeen(ledger, moment, kept) if audience == "scrutineer" else of_public(ledger, contest)
        changed, found = answered(seen, counted.basis, counted.table, question, counted.position, steps)
    rulings, hidden = changed.rulings, False
    if audience == "scrutineer":
        log_opening(place, "whatif", changed.unknown or 1, purpose, actor)
    else:
        require_for_public(counted.basis, counted.table, question, changed)
        found, changed, hidden = for_public(counted.basis, counted.table, found, changed)
    body = certificate(counted.basis, counted.table, question, changed, found)
    published = published_in(place, contest, moment)
    if as_json:
        root = root_at(place, counted.position)
        told = _json(counted, root, body, time_limit) | _set(rulings)
        told |= {"audience": audience, "moment": moment.says(), "small": hidden}
        say_json(told | published_json(published))
        return
    say_whatif(counted, question, changed, found, moment, hidden=hidden)
    say_published(contest, published)


def of_public(ledger: Ledger, contest: str) -> RecordSeen:
    """Give the record as of the first declaration, whatever moment is asked for: two moments could be subtracted."""
    events = ledger.stream(result_stream(contest).stream)
    declared = next(position for position, event in events if isinstance(event, ResultDeclared))
    return RecordSeen(ledger, Moment(known_at_position=declared), tells_people=False)


def _set(rulings: Sequence[str] | None) -> dict[str, Any]:
    return {} if rulings is None else {"rulings": list(rulings)}


def require_audience(audience: str, purpose: str) -> None:
    """Refuse another audience (`unknown-audience`), or a scrutineer who names no purpose (`purpose-required`)."""
    if audience not in AUDIENCES:
        found = f"{audience!r}{nearest(audience, AUDIENCES)}"
        raise UsageError(
            "unknown-audience", "--audience", expected=", ".join(AUDIENCES), found=found, remedy="Choose one of them"
        )
    if audience == "scrutineer":
        purpose_named(purpose)


def _until(time_limit: int) -> Expired:
    end = time.monotonic() + time_limit
    return lambda: time.monotonic() >= end


def _json(counted: Counted, root: str, body: Mapping[str, Any], time_limit: int) -> dict[str, Any]:
    return {
        "position": counted.position,
        "root": root,
        "engine": ENGINE,
        "program": f"pollbook {version('pollbook')}",
        "count_rule": counted.contest.count_rule,
        "provenance": list(counted.provenance),
        "time_limit": time_limit,
        "certificate": dict(body),
        "digest": digest_of(dict(body)),
    }
