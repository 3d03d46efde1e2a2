"""What comes before the poll in a demo: founding, rules, offices, timetable, nominations, and a rehearsed withdrawal.

The ledger is founded, so that authority and signatures are checked as in any other; but its officers' keys are made
from their names. Everybody can make them, and the same text is signed alike everywhere.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple

from cli.apply import carry_out, given_in
from cli.csv_rows import rows_of
from cli.election.body import list_bodies
from cli.election.founding import found_ledger
from cli.election.nominations import Wanted, say_outcome, show_nominations
from cli.election.offices import show_offices
from cli.election.rules import show_rules
from cli.election.timetable import show_timetable
from cli.import_csv import commands_in
from cli.look import show_stream
from cli.office import Chance, desk_at, viewed
from cli.parse import Where, command_class
from cli.place import Place
from cli.screen import say, say_wrapped, table
from cli.source import small_text
from ledger.errors import EvidenceError
from ledger.seal.keys import Kind, SignerKey
from ledger.seal.sealer import write_secret
from ledger.streams.nomination import WithdrawNomination
from projections.counting import open_views
from projections.election.scoreboard import Scoreboard, scoreboard

FOUNDING, RULES, ELSEWHERE = "founding.json", "rules.jsonl", "elsewhere.csv"
ROWS = ("register-nominator", "receive-nomination")  # verbs; each has a file of rows
ROWS_BY = "returning-officer"


@dataclass(frozen=True, slots=True)
class Beginning:
    """What is shown of a demo before its poll.

    Attributes:
        organisation: whose rules are shown, as of the day `opened`.
        named: the class of nominators that were published by name.
        withdraws: the nominator who withdraws in the rehearsal, at the moment `at`.
    """

    organisation: str
    election: str
    contest: str
    opened: str
    named: str
    withdraws: str
    at: str


class Elsewhere(NamedTuple):
    """A number of nominations as another source has it, and why it differs, if that is known."""

    nominee: str
    nominator_class: str
    nominations: int
    source: str
    note: str


def origin_of(name: str) -> str:
    """Name the log of a demo: the signatures of its officers are over it, and are to be the same everywhere."""
    return f"demo.invalid/{name}"


def demo_key(name: str, office: str) -> SignerKey:
    """Make the key of an office in a demo, from what everybody knows."""
    seed = hashlib.sha256(f"pollbook demo {name}, key of {office}: anybody can make it".encode()).digest()
    return SignerKey(office, Kind.NOTE, seed)


def begin(place: Place, name: str, folder: Path, chance: Chance) -> None:
    """Found the ledger, and record all up to the nominations received.

    Args:
        place: with the folder that the keys are put into.
        folder: of the demo's data.
    """
    offices = [officer["office"] for officer in json.loads(small_text(folder / FOUNDING))["officers"]]
    for office in offices:
        write_secret((place.keys or Path()) / f"{office}.key", demo_key(name, office).text + "\n")
    say_wrapped(
        f"It is founded, so authority and signatures are checked. The keys of its officers, in {place.keys}, are made "
        "from their names: anybody can make them, and they prove nothing."
    )
    say()
    say(f"{FOUNDING}: the governing body, and the first officers")
    found_ledger(place, folder / FOUNDING, "", "", chance=chance, as_json=False)
    say(f"{RULES}: rule book, bodies, election, timetable, nominees")
    carry_out(place, partial(given_in, folder / RULES, ""), folder / RULES, chance=chance)
    unsigned = Place(place.folder)  # what needs no signature is asserted by the office that records it
    for verb in ROWS:
        file = folder / f"{verb}.csv"
        say(f"{file.name}: not signed, asserted by the {ROWS_BY}")
        kind = command_class(verb, Where(file.name))
        carry_out(unsigned, partial(commands_in, kind, file, {}, ROWS_BY), file, chance=chance)


def show_beginning(place: Place, beginning: Beginning, folder: Path, chance: Chance) -> None:
    """Show rules, offices, timetable and nominations, what other sources say, and a withdrawal that is rehearsed."""
    looked = Place(place.folder)
    _say_command(place, f"rules --as-of {beginning.opened}")
    show_rules(looked, beginning.organisation, beginning.opened, None, hashes=False, as_json=False)
    _say_command(place, "offices")
    show_offices(looked, "", None, None, as_json=False)
    _say_command(place, "body")
    list_bodies(looked, None, None, as_json=False)
    _say_command(place, f"timetable {beginning.election}")
    show_timetable(looked, beginning.election, None, None, as_json=False)
    _say_command(place, f"nominations {beginning.contest}")
    show_nominations(looked, beginning.contest, Wanted(), None, None, as_json=False)
    _say_command(place, f"nominations {beginning.contest} --class {beginning.named}")
    show_nominations(looked, beginning.contest, Wanted(True, by_class=beginning.named), None, None, as_json=False)
    with viewed(looked) as (ledger, views):
        board = scoreboard(ledger, views, beginning.contest)
    _say_elsewhere(board, _elsewhere(folder / ELSEWHERE))
    _rehearse_withdrawal(place, beginning, chance)


def tell_nominations(place: Place, contest: str) -> None:
    """Tell how nominations were opened, closed and stated."""
    _say_command(place, f"show nominations/{contest}")
    show_stream(
        Place(place.folder), f"nominations/{contest}", None, None, ("", ""), fields=False, clocks=False, as_json=False
    )


def _say_command(place: Place, words: str) -> None:
    say()
    say(f"$ pollbook --ledger {place.folder} {words}")


def _elsewhere(file: Path) -> list[Elsewhere]:
    rows = [row.cells for row in rows_of(file, lambda _: None)][1:]
    return [Elsewhere(who, name, int(number), source, note) for who, name, number, source, note in rows]


def _say_elsewhere(board: Scoreboard, found: list[Elsewhere]) -> None:
    """Print the cells on which another source differs from the record."""
    recorded = {(each.nominee, name): number for each in board.standings for name, number in each.counts.items()}
    differing = [each for each in found if each.nominations != recorded[each.nominee, each.nominator_class]]
    known, cells = ({each[:2] for each in some} for some in (found, differing))
    say()
    say_wrapped(f"Other sources give {len(known)} of these {len(recorded)} numbers too; they differ on {len(cells)}:")
    say()
    rows = [
        (each.nominee, each.nominator_class, str(recorded[each[:2]]), str(each.nominations), each.source, each.note)
        for each in differing
    ]
    say(table(("nominee", "class", "recorded", "elsewhere", "source", "why"), rows, right=(2, 3)))


def _rehearse_withdrawal(place: Place, beginning: Beginning, chance: Chance) -> None:
    """Withdraw a nomination before the close, without writing it, and say who is not validly nominated any more."""
    command = WithdrawNomination(contest=beginning.contest, nominator=beginning.withdraws, effective=beginning.at)
    with desk_at(place, chance, dry_run=True) as desk:
        desk.submit(command, actor=ROWS_BY)
        views = open_views(None)
        try:
            board = scoreboard(desk.ledger, views, beginning.contest)
        finally:
            views.close()
    if all(each.valid for each in board.standings):
        raise EvidenceError(
            "withdrawal-unseen", beginning.withdraws, expected="a nominee below the threshold", found="none"
        )
    say()
    say_wrapped(f"A rehearsal, of which nothing is written: {beginning.withdraws} withdraws before the close.")
    say_outcome(board)
