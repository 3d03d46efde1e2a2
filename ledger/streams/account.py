"""`account/<contest>/<section>`: the ballot account, what became of every paper that was handed out.

Source of what an account has to say: Trade Union and Labour Relations (Consolidation) Act 1992 s.52(1); the rules on
verification of the Representation of the People Act 1983 (schedule 1, rule 45) have the same lines.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from pydantic import Field

from ledger.decision import Act, Command, Outcome, State, decision
from ledger.errors import nearest, refused
from ledger.event import Audience, Canonical, Event
from ledger.field import ALL, Count, Id, Text
from ledger.streams.contest import Contest, contest_stream, require_contest
from ledger.streams.result import Result, require_changeable, result_stream

PARTS_MAX = 100


class SetAside(Canonical):
    """Papers returned and never opened or counted."""

    papers: Count
    reason: Literal["late", "no-declaration", "duplicate", "cancelled", "not-entitled", "not-stated"]


class Spoilt(Canonical):
    """Papers rejected for what no marks show, or whose marks were never put on record."""

    papers: Count
    reason: Literal[
        "no-official-mark", "identifiable", "uncertain", "no-declaration", "blank", "overvote", "not-stated"
    ]


class AccountStated(Event):
    """The account of a section was stated. A figure left out was never published."""

    audience = Audience.CONTEST
    type: Literal["account-stated.v1"] = "account-stated.v1"
    contest: Id
    distributed: Count | None = None
    electorate: Count | None = None
    returned: Count | None = None
    section: Id
    set_aside: tuple[SetAside, ...]
    source: Text | None = None
    spoilt: tuple[Spoilt, ...]


@dataclass(frozen=True, slots=True)
class Account(State):
    """The account of a section as it was stated last."""

    stated: AccountStated | None = None

    def evolve(self, event: Event) -> Account:
        """Give the account after one more event."""
        match event:
            case AccountStated():
                return replace(self, version=event.version, stated=event)
        raise TypeError(f"{event.type} does not belong to an account")


def account_stream(contest: str, section: str) -> Account:
    """Name the stream of a section's account."""
    return Account(f"account/{contest}/{section}")


class StateAccount(Command):
    """State the ballot account of a section; stated again, the new figures replace the old, which stay on record."""

    contest: Id = Field(description="id of the contest")
    section: Id = Field(description="id of the section; `all` where figures are known of all together only")
    electorate: Count | None = Field(None, description="electors entitled to a paper; left out: not published")
    distributed: Count | None = Field(None, description="papers handed or sent out; left out: not published")
    returned: Count | None = Field(None, description="papers that came back; left out: not published")
    set_aside: tuple[SetAside, ...] = Field(
        (), max_length=PARTS_MAX, description='papers never opened, as JSON: [{"reason":"late","papers":12}, ...]'
    )
    spoilt: tuple[Spoilt, ...] = Field(
        (),
        max_length=PARTS_MAX,
        description="papers rejected for what no marks show, or whose marks are not on record, as JSON: "
        '[{"reason":"no-official-mark","papers":3}, ...]',
    )
    source: Text | None = Field(None, description="where the figures can be read")


@decision(
    StateAccount,
    contest=lambda c, _: contest_stream(c.contest),
    account=lambda c, _: account_stream(c.contest, c.section),
    result=lambda c, _: result_stream(c.contest),
)
def state_account(command: StateAccount, act: Act, contest: Contest, account: Account, result: Result) -> Outcome:
    """Decide that an account may be stated; whether it balances is seen where the papers are.

    Raises:
        RefusedError: `unknown-contest`, `unknown-section`, `already-declared`, `annulled`, `duplicate-reason`,
            `account-incomplete`, `account-unfit`, in that order.
    """
    definition = require_contest(contest)
    where = f"account of contest {contest.id}, section {command.section}"
    if command.section not in (*contest.sections, ALL):
        found = f"{command.section}{nearest(command.section, contest.sections)}"
        raise refused("unknown-section", where, "a section of the contest, or all", found, "Correct the section")
    require_changeable(result, where)
    for field, parts in (("set_aside", command.set_aside), ("spoilt", command.spoilt)):
        reasons = [part.reason for part in parts]
        twice = next((reason for reason in reasons if reasons.count(reason) > 1), "")
        if twice:
            raise refused("duplicate-reason", f"{where}, {field}", "each reason once", f"{twice} twice", "Add them up")
    absent = [name for name in ("distributed", "returned") if getattr(command, name) is None]
    if definition.account == "required" and absent:
        remedy = "The contest requires an account: state them"
        raise refused("account-incomplete", where, "distributed and returned", f"no {' and no '.join(absent)}", remedy)
    handed_out, came_back = command.distributed, command.returned
    if handed_out is not None and came_back is not None and came_back > handed_out:
        expected = f"at most the {handed_out} distributed"
        raise refused("account-unfit", f"{where}, returned", expected, str(came_back), "Correct them")
    fields = command.model_dump(include={"contest", "distributed", "electorate", "returned", "section", "source"})
    stated = AccountStated(**act.on(account), **fields, set_aside=command.set_aside, spoilt=command.spoilt)
    return Outcome([stated], restricted=definition.paper_publication != "papers")
