"""Keys of members, applications and payments, which only who has the vault can make."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing

from cli.applications.application_rows import receipt_told
from cli.applications.run_checks import require_election_known
from cli.office import opened, vault_of
from cli.place import Place
from cli.registers.lists import require_register
from cli.screen import say
from ledger.batches.intake import APPLICATION, PERSON
from ledger.errors import RefusedError, UsageError
from ledger.privacy.vault import Vault
from ledger.storage.store import Ledger
from ledger.streams.applications import register_of

PAYMENTS = "payments"  # what the references of all banks are told apart in


def print_application_key(place: Place, election: str, receipt: str, *, new: bool) -> None:
    """Print the key of an application; `new` although none on record has it.

    Raises:
        UsageError: `no-receipt`: no letter or digit in the number.
        RefusedError: `unknown-election`, `unknown-application`.
    """
    told = receipt_told(receipt)
    if not told:
        remedy = "Give the receipt number"
        raise UsageError("no-receipt", "RECEIPT", expected="letters or digits", found=receipt, remedy=remedy)
    with opened(place) as ledger:
        require_election_known(ledger, election)
        key = _key_of(place, ledger, lambda vault: vault.row_key(register_of(election), told))
        if not new and not ledger.stream(APPLICATION + key):
            remedy = f'Check the number, or look for them: pollbook find --name "NAME"; see: pollbook queue {election}'
            found = f"none with {told}"
            raise _nobody("unknown-application", receipt, f"a receipt number of election {election}", found, remedy)
    say(key)


def print_member_key(place: Place, register: str, numbers: Sequence[str]) -> None:
    """Print the key of a member.

    Args:
        numbers: what tells them from others in the register's files, in the order of the mapping's `key`.

    Raises:
        UsageError: `no-number`.
        RefusedError: `unknown-register`, `unknown-person`.
    """
    parts = [number.strip() for number in numbers]
    if not all(parts):
        remedy = "Give the number"
        raise UsageError("no-number", "NUMBER", expected="a number", found="an empty one", remedy=remedy)
    with opened(place) as ledger:
        require_register(ledger, register)
        key = _key_of(place, ledger, lambda vault: vault.row_key(register, "\x1f".join(parts)))
        if not ledger.stream(PERSON + key):
            remedy = 'Write it as the register does, zeros and blanks too, or: pollbook find --name "NAME"'
            expected, found = f"a number that a member of register {register} has", f"nobody with {' '.join(parts)}"
            raise _nobody("unknown-person", " ".join(parts), expected, found, remedy)
    say(key)


def _key_of(place: Place, ledger: Ledger, made: Callable[[Vault], str]) -> str:
    with closing(vault_of(place, ledger)) as vault:
        return made(vault)


def _nobody(code: str, where: str, expected: str, found: str, remedy: str) -> RefusedError:
    return RefusedError(code, where, expected=expected, found=found, remedy=remedy)


def print_payment_key(place: Place, reference: str) -> None:
    """Print the key of a payment.

    Raises:
        UsageError: `no-reference`.
    """
    if not reference.strip():
        remedy = "Give the bank's reference"
        raise UsageError("no-reference", "REFERENCE", expected="a reference", found=reference, remedy=remedy)
    with opened(place) as ledger:
        vault = vault_of(place, ledger)
        try:
            say(payment_key_of(vault, reference))
        finally:
            vault.close()


def payment_key_of(vault: Vault, reference: str) -> str:
    """Give the key of a payment by the bank's reference, whatever its case and the blanks around it.

    Banks hand a reference on in capitals or as it was typed; two that differ in case alone are taken for one payment.
    """
    return vault.row_key(PAYMENTS, reference.strip().upper())
