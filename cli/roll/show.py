"""`pollbook roll`: who is on the roll and in what, in numbers, by page or in full; what changed.

Officers see all of it; a panel all the numbers, as of any moment, and no elector, for whom it decides on it knows by
the case; the public the numbers of what was frozen or certified, none of them small.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from cli.look import moment_from, require_known
from cli.office import system_clock, viewed
from cli.place import Place
from cli.privacy.access import log_opening, purpose_named
from cli.roll.file import FORMS, write_out
from cli.screen import progress, say, say_json, say_wrapped, table
from ledger.errors import UsageError, nearest
from ledger.storage.store import Ledger
from projections.moment import Moment
from projections.roll.editions import Published, published
from projections.roll.entries import PLACES
from projections.roll.reading import PAGE, Line, Point, Roll, point_of
from projections.roll.suppression import LEAST, OTHERS, TREE

AUDIENCES = ("officers", "panel", "public")
NONE = "-"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of a roll is asked for.

    Attributes:
        by: names of places that it is counted by.
        only: names of places that an entry has to have.
        page: of the list, from 1; 0: the list is not asked for.
        out: file that the whole list goes to; `-` the screen.
        purpose, actor: why it is opened, and by whom; not asked of the public.
    """

    by: tuple[str, ...] = ()
    only: Mapping[str, str] = field(default_factory=dict)
    page: int = 0
    out: Path | None = None
    form: str = "csv"
    audience: str = "officers"
    purpose: str = ""
    actor: str = ""

    @property
    def public(self) -> bool:
        """Whether it is for the public, who are told no small number."""
        return self.audience == "public"


def wanted(by: Sequence[str], only: Sequence[str], page: int, out: Path | None, form: str, audience: str) -> Wanted:
    """Read what is asked for.

    Raises:
        UsageError: `unknown-place`, `not-for-the-public`, `not-for-a-panel`, `unknown-audience`, `unknown-format`.
    """
    pairs = [each.partition("=") for each in only]
    _require("--format", form, tuple(FORMS), "unknown-format")
    require_names("--by", by, audience)
    require_names("--only", [name for name, _, _ in pairs], audience)
    if audience == "public" and (page or out or pairs):
        _not_public("--list, --page, --out or --only", "numbers alone")
    if audience == "panel" and (page or out):
        remedy = "Leave out one or the other; of whom a case is about: pollbook why PERSON ELECTION"
        found = "--list, --page or --out"
        raise UsageError(
            "not-for-a-panel", "--audience panel", expected="numbers, and no electors", found=found, remedy=remedy
        )
    return Wanted(tuple(by) or ("section",), {name: value for name, _, value in pairs}, page, out, form, audience)


def require_names(option: str, names: Sequence[str], audience: str) -> None:
    """Refuse an audience that there is not, and names of places that it may not have numbers by."""
    _require("--audience", audience, AUDIENCES, "unknown-audience")
    for name in names:
        _require(option, name, PLACES, "unknown-place")
        if audience == "public" and name not in TREE:
            _not_public(f"{option} {name}", " or ".join(TREE))


def _require(option: str, name: str, known: Sequence[str], code: str) -> None:
    if name not in known:
        found = f"{name!r}{nearest(name, known)}"
        raise UsageError(code, option, expected=" or ".join(known), found=found, remedy="Correct the option")


def _not_public(found: str, expected: str) -> None:
    raise UsageError(
        "not-for-the-public", "--audience public", expected=expected, found=found, remedy="Leave out one or the other"
    )


def one_election(words: Sequence[str]) -> str:
    """Give the id of the election, if nothing else was said (`one-election`)."""
    if len(words) != 1:
        found = " ".join(words)
        remedy = f"Leave out the rest; or: pollbook roll diff {words[0]} A B"
        raise UsageError("one-election", "roll", expected="the id of one election", found=found, remedy=remedy)
    return words[0]


def require_purpose(asked: Wanted) -> None:
    """Refuse to open what is not for the public without a purpose (`purpose-required`)."""
    if not asked.public:
        purpose_named(asked.purpose)


@contextmanager
def roll_at(place: Place, election: str, moment: Moment) -> Iterator[tuple[Ledger, Roll, Point]]:
    """Open the roll of an election, the views caught up, and find a moment on both clocks."""
    with viewed(place) as (ledger, views):
        require_known(moment, ledger)
        with progress("reading", ledger.head().size - views.next_position) as bar:
            views.catch_up(ledger, progress=bar.by)
        yield ledger, Roll(views.database, election), point_of(ledger, moment)


