"""`pollbook register`: how many are in a register of members, by where they stand, on any day."""

from __future__ import annotations

from collections.abc import Sequence

from cli.look import moment_from, require_known
from cli.office import viewed
from cli.place import Place
from cli.privacy.access import log_opening, purpose_named
from cli.registers.lists import require_register
from cli.screen import progress, say, say_json, say_wrapped, table
from ledger.errors import UsageError, nearest
from projections.registers.numbers import PLACES, summarise
from projections.roll.reading import point_of


def show_register(
    place: Place,
    register: str,
    by: Sequence[str],
    as_of: str | None,
    known_at: str | None,
    asked: tuple[str, str],
    *,
    as_json: bool,
) -> None:
    """Show a register's numbers, small ones too: `asked` is for which purpose, and who asks.

    Raises:
        UsageError: `unknown-place`, `purpose-required`, `bad-moment`.
        RefusedError: `unknown-register`.
    """
    for name in by:
        if name not in PLACES:
            raise UsageError(
                "unknown-place",
                f"--by {name}",
                expected=" or ".join(PLACES),
                found=f"{name!r}{nearest(name, PLACES)}",
                remedy="Correct the option",
            )
    purpose_named(asked[0])
    names = tuple(by) or ("category",)
    moment = moment_from(as_of, known_at)
    with viewed(place) as (ledger, views):
        require_known(moment, ledger)
        require_register(ledger, register)
        with progress("reading", ledger.head().size - views.next_position) as bar:
            views.catch_up(ledger, progress=bar.by)
        found = summarise(views.database, register, moment.as_of, point_of(ledger, moment).known)
    log_opening(place, "register", found.members, *asked)
    counts = found.by(*names)
    if as_json:
        rows = [{**dict(zip(names, key, strict=True)), "members": count} for key, count in counts.items()]
        numbers = {"members": found.members, "joining_later": found.joining, "lapsed": found.lapsed}
        say_json({"register": register, **numbers, "by": rows, "open_batches": found.open_batches})
        return
    lines = [(*key, f"{count:,}") for key, count in counts.items()]
    say(table((*names, "members"), [*lines, *_total(names, found.members)], right=(len(names),)))
    beside = [f"{found.joining:,} joined later"] if found.joining else []
    beside += [f"{found.lapsed:,} had lapsed"] if found.lapsed else []
    say_wrapped(f"register {register} ({moment.says()})" + "".join(f"; {each}" for each in beside))
    for stream in found.open_batches:
        say_wrapped(f"{stream} is not taken in whole yet: nobody of it counts")
    say_wrapped("For officers: small numbers are not hidden")


def _total(names: Sequence[str], members: int) -> list[tuple[str, ...]]:
    return [("all", *("" for _ in names[1:]), f"{members:,}")]
