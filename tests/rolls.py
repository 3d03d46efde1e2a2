"""Rolls in tests: franchises, members in registers, a desk with figures, and builds."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

from stores import MASTER, NOON, LedgerPlace
from test_intake import FILE, Listed, key_of

from cli.roll.build_roll import people_of, planned_build
from ledger.batches.intake import Row, Standing
from ledger.desk import Desk, Receipt
from ledger.powers.authority import Sign, no_keys
from ledger.privacy.vault import Vault
from ledger.rules.franchise import Category, Franchise
from ledger.streams.certificate import CertifyList
from ledger.streams.entry import Entries, EntryAdded
from ledger.streams.franchise import AdoptFranchise
from ledger.streams.member import RegisterMembers
from ledger.streams.roll_build import RollBuildClosed, build_stream
from projections.counting import LedgerFigures
from projections.roll.figures import RollFold

FREEZE = "2010-06-24"
MEMBER_ON = {"test": "member-on", "day": FREEZE}


def category(name: str, section: str = "", register: str = "", *tests: dict[str, Any]) -> Category:
    """A category whose electors are registered; with a register of its own name, unless it is told another."""
    values = {"category": name, "by": "register", "registers": [register or name], "section": section or name}
    return Category.model_validate_json(_json(values | {"tests": list(tests)}))


def _json(value: object) -> str:
    import json

    return json.dumps(value)


def franchise(*categories: Category, **fields: Any) -> Franchise:
    values = {"version": "franchise.v1", "several": "per-section", "categories": categories}
    return Franchise(**(values | fields))


MEMBERS = category("member", "members", "members", MEMBER_ON)
COLLEGE = franchise(
    category("mp", "mps", "plp"), MEMBERS, category("unite", "affiliates", "unite", MEMBER_ON)
)  # one person may hold three entries, as in 2010
ONE_EACH = franchise(*COLLEGE.categories, several="one-per-person", precedence=("mp", "member", "unite"))
ADOPT = AdoptFranchise(election="labour", rule=COLLEGE)


def key(number: int) -> str:
    return key_of(number).hex()


def row(number: int, joined: str | None = "2010-01-02", lapsed: str | None = None, **where: Any) -> Row:
    standing = Standing(**({"category": "member"} | where))
    return Row(key_of(number), number, "", standing, (joined, lapsed), f'{{"name":"Nobody {number}"}}', b"raw\n")


def register(name: str, *rows: Row, file: str = FILE) -> RegisterMembers:
    listed = Listed(sorted(rows, key=lambda each: (each.key, each.number)))
    return RegisterMembers(register_id=name, file=file, rows=len(rows)).of(listed)


def certified_list(name: str, affiliate: str, *rows: Row, file: str = FILE) -> tuple[CertifyList, RegisterMembers]:
    """An affiliate's list: its certificate, and its import."""
    values: dict[str, Any] = {"affiliate": affiliate, "file": file, "register_id": name, "rows": len(rows)}
    listed = Listed(sorted(rows, key=lambda each: (each.key, each.number)))
    return CertifyList(**values, as_of="2010-06-01"), RegisterMembers(**values).of(listed)


@contextmanager
def roll_desk(place: LedgerPlace, *, clock: Callable[[], str] = lambda: NOON, sign: Sign = no_keys) -> Iterator[Desk]:
    """Open a desk whose decisions see the roll as projections give it."""
    with place.open() as ledger, closing(Vault(place.vault_store(), MASTER, secrets.token_bytes)) as vault:
        yield Desk(ledger, vault, LedgerFigures(ledger), clock, secrets.token_bytes, sign)


def build(desk: Desk, election: str = "labour", actor: str = "registrar", **more: Any) -> Receipt:
    """Build the roll, or go on with a build that was begun."""
    planned = planned_build(desk.ledger, election)
    return desk.submit(planned.command.of(people_of(desk.ledger, planned)), actor=actor, **more)


def closed(desk: Desk, number: int = 1, election: str = "labour") -> RollBuildClosed:
    """The event that closed a build."""
    (found,) = (event for _, event in desk.ledger.stream(build_stream(election, number).stream) if event.version == 2)
    assert isinstance(found, RollBuildClosed)
    return found


def entries_of(desk: Desk, election: str = "labour") -> list[EntryAdded]:
    """The entries added, in the order of the ledger."""
    events = (event for _, event in desk.ledger.reread())
    return [event for event in events if isinstance(event, EntryAdded) and event.election == election]


def live(desk: Desk, election: str = "labour") -> list[tuple[str, int, tuple[str | None, ...]]]:
    """The live entries: person, number, and category, section, affiliate, region, unit."""
    roll = RollFold(election)
    for _, event in desk.ledger.reread():
        roll.take(event)
    return list(roll.live())


def entries_now(desk: Desk, number: int, election: str = "labour") -> Entries:
    """The entries of one person, as decisions see them."""
    state = Entries(f"entry/{election}/{key(number)}")
    for _, event in desk.ledger.stream(state.stream):
        state = state.evolve(event)
    return state
