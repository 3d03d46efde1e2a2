"""`pollbook fees`: what was quoted, received, failed, refunded and retained, and whether the bank says the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from cli.applications.bank import Bank, bank_file, banks_taken_in
from cli.applications.queue import applications_at, require_applications
from cli.look import moment_from
from cli.place import Place
from cli.screen import say, say_json, say_wrapped, table
from ledger.errors import UsageError, nearest
from projections.applications.fees import (
    FAILED,
    KINDS,
    QUOTED,
    RECEIVED,
    REFUNDED,
    RETAINED,
    TAKEN_BACK,
    Account,
    fees_of,
    totals,
)

BY = ("category", "day")
COLUMNS = (QUOTED, RECEIVED, TAKEN_BACK, REFUNDED, RETAINED, FAILED)


def show_fees(
    place: Place,
    election: str,
    by: Sequence[str],
    file: Path | None,
    mapping: Path | None,
    as_of: str | None,
    known_at: str | None,
    *,
    as_json: bool,
) -> None:
    """Show the money, beside a bank's file or else those that were taken in.

    Raises:
        UsageError: `unknown-column`, `no-mapping`, `bad-moment`.
        RefusedError: `no-applications`, and what reading payments raises.
    """
    for name in by:
        if name not in BY:
            found = f"{name!r}{nearest(name, BY)}"
            raise UsageError(
                "unknown-column", f"--by {name}", expected=" or ".join(BY), found=found, remedy="Correct the option"
            )
    if (file is None) != (mapping is None):
        remedy = "Give the rest"
        raise UsageError("no-mapping", "--bank", expected="--bank and --mapping together", found="one", remedy=remedy)
    names = [name for name in BY if name in (by or BY[:1])]
    moment = moment_from(as_of, known_at)
    with applications_at(place, moment) as (ledger, views):
        require_applications(views, ledger, election)
        accounts = fees_of(views.database, election, names)
        bank = banks_taken_in(views.database, place, ledger, election, moment)
    if file and mapping:
        bank = bank_file(place, election, file, mapping)
    sums = totals(accounts)
    if as_json:
        _say_plain(accounts, sums, names, bank)
        return
    _say(accounts, sums, names)
    if bank:
        _say_bank(sums, bank)


def _say_plain(
    accounts: Mapping[tuple[str, ...], Account],
    sums: Mapping[str, Account],
    names: Sequence[str],
    bank: Bank | None,
) -> None:
    rows = []
    for key, account in accounts.items():
        sums_of = {kind: account.sums[kind]._asdict() for kind in KINDS}
        rows.append({**dict(zip(("currency", *names), key, strict=True)), **sums_of, "banked": account.banked})
    done: dict[str, object] = {"rows": rows, "banked": {each: account.banked for each, account in sums.items()}}
    if bank:
        beside = [
            {"currency": currency, "kind": kind, "bank": theirs._asdict(), "record": ours._asdict()}
            | {"difference": theirs.amount - ours.amount}
            for (currency, kind), (theirs, ours) in bank.beside(sums).items()
        ]
        done["bank"] = {"files": bank.name, "beside": beside, "kept": dict(sorted(bank.kept.items()))}
    say_json(done)


def _say(accounts: Mapping[tuple[str, ...], Account], sums: Mapping[str, Account], names: Sequence[str]) -> None:
    for currency, total in sums.items():
        say(f"{currency}, in its smallest unit")
        heads = (*names, *COLUMNS, "banked")
        rows = [(*key[1:], *_cells(account)) for key, account in accounts.items() if key[0] == currency]
        rows.append(("all", *("" for _ in names[1:]), *_cells(total)))
        say(table(heads, rows, right=range(len(names), len(heads))))
        said = total.sums
        say_wrapped(
            f"{said[QUOTED].number:,} quoted, {said[RECEIVED].number:,} received, {said[TAKEN_BACK].number:,} taken "
            f"back by the bank, {said[FAILED].number:,} failed at once, {said[REFUNDED].number:,} refunded, "
            f"{said[RETAINED].number:,} retained from those whose application came to nothing"
        )
        say()
    if not sums:
        say("No money is on record")


def _cells(account: Account) -> tuple[str, ...]:
    return (*(f"{account.sums[kind].amount:,}" for kind in COLUMNS), f"{account.banked:,}")


def _say_bank(sums: Mapping[str, Account], bank: Bank) -> None:
    rows = []
    for (currency, kind), (theirs, ours) in bank.beside(sums).items():
        amounts = (theirs.number, theirs.amount, ours.amount, theirs.amount - ours.amount)
        rows.append((currency, kind, *(f"{each:,}" for each in amounts)))
    say(table(("currency", "kind", "rows", "bank", "on record", "difference"), rows, right=(2, 3, 4, 5)))
    same = all(row[-1] == "0" for row in rows)
    say_wrapped(f"bank: {bank.name}; " + ("the record comes to the same" if same else "the record differs"))
    for code, number in sorted(bank.kept.items()):
        say_wrapped(f"{number:,} {'row' if number == 1 else 'rows'} not on record: {code}")