def show_roll(
    place: Place, election: str, asked: Wanted, as_of: str | None, known_at: str | None, *, as_json: bool
) -> None:
    """Show a roll's numbers, a page of its entries, or write all of them."""
    moment = moment_from(as_of, known_at)
    require_purpose(asked)
    with roll_at(place, election, moment) as (ledger, roll, point):
        if asked.public:
            _say_published(published(ledger, roll, point), asked, moment, as_json=as_json)
            return
        total = roll.total(point, asked.only)
        log_opening(place, "roll", total, asked.purpose, asked.actor)
        if asked.out:
            write_out(roll, point, asked.only, asked.out, asked.form)
            return
        if asked.page:
            _say_page(roll, point, asked, moment, as_json=as_json)
        else:
            _say_numbers(roll, point, asked, moment, as_json=as_json)
        if not as_json:
            _say_doubts(roll, point, asked, moment, empty=not total)


def _say_doubts(roll: Roll, point: Point, asked: Wanted, moment: Moment, *, empty: bool) -> None:
    """Say what may be amiss with the question: a place of which nobody is, a day that is to come."""
    for name, value in asked.only.items() if empty else ():
        known = [each for (each,) in roll.summary(point, name) if each]
        if value not in known:
            say_wrapped(f"No entry has the {name} {value!r}{nearest(value, known)}")
    if moment.as_of is not None and moment.as_of > system_clock():
        say_wrapped("That moment is to come: this is what follows from what is on record now")


def _say_numbers(roll: Roll, point: Point, asked: Wanted, moment: Moment, *, as_json: bool) -> None:
    names = tuple(asked.only)
    counts = {
        key[len(names) :]: count
        for key, count in roll.summary(point, *names, *asked.by).items()
        if key[: len(names)] == tuple(asked.only.values())
    }
    total = sum(counts.values())
    editions = roll.editions(point.known)
    if as_json:
        rows = [{**dict(zip(asked.by, key, strict=True)), "entries": count} for key, count in counts.items()]
        versions = [{**each._asdict(), "entries": roll.total(each.point)} for each in editions]
        say_json({"election": roll.election, **asked.only, "entries": total, "by": rows, "versions": versions})
        return
    lines = [(*(name or NONE for name in key), f"{count:,}") for key, count in counts.items()]
    lines.append(("all", *("" for _ in asked.by[1:]), f"{total:,}"))
    say(table((*asked.by, "entries"), lines, right=(len(asked.by),)))
    only = "".join(f", {name} {value}" for name, value in asked.only.items())
    say_wrapped(f"roll of election {roll.election}{only} ({moment.says()})")
    for each in editions[-1:]:
        say_wrapped(f"Version {each.version}: {roll.total(each.point):,} entries, with effect from {each.effective}")
    for_whom = "a panel: electors are not listed, and" if asked.audience == "panel" else "officers:"
    say_wrapped(f"For {for_whom} small numbers are not hidden")


def _say_page(roll: Roll, point: Point, asked: Wanted, moment: Moment, *, as_json: bool) -> None:
    total = roll.total(point, asked.only)
    pages = max(1, -(-total // PAGE))
    if asked.page > pages:
        raise UsageError(
            "no-such-page", f"--page {asked.page}", expected=f"1 to {pages}", found=asked.page, remedy="Correct it"
        )
    lines = roll.page(point, (asked.page - 1) * PAGE, asked.only)
    if as_json:
        say_json(
            {"election": roll.election, "entries": total, "page": asked.page, "list": [_plain(line) for line in lines]}
        )
        return
    told = [place for place, names in enumerate(zip(*(line.place for line in lines), strict=True)) if any(names)]
    rows = [(line.elector, *(line.place[place] or NONE for place in told), line.since[:10]) for line in lines]
    say(table(("elector", *(PLACES[place] for place in told), "since"), rows))
    say_wrapped(f"page {asked.page} of {pages}, {total:,} entries ({moment.says()})")


def _plain(line: Line) -> dict[str, str | int]:
    places = {name: value for name, value in zip(PLACES, line.place, strict=True) if value}
    since: dict[str, str | int] = {
        "since": line.since,
        "position": line.position,
        "act": line.act,
        "cause": line.cause,
    }
    return {"elector": line.elector, **places, **since}


def _say_published(found: Published, asked: Wanted, moment: Moment, *, as_json: bool) -> None:
    counts, more = found.release.by(*asked.by), found.release.more(*asked.by)
    entries = found.release.entries
    if as_json:
        rows = [
            {**dict(zip(asked.by, key, strict=True)), "entries": count or None, "more_in_others": key in more}
            for key, count in counts.items()
        ]
        say_json({"version": found.edition.version, "entries": entries or None, "least": LEAST, "by": rows})
        return
    small = f"<{LEAST}"
    lines = [
        (*(name or NONE for name in key), (f"{count:,}" if count else small) + ("+" if key in more else " "))
        for key, count in counts.items()
    ]
    lines.append(("all", *("" for _ in asked.by[1:]), (f"{entries:,}" if entries else small) + " "))
    say(table((*asked.by, "entries "), lines, right=(len(asked.by),)))
    version = f"version {found.edition.version} of the roll, with effect from {found.edition.effective}"
    say_wrapped(f"{version} ({moment.says()})")
    if any(key in more for key in counts):
        say_wrapped(f"+ and a few more, who are counted among {OTHERS}: no number below {LEAST} is told, nor follows")
