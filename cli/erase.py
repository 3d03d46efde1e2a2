"""`pollbook erase`: what the vault holds of a person, or of everybody in a register, destroyed for good."""

from __future__ import annotations

from typing import Any

from cli.office import desk_at
from cli.parse import Where, actor_value, command_from, on_the_command_line
from cli.place import Place
from cli.report import counted, say_sealed, tree_of
from cli.screen import progress, say_json, say_wrapped
from cli.sealing import seal_up
from ledger.decision import Command
from ledger.errors import UsageError
from ledger.intake import APPLICATIONS
from ledger.streams.erasures import ErasuresConfirmed, OrderErasures
from ledger.streams.person import DisclosureErased, OrderErasure


def erase(
    place: Place, person: str, register: str, election: str, basis: str, actor: str, *, everybody: bool, as_json: bool
) -> None:
    """Erase a person, or everybody in a register; one that was cut off is gone on with.

    Raises:
        UsageError: `nobody-named`.
        RefusedError: `unknown-person`, `unknown-register`, `legal-hold`, `retention-until`, `vault-in-use`.
    """
    with on_the_command_line():
        who = actor_value(actor, "--as")
        command = _command(person, register, election, basis, everybody=everybody)
    with desk_at(place) as desk:
        before = desk.ledger.head().size
        try:
            with progress("erasing", 0) as bar:
                desk.submit(command, actor=who, progress=bar.members)
        finally:
            sealed = seal_up(place, desk.ledger)
        erased = kept = 0
        for _, event in desk.ledger.scan(before):
            if isinstance(event, DisclosureErased):
                erased += len(event.digests)
            elif isinstance(event, ErasuresConfirmed):
                erased += event.disclosures
            kept = getattr(event, "kept", kept)
        postgres = place.url is not None
    if as_json:
        say_json({"erased": erased, "kept": kept, **tree_of(sealed)})
        return
    held = f"; {kept:,} under a legal hold are kept" if kept else ""
    where = "the keys are destroyed; the server may keep ciphertext" if postgres else "in every file of the ledger"
    say_wrapped(f"erased {counted(erased, 'disclosure')}, {where}{held}")
    say_sealed(sealed)


def _command(person: str, register: str, election: str, basis: str, *, everybody: bool) -> Command:
    named = [each for each in (person, register, election) if each]
    if len(named) != 1 or everybody == bool(person):
        found = " and ".join(named) if named else "nobody"
        remedy = "Give --person KEY, or --everybody with --register ID or --election ID"
        expected = "a person, or everybody of a register or of the applications to an election"
        raise UsageError("nobody-named", "erase", expected=expected, found=found, remedy=remedy)
    kind = OrderErasure if person else OrderErasures
    of: dict[str, Any] = {"person": person} if person else {"register_id": register or f"{APPLICATIONS}{election}"}
    return command_from(kind, {**of, "basis": basis}, Where("the options"))
