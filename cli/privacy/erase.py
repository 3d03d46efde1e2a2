"""`pollbook erase`: what the vault holds of a person, or of everybody in a register, destroyed for good."""

from __future__ import annotations

from contextlib import closing
from typing import cast

from cli.office import desk_at, opened, vault_of
from cli.parse import Where, actor_value, command_from, on_the_command_line
from cli.place import Place
from cli.report import counted, say_sealed, tree_of
from cli.screen import progress, say, say_json, say_wrapped
from cli.seal.sealing import seal_up
from ledger.batches.intake import APPLICATIONS
from ledger.errors import UsageError
from ledger.privacy.erasing import applicants_of
from ledger.streams.erasures import ErasuresConfirmed, OrderErasures
from ledger.streams.person import DisclosureErased, OrderErasure
from projections.counting import LedgerFigures


def erase(
    place: Place,
    person: str,
    register: str,
    election: str,
    basis: str,
    actor: str,
    *,
    everybody: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Erase a person, or everybody in a register, or say what would be; one that was cut off is gone on with.

    Raises:
        UsageError: `nobody-named`.
        RefusedError: `unknown-person`, `unknown-register`, `legal-hold`, `retention-until`, `vault-in-use`.
    """
    with on_the_command_line():
        who = actor_value(actor, "--as")
        command = _command(person, register, election, basis, everybody=everybody)
    if dry_run:
        _say_dry(*_rehearsed(place, command, who), as_json=as_json)
        return
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


def _rehearsed(place: Place, command: OrderErasure | OrderErasures, who: str) -> tuple[int, int]:
    """Decide as it would be decided; count the disclosures that would be erased, and the people who would be kept.

    An erasure that was cut off is not gone on with: nothing that records is opened but a rehearsal.
    """
    with desk_at(place, dry_run=True) as desk:
        desk.submit(command, actor=who)
    with opened(place) as ledger, closing(vault_of(place, ledger)) as vault:
        if isinstance(command, OrderErasure):
            return vault.everybody.count_one(command.person), 0
        register = command.register_id
        held = LedgerFigures(ledger).retention(register=register).held
        return vault.everybody.count(register, applicants_of(ledger, vault, register), held), len(held)


def _say_dry(erased: int, kept: int, *, as_json: bool) -> None:
    if as_json:
        say_json({"erased": erased, "kept": kept, "when": "dry"})
        return
    held = f"; {kept:,} under a legal hold would be kept" if kept else ""
    say_wrapped(f"{counted(erased, 'disclosure')} would be erased{held}")
    say("This was a dry run: nothing was written")


def _command(person: str, register: str, election: str, basis: str, *, everybody: bool) -> OrderErasure | OrderErasures:
    named = [each for each in (person, register, election) if each]
    if len(named) != 1 or everybody == bool(person):
        found = " and ".join(named) if named else "nobody"
        remedy = "Give --person KEY, or --everybody with --register ID or --election ID"
        expected = "a person, or everybody of a register or of the applications to an election"
        raise UsageError("nobody-named", "erase", expected=expected, found=found, remedy=remedy)
    where = Where("the options")
    if person:
        return cast(OrderErasure, command_from(OrderErasure, {"person": person, "basis": basis}, where))
    of = {"register_id": register or f"{APPLICATIONS}{election}"}
    return cast(OrderErasures, command_from(OrderErasures, {**of, "basis": basis}, where))
