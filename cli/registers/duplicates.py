"""`pollbook duplicates` and `pollbook merge`: pairs of members who may be one human, and merging those reviewed."""

from __future__ import annotations

import csv
import io
import textwrap
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from cli.applications.run_checks import require_election_known
from cli.apply import Given, carry_out
from cli.csv_rows import rows_of
from cli.office import opened, vault_of
from cli.parse import Where, actor_value, command_from, on_the_command_line
from cli.place import Place
from cli.privacy.access import log_opening, purpose_named
from cli.registers.lists import require_register
from cli.report import counted
from cli.screen import WIDTH, progress, say, say_json, say_wrapped
from cli.source import Read, os_errors
from ledger.errors import RefusedError, UsageError, nearest
from ledger.privacy.vault import Vault
from ledger.record import Record
from ledger.streams.merge import MergePersons
from projections.registers.duplicates import Pair, Side, find_pairs, on_roll, side_of

SHOWN = 20  # pairs shown on a page
SET_IN = len("   keep  ")
REVIEW = ("merge", "dropped", "kept", "basis", "score", "matcher")  # columns that a reviewed file is read by
PERSONAL = ("name", "born", "email", "address", "number")
YES = frozenset(("yes", "y", "x", "1", "true"))
NO = frozenset(("", "no", "n", "0", "false"))


def show_duplicates(
    place: Place,
    register: str,
    other: str | None,
    *,
    names: str | None,
    everybody: bool,
    roll: str,
    page: int,
    out: Path | None,
    asked: tuple[str, str],
    as_json: bool,
) -> None:
    """Show who may be one human.

    Args:
        roll: election; only pairs of whom both have a live entry on its roll are shown. Empty: all.
        names: register whose members' personal data are shown; `both` for both sides.
        asked: for which purpose, and who asks.

    Raises:
        UsageError: `purpose-required`, `unknown-side`.
        RefusedError: `unknown-register`, `unknown-election`.
    """
    purpose_named(asked[0])
    _require_side(names, register, other)
    with opened(place) as ledger:
        _require_known(ledger, register, other, roll)
        vault = vault_of(place, ledger)
        try:
            with progress("comparing", 0) as bar:
                pairs = [*find_pairs(ledger, vault, register, other, bar.by)]
            pairs = [pair for pair in pairs if not roll or on_roll(ledger, roll, pair)]
            live = [pair for pair in pairs if everybody or not pair.merged]
            review = _review(ledger, vault, live) if out is not None else ""
            shown = live if as_json else live[SHOWN * (page - 1) : SHOWN * page]
            sides = [(pair, *_sides(ledger, vault, pair, register, names)) for pair in shown]
        finally:
            vault.close()
    log_opening(place, "duplicates", 2 * len(live if out is not None else sides), *asked)
    if out is not None:
        with os_errors(out):
            out.write_text(review, "utf-8")
        say(f"wrote {out}: {counted(len(live), 'pair')}; it holds personal data, so keep it safe")
        return
    if as_json:
        found = [{**pair._asdict(), "kept": one._asdict(), "dropped": two._asdict()} for pair, one, two in sides]
        say_json({"register": register, "other": other or register, "pairs": found})
        return
    _print(register, other, len(pairs), live, sides, (page, roll))


def _require_known(ledger: Record, register: str, other: str | None, election: str) -> None:
    for name in filter(None, (register, other)):
        require_register(ledger, name)
    if election:
        require_election_known(ledger, election)


def _require_side(names: str | None, register: str, other: str | None) -> None:
    known = tuple(filter(None, (register, other, "both")))
    if names is not None and names not in known:
        found, remedy = f"{names!r}{nearest(names, known)}", "Give one of them, or leave out --names"
        raise UsageError("unknown-side", "--names", expected=" or ".join(known), found=found, remedy=remedy)


def _sides(ledger: Record, vault: Vault, pair: Pair, register: str, names: str | None) -> tuple[Side, Side]:
    """Give both sides of a pair, with personal data only of the side that is asked for."""
    kept, dropped = (side_of(ledger, vault, person) for person in (pair.kept, pair.dropped))
    if names not in ("both", register):
        kept = kept._replace(identity=None)
    if names is None or names == register != "both":
        dropped = dropped._replace(identity=None)
    return kept, dropped


