"""Keys of applications and payments, which only who has the vault can make."""

from __future__ import annotations

from cli.application_rows import receipt_told
from cli.office import opened, vault_of
from cli.place import Place
from cli.run_checks import require_election_known
from cli.screen import say
from ledger.errors import UsageError
from ledger.streams.applications import register_of
from ledger.vault import Vault

PAYMENTS = "payments"  # what the references of all banks are told apart in


def print_application_key(place: Place, election: str, receipt: str) -> None:
    """Print the key of an application.

    Raises:
        UsageError: `no-receipt`: no letter or digit in the number.
        RefusedError: `unknown-election`.
    """
    told = receipt_told(receipt)
    if not told:
        remedy = "Give the receipt number"
        raise UsageError("no-receipt", "RECEIPT", expected="letters or digits", found=receipt, remedy=remedy)
    with opened(place) as ledger:
        require_election_known(ledger, election)
        vault = vault_of(place, ledger)
        try:
            say(vault.row_key(register_of(election), told))
        finally:
            vault.close()


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
    """Give the key of a payment by the bank's reference, as it stands there but for blanks around it."""
    return vault.row_key(PAYMENTS, reference.strip())
