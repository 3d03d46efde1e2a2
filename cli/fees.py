"""`pollbook fees`: what was quoted, received, failed, refunded and retained, and whether the bank says the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from cli.look import moment_from
from cli.place import Place
from cli.queue import applications_at, require_applications
from cli.screen import say, say_json, say_wrapped, table
from ledger.errors import UsageError, nearest
from projections.fees import FAILED, KINDS, QUOTED, RECEIVED, REFUNDED, RETAINED, TAKEN_BACK, Account, fees_of, totals

BY = ("category", "day")
COLUMNS = (QUOTED, RECEIVED, TAKEN_BACK, REFUNDED, RETAINED, FAILED)


class Bank(NamedTuple):
    """What a bank's file comes to: rows, and by currency what came in less what went out."""

    name: str
    rows: int
    totals: Mapping[str, int]


def show_fees(
    place: Place,
    election: str,
    by: Sequence[str],
    bank: Bank | None,
    as_of: str | None,
    known_at: str | None,
    *,
    as_json: bool,
) -> bool:
    """Show the money, and say whether a bank's file agrees with it; True where it does, or none is given.

    Raises:
        UsageError: `unknown-column`, `bad-moment`.
        RefusedError: `no-applications`.
    """
    for name in by:
        if name not in BY:
            found = f"{name!r}{nearest(name, BY)}"
            raise UsageError(
                "unknown-column", f"--by {name}", expected=" or ".join(BY), found=found, remedy="Correct the option"
            )
    names = [name for name in BY if name in (by or BY[:1])]
    with applications_at(place, moment_from(as_of, known_at)) as (ledger, views):
        require_applications(views, ledger, election)
        accounts = fees_of(views.database, election, names)
    sums = totals(accounts)
    differences = _differences(sums, bank) if bank else {}
    if as_json:
        _say_plain(accounts, sums, names, bank, differences)
    else:
        _say(accounts, sums, names)
        if bank:
            _say_bank(sums, bank, differences)
    return not any(differences.values())


def _differences(sums: Mapping[str, Account], bank: Bank) -> dict[str, int]:
    """Give what the bank has more than the record, by currency."""
    currencies = sorted({*sums, *bank.totals})
    return {each: bank.totals.get(each, 0) - (sums[each].banked if each in sums else 0) for each in currencies}


def _say_plain(
    accounts: Mapping[tuple[str, ...], Account],
    sums: Mapping[str, Account],
    names: Sequence[str],
    bank: Bank | None,
    differences: Mapping[str, int],
) -> None:
    rows = []
    for key, account in accounts.items():
        sums_of = {kind: account.sums[kind]._asdict() for kind in KINDS}
        rows.append({**dict(zip(("currency", *names), key, strict=True)), **sums_of, "banked": account.banked})
    done: dict[str, object] = {"rows": rows, "banked": {each: account.banked for each, account in sums.items()}}
    if bank:
        done["bank"] = {"file": bank.name, "rows": bank.rows, "totals": bank.totals, "differences": differences}
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


def _say_bank(sums: Mapping[str, Account], bank: Bank, differences: Mapping[str, int]) -> None:
    for currency, difference in differences.items():
        banked = sums[currency].banked if currency in sums else 0
        said = f"{bank.name}: {bank.totals.get(currency, 0):,} {currency} in {bank.rows:,} rows; on record {banked:,}"
        say_wrapped(f"{said}: " + (f"a difference of {difference:,}" if difference else "the same"))
