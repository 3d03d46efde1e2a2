"""What checks compare of somebody: name, birth date, e-mail, postcode, number of the house."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from ledger.checks.spelling import looks, mail_key, plain, plain_word
from ledger.errors import EvidenceError

# The United Kingdom's, Ireland's (Eircode), or the last group of four to six digits, as elsewhere.
UNITED_KINGDOM = re.compile(r"\b([A-Z]{1,2}[0-9][0-9A-Z]?) ?([0-9][A-Z]{2})\s*$", re.IGNORECASE)
IRELAND = re.compile(r"\b([A-Z][0-9][0-9W]) ?([0-9A-Z]{4})\s*$", re.IGNORECASE)
DIGITS = re.compile(r"\b([0-9]{4,6})\b(?!.*\b[0-9]{4,6}\b)")
NUMBERED = re.compile(r"[0-9]+[A-Za-z]?\b")
ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
HOUSE_WORDS = 2  # of a house without a number, its first words


class Details(NamedTuple):
    """Somebody's details in the spelling that they are compared in; empty where nothing is known.

    Attributes:
        name: `spelling.plain`; `look` is `spelling.looks`.
        born: `YYYY-MM-DD`.
        house: numbers in the address before the postcode, or the first words where it has none.
    """

    name: str
    look: str
    born: str = ""
    email: str = ""
    postcode: str = ""
    house: str = ""

    @property
    def place(self) -> str:
        """Where somebody lives: postcode and house; empty where one of them is not known."""
        return f"{self.postcode} {self.house}" if self.postcode and self.house else ""


def details_of(identity: Mapping[str, Any]) -> Details:
    """Give the details in an identity as registers and applications disclose it.

    Raises:
        EvidenceError: `identity-malformed`: it has no name.
    """
    name = identity.get("name")
    if not isinstance(name, str) or not name:
        raise EvidenceError("identity-malformed", "an identity in the vault", expected="a name", found="none")
    born = identity.get("born", "")
    return details(
        name, identity.get("address", ""), born if ISO_DAY.fullmatch(born) else "", identity.get("email", "")
    )


def details(name: str, address: str = "", born: str = "", email: str = "") -> Details:
    """Give details from what was written; the postcode is the end of the address."""
    postcode, house = address_parts(address)
    spelled = plain(name)
    look = spelled if name.isascii() else looks(name)
    return Details(spelled, look, born, mail_key(email) if email else "", postcode, house)


def address_parts(address: str) -> tuple[str, str]:
    """Give the postcode and the house of an address; empty where there is none."""
    found = UNITED_KINGDOM.search(address) or IRELAND.search(address)
    if found:
        postcode = (found[1] + found[2]).upper()
    elif found := DIGITS.search(address):
        postcode = found[1]
    else:
        return "", house_of(address)
    return postcode, house_of(address[: found.start()])


def house_of(address: str) -> str:
    """Give the numbers of a house, flat first as it is written, or its first words where there are none."""
    numbers = NUMBERED.findall(address)
    if numbers:
        return " ".join(numbers).lower()
    return " ".join(plain_word(word.strip(",.")) for word in address.split()[:HOUSE_WORDS])