def _print(
    register: str,
    other: str | None,
    found: int,
    live: list[Pair],
    sides: list[tuple[Pair, Side, Side]],
    asked: tuple[int, str],
) -> None:
    page, roll = asked
    where = f"{register} and {other}" if other else register
    for number, (pair, kept, dropped) in enumerate(sides, SHOWN * (page - 1) + 1):
        merged_already = "; merged already" * pair.merged
        say_wrapped(f"{number}  like by {pair.score} of 100: {', '.join(pair.basis)}{merged_already}")
        for what, side in (("keep", kept), ("drop", dropped)):
            text = f"   {what}  {side.person}  {_says(side)}"
            say(textwrap.fill(text, WIDTH, subsequent_indent=" " * SET_IN, break_on_hyphens=False))
    merged = found - len(live)
    say_wrapped(f"{counted(len(live), 'pair')} of {where} who may be one human" + (f"; {merged} merged" * bool(merged)))
    if len(live) > SHOWN * page:
        say_wrapped(f"The next: --page {page + 1}")
    if roll and live:
        say_wrapped(f"Both of each pair are on the roll of {roll}, and nobody decided whether they are one human")
    if live:
        say_wrapped("To decide: pollbook duplicates ... --out FILE.csv, then pollbook merge FILE.csv")


def _says(side: Side) -> str:
    said = [f"{value}" for name, value in side.place.items() if name in ("affiliate", "category", "unit")]
    who = side.identity or {}
    return ", ".join([*said, *(str(who[name]) for name in ("name", "born", "email") if name in who)])


def _review(ledger: Record, vault: Vault, pairs: list[Pair]) -> str:
    """Write pairs as CSV to look at: the first column is for whoever decides."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    personal = [f"{side} {name}" for side in ("dropped", "kept") for name in PERSONAL]
    writer.writerow([*REVIEW, *personal])
    for pair in pairs:
        told = [side_of(ledger, vault, person).identity or {} for person in (pair.dropped, pair.kept)]
        cells = [str(who.get(name, "")) for who in told for name in PERSONAL]
        writer.writerow(["", pair.dropped, pair.kept, " ".join(pair.basis), pair.score, pair.matcher, *cells])
    return text.getvalue()


def merge_reviewed(place: Place, file: Path, actor: str, *, dry_run: bool, as_json: bool) -> None:
    """Merge the pairs of a file that somebody looked at and marked.

    Raises:
        RefusedError: `missing-field`, `not-decided`, `empty-file`, and what the desk raises.
    """
    with on_the_command_line():
        who = actor_value(actor, "--as")
    carry_out(place, partial(_marked, file, who), file, dry_run=dry_run, as_json=as_json)


def _marked(file: Path, actor: str, read: Read) -> Iterator[Given]:
    rows = rows_of(file, read)
    heads = [head.strip() for head in next(rows, (1, []))[1]]
    missing = [name for name in REVIEW if name not in heads]
    if missing:
        found = ", ".join(heads)[:80] or "none"
        remedy = "Give the file that pollbook duplicates --out wrote"
        raise RefusedError("missing-field", file.name, expected=f"a column {missing[0]}", found=found, remedy=remedy)
    chosen = 0
    for line, cells in rows:
        row = dict(zip(heads, (cell.strip() for cell in cells), strict=True))
        where = Where(f"{file.name} line {line}")
        said = row["merge"].casefold()
        if said not in YES | NO:
            remedy = "Write yes or no; nothing is no"
            raise RefusedError("not-decided", where.text, expected="yes or no", found=repr(said), remedy=remedy)
        if said in YES:
            values: dict[str, Any] = {"dropped": row["dropped"], "kept": row["kept"], "basis": row["basis"].split()}
            values |= {"score": _score(row["score"], where)} if row["score"] else {}
            values |= {"matcher": row["matcher"]} if row["matcher"] else {}
            chosen += 1
            yield Given(where, command_from(MergePersons, values, where), actor)
    if not chosen:
        remedy = "Write yes in the column merge, where two are one human"
        raise RefusedError("empty-file", file.name, expected="a pair to merge", found="no yes", remedy=remedy)


def _score(text: str, where: Where) -> int:
    if not text.isascii() or not text.isdecimal():
        remedy = "Leave it as it was written"
        raise RefusedError("bad-field", f"{where.text}, score", expected="0 to 100", found=repr(text), remedy=remedy)
    return int(text)
