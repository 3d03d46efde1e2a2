"""Officers with keys, a founding by them, and a desk that signs for whoever is asked to sign."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Iterator
from contextlib import closing, contextmanager
from typing import Any

from scenario import ORIGIN, but
from stores import LEDGER_ID, MASTER, NOON, LedgerPlace, NoFigures

from ledger.desk import Desk
from ledger.figures import Figures
from ledger.powers.authority import Sign
from ledger.privacy.vault import Vault
from ledger.seal.keys import Kind, SignerKey, encode_base64
from ledger.storage.recorder import default_origin
from ledger.streams.delegation import DelegatePower
from ledger.streams.founding import FirstOfficer, FoundLedger, Kept
from ledger.streams.key import EnrolKey, enrolment_text
from ledger.streams.seat import ConstituteBody
from ledger.streams.signature import Signature
from ledger.streams.sitting import HoldSitting, TakeDecision

LOG = default_origin(LEDGER_ID)  # of ledgers in tests
OFFICES = ("returning-officer", "clerk", "scrutineer", "agent")
KEYS = {office: SignerKey(office, Kind.NOTE, bytes([number]) * 32) for number, office in enumerate(OFFICES, 1)}
SECOND = SignerKey("clerk", Kind.NOTE, bytes([99]) * 32)


def proof(key: SignerKey, number: int = 1, origin: str = LOG) -> str:
    """The signature by which a key is enrolled."""
    return encode_base64(key.sign(enrolment_text(origin, key.name, number, key.verifier.text)))


def officer(
    office: str, *powers: str, origin: str = LOG, until: str | None = None, clause: str | None = None
) -> FirstOfficer:
    key = KEYS[office]
    proved = proof(key, origin=origin)
    return FirstOfficer(
        office=office, key=key.verifier.text, proof=proved, powers=powers or ("all",), until=until, clause=clause
    )


def enrol(key: SignerKey, number: int = 1) -> EnrolKey:
    return EnrolKey(officer=key.name, key=key.verifier.text, proof=proof(key, number))


def found(*officers: FirstOfficer, origin: str = LOG, kept: Kept = "transcript") -> FoundLedger:
    """A founding by the NEC: of a returning officer who may do all, unless others are given.

    It is of a transcript: what is recorded here of contests is of other years, and has no nominations.
    """
    first = officers or (officer("returning-officer", origin=origin),)
    return FoundLedger(governing_body="nec", title="Labour Party", officers=first, kept=kept)


FOUND = found()
FOUND_HERE = found(origin=ORIGIN)  # in scenarios
SAT = "2010-01-05T18:00:00Z"
CONSTITUTE = ConstituteBody(body="nec", name="National Executive Committee", kind="governing-body", quorum=3)
SIT = HoldSitting(body="nec", sitting="s-1", start=SAT, end="2010-01-05T20:00:00Z", attended=9)
DECIDE = TakeDecision(body="nec", decision="d-1", sitting="s-1", motion="Delegate", votes_for=8, votes_against=1)
LOSE = but(DECIDE, decision="d-2", votes_for=1, votes_against=8)
NEC = (CONSTITUTE, SIT, DECIDE, LOSE)
DELEGATE = DelegatePower(office="clerk", body="nec", decision="d-1", powers=("call-election",))


def delegate(office: str, *powers: str, **fields: Any) -> DelegatePower:
    """A delegation by the NEC's carried decision."""
    return DelegatePower.model_validate({**dict(DELEGATE), "office": office, "powers": powers, **fields})


def signer(*offices: str, keys: Collection[SignerKey] = ()) -> Sign:
    """Sign for these offices with their first keys, or with those given."""
    known = {office: KEYS[office] for office in offices} | {key.name: key for key in keys}

    def sign(office: str, text: bytes) -> Signature | None:
        key = known.get(office)
        return Signature(key.verifier.text, encode_base64(key.sign(text))) if key else None

    return sign


@contextmanager
def signing_desk(
    place: LedgerPlace,
    sign: Sign | None = None,
    *,
    clock: Callable[[], str] = lambda: NOON,
    figures: Figures | None = None,
) -> Iterator[Desk]:
    """Open a desk that signs for all officers, or as given."""
    with place.open() as ledger, closing(Vault(place.vault_store(), MASTER, secrets.token_bytes)) as vault:
        yield Desk(ledger, vault, figures or NoFigures(), clock, secrets.token_bytes, sign or signer(*OFFICES))
