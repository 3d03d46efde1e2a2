"""`pollbook papers`: papers due, issued, cancelled and returned, beside the account and the papers that were read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cli.look import contest_named, moment_from, require_known
from cli.office import viewed
from cli.place import Place
from cli.privacy.access import log_opening, purpose_named
from cli.screen import progress, say, say_json, say_wrapped, table
from ledger.decision import fold
from ledger.errors import UsageError, nearest
from ledger.field import rounded
from ledger.record import Record
from ledger.streams.account import AccountStated, account_stream
from ledger.streams.contest import contest_stream, require_contest
from projections.catch_up import PastViews, Views, views_errors
from projections.moment import Moment
from projections.papers.issued_account import BY, Difference, PaperLine, differences, paper_lines
from projections.papers.projection import PaperProjection
from projections.profile import ProfileProjection, ballot_profile

DECIMALS = 1
NONE = "-"
PART = {"issued": "issued", "cancelled": "cancelled", "returned": "back"}  # columns, and what they are called
WHOLE = {
    "entries": "entries",
    "due": "due",
    "issued": "issued",
    "reissued": "again",
    "cancelled": "cancelled",
    "returned": "back",
    "duplicates": "second",
    "outstanding": "out",
}
AGREES = {  # whether an account, and papers read, are on record -> what is said where nothing differs
    (True, True): "Account and papers read agree with the marked register, as far as on record",
    (True, False): "The account agrees with the marked register; no papers read are on record",
    (False, True): "The papers read agree with the marked register; no account is on record",
    (False, False): "Neither an account nor papers read are on record: nothing to hold against the register",
}
ASIDE = {"set_aside": "aside"}  # a column that is there where a ruling took papers out


def show_papers(
    place: Place,
    contest: str,
    by: Sequence[str],
    as_of: str | None,
    known_at: str | None,
    asked: tuple[str, str],
    *,
    as_json: bool,
) -> None:
    """Show the papers of a contest.

    Args:
        asked: for which purpose, and who asks; by section alone, neither is asked.

    Raises:
        UsageError: `unknown-place`, `bad-moment`, `purpose-required`.
        RefusedError: `unknown-contest`.
    """
    for name in by:
        if name not in BY:
            other = f"{name!r}{nearest(name, BY)}"
            raise UsageError(
                "unknown-place", f"--by {name}", expected=" or ".join(BY), found=other, remedy="Correct the option"
            )
    moment = moment_from(as_of, known_at)
    names = tuple(dict.fromkeys(by)) or ("section",)
    if names != ("section",):
        purpose_named(asked[0])
    with viewed(place) as (ledger, views):
        require_known(moment, ledger)
        with progress("reading", ledger.head().size) as bar, contest_named(ledger, moment):
            past = list(moment.past(ledger.stream(contest_stream(contest).stream)))
            require_contest(fold(contest_stream(contest), (event for _, event in past)))
            used = views if moment.is_now else PastViews(moment, [ProfileProjection(), PaperProjection()])
            used.catch_up(ledger, moment, bar.by)
        lines = paper_lines(used.database, contest, names)
        stated, read = _held(ledger, used, contest, moment, lines) if names == ("section",) else ({}, {})
        found = list(differences(lines, stated, read)) if names == ("section",) else []
        unmarked = _unmarked(lines, stated)
        if used is not views:
            used.close()
    if names != ("section",):
        log_opening(place, "papers", len(lines), *asked)
    if as_json:
        papers = [_json(names, line) for line in lines]
        say_json({"contest": contest, "papers": papers, "differences": [_said(each) for each in found]})
        return
    agrees = AGREES[bool(stated), bool(read)] if names == ("section",) and not found else ""
    _say(contest, names, lines, found, [*unmarked, *([agrees] if agrees else [])], moment)


def _unmarked(lines: Sequence[PaperLine], stated: Mapping[str, AccountStated]) -> list[str]:
    """Say which sections' accounts state returns while nothing is marked there yet, as it is elsewhere."""
    marked = {line.key[0] for line in lines if line.returned or line.duplicates}
    counts = {name: account.returned for name, account in stated.items() if name not in marked and account.returned}
    return [f"Section {name}: none marked yet, but {each:,} returned, as stated" for name, each in counts.items()]


def _say(
    contest: str,
    names: Sequence[str],
    lines: Sequence[PaperLine],
    found: Sequence[Difference],
    notes: Sequence[str],
    moment: Moment,
) -> None:
    if not lines:
        say_wrapped(f"Nobody is on the roll of contest {contest} ({moment.says()})")
        return
    say_wrapped(f"Papers of contest {contest} ({moment.says()})")
    say()
    _say_lines(names, lines)
    say()
    for one in found:
        say_wrapped(f"Section {one.section}: {one.found:,} {one.what}, but {one.expected:,} {one.other}")
    if any(line.returned for line in lines):
        for note in notes:
            say_wrapped(note)
    say_wrapped("For officers: small numbers are not hidden")


def _held(
    ledger: Record, views: Views, contest: str, moment: Moment, lines: Sequence[PaperLine]
) -> tuple[dict[str, AccountStated], dict[str, int]]:
    """Give what the marked register is held against: each section's account, and how many papers were read in it."""
    stated: dict[str, AccountStated] = {}
    for line in lines:
        state = account_stream(contest, line.key[0])
        account = fold(state, (event for _, event in moment.past(ledger.stream(state.stream)))).stated
        if account is not None:
            stated[line.key[0]] = account
    with views_errors():
        read = {name: sum(alike.values()) for name, alike in ballot_profile(views.database, contest).papers.items()}
    return stated, {name: papers for name, papers in read.items() if papers}


def _say_lines(names: Sequence[str], lines: Sequence[PaperLine]) -> None:
    whole = names == ("section",)
    aside = whole and any(line.set_aside for line in lines)
    fields = (WHOLE if whole else PART) | (ASIDE if aside else {})
    heads = (*names, *fields.values(), *(() if whole else ("%",)))
    rows = []
    for line in lines:
        numbers = [f"{getattr(line, field):,}" for field in fields]
        rows.append((*line.key, *numbers, *(() if whole else (_percent(line),))))
    say(table(heads, rows, right=range(len(names), len(heads))))
    if whole:
        say()
        say_wrapped(
            "due: entries that never had a paper; again: issued in place of another; back: marked; second: further "
            "returns of one entry, held; out: neither back nor cancelled"
            + ("; aside: of those back, taken out by a ruling" if aside else "")
        )


def _percent(line: PaperLine) -> str:
    return NONE if line.turnout is None else rounded(100 * line.turnout, DECIMALS)


def _json(names: Sequence[str], line: PaperLine) -> dict[str, Any]:
    turnout = line.turnout
    return {
        **dict(zip(names, line.key, strict=True)),
        "entries": line.entries,
        "due": line.due,
        "issued": line.issued,
        "reissued": line.reissued,
        "cancelled": line.cancelled,
        "returned": line.returned,
        "duplicates": line.duplicates,
        "set_aside": line.set_aside,
        "outstanding": line.outstanding,
        "turnout": None if turnout is None else f"{turnout.numerator}/{turnout.denominator}",
    }


def _said(each: Difference) -> dict[str, Any]:
    return {"section": each.section, each.what: each.found, each.other: each.expected}
