"""Officers' keys and the log's key: enrolled with proof, replaced with consent, revoked, never used again."""

from __future__ import annotations

import pytest
from scenario import ORIGIN, but, given, happened

from ledger.seal.keys import Kind, SignerKey, encode_base64
from ledger.streams.key import EnrolKey, KeyEnrolled, KeyRevoked, KeyRotated, RevokeKey, RotateKey, enrolment_text
from ledger.streams.log_key import LogKeyRotated, RotateLogKey, rotation_text

CLERK = [SignerKey("clerk", Kind.NOTE, bytes([number]) * 32) for number in range(1, 5)]
LOG = [SignerKey(ORIGIN, Kind.NOTE, bytes([number]) * 32) for number in range(11, 14)]


def signed(signer: SignerKey, number: int, key: SignerKey, origin: str = ORIGIN, officer: str = "clerk") -> str:
    return encode_base64(signer.sign(enrolment_text(origin, officer, number, key.verifier.text)))


def enrol(number: int = 1, which: int = 0) -> EnrolKey:
    key = CLERK[which]
    return EnrolKey(officer="clerk", key=key.verifier.text, proof=signed(key, number, key))


def rotate(number: int, old: int, new: int) -> RotateKey:
    key = CLERK[new]
    proof, consent = signed(key, number, key), signed(CLERK[old], number, key)
    return RotateKey(officer="clerk", key=key.verifier.text, proof=proof, consent=consent)


REVOKE = RevokeKey(officer="clerk", reason="lost")


def test_enrols_a_key_whose_holder_signed_for_it() -> None:
    fields = enrol().model_dump(include={"officer", "key", "proof"})
    given().when(enrol()).then(happened(KeyEnrolled, "key/clerk", **fields))


@pytest.mark.parametrize(
    "proof",
    [
        signed(CLERK[1], 1, CLERK[0]),  # another signed
        signed(CLERK[0], 2, CLERK[0]),  # for another time
        signed(CLERK[0], 1, CLERK[1]),  # for another key
        signed(CLERK[0], 1, CLERK[0], origin="example.org/other"),
        signed(CLERK[0], 1, CLERK[0], officer="agent"),
        "A" * 86 + "==",
        signed(CLERK[0], 1, CLERK[0])[:85] + "B==",  # spare bits set: no canonical base64
    ],
)
def test_refuses_a_key_that_did_not_sign_for_itself_here(proof: str) -> None:
    given().when(but(enrol(), proof=proof)).then_refused("proof-wrong")


def test_refuses_a_second_key_while_one_is_in_force() -> None:
    given(enrol()).when(enrol(2, 1)).then_refused("key-exists")


def test_refuses_a_key_named_after_somebody_else_or_of_another_kind() -> None:
    other = SignerKey("agent", Kind.NOTE, bytes(32)).verifier.text
    witness = SignerKey("clerk", Kind.COSIGNATURE, bytes(32)).verifier.text
    for key in (other, witness):
        given().when(but(enrol(), key=key)).then_refused("key-wrong-name")


def test_refuses_what_is_no_key() -> None:
    given().when(but(enrol(), key="clerk+00000000+AAAA")).then_refused("key-malformed")


def test_rotates_a_key_with_the_consent_of_the_old_one() -> None:
    fields = rotate(2, 0, 1).model_dump(include={"officer", "key", "proof", "consent"})
    given(enrol()).when(rotate(2, 0, 1)).then(happened(KeyRotated, "key/clerk", 2, **fields))


def test_refuses_a_rotation_without_key_proof_or_consent() -> None:
    given().when(rotate(1, 0, 1)).then_refused("no-key")
    given(enrol()).when(rotate(2, 2, 1)).then_refused("consent-wrong")
    given(enrol()).when(but(rotate(2, 0, 1), proof=signed(CLERK[2], 2, CLERK[1]))).then_refused("proof-wrong")
    given(enrol()).when(rotate(1, 0, 1)).then_refused("proof-wrong")


def test_revokes_a_key_and_refuses_it_ever_after() -> None:
    lost = given(enrol(), REVOKE)
    given(enrol()).when(REVOKE).then(happened(KeyRevoked, "key/clerk", 2, officer="clerk", reason="lost"))
    lost.when(REVOKE).then_refused("no-key")
    lost.when(rotate(2, 0, 1)).then_refused("no-key")
    lost.when(enrol(2, 0)).then_refused("key-used-before")
    assert lost.when(enrol(2, 1)).events


def test_refuses_to_rotate_to_the_same_key_or_back() -> None:
    given(enrol()).when(rotate(2, 0, 0)).then_refused("key-used-before")
    given(enrol(), rotate(2, 0, 1)).when(rotate(3, 1, 0)).then_refused("key-used-before")


def rotate_log(old: int, new: int, reason: str = "planned", consents: bool = True) -> RotateLogKey:
    before, after = LOG[old], LOG[new]
    text = rotation_text(before.verifier.text, after.verifier.text)
    return RotateLogKey.model_validate(
        {
            "old": before.verifier.text,
            "key": after.verifier.text,
            "proof": encode_base64(after.sign(text)),
            "consent": encode_base64(before.sign(text)) if consents else None,
            "reason": reason,
        }
    )


def test_the_log_changes_its_key_with_the_consent_of_the_old_one() -> None:
    command = rotate_log(0, 1)
    fields = command.model_dump(include={"old", "key", "proof", "consent", "reason"})
    given().when(command).then(happened(LogKeyRotated, "ledger/log-key", **fields))


def test_a_lost_key_cannot_consent_and_a_planned_change_cannot_do_without() -> None:
    assert given().when(rotate_log(0, 1, "lost", consents=False)).events
    given().when(rotate_log(0, 1, "planned", consents=False)).then_refused("consent-wrong")
    forged = but(rotate_log(0, 1), consent=rotate_log(2, 1).consent)
    given().when(forged).then_refused("consent-wrong")
    given().when(but(rotate_log(0, 1), proof=rotate_log(0, 2).proof)).then_refused("proof-wrong")


def test_the_next_change_begins_where_the_last_one_ended() -> None:
    given(rotate_log(0, 1)).when(rotate_log(0, 2)).then_refused("key-wrong-old")
    given(rotate_log(0, 1)).when(rotate_log(1, 1)).then_refused("key-wrong-old")
    given(rotate_log(0, 1)).when(rotate_log(1, 0)).then_refused("key-wrong-old")
    assert given(rotate_log(0, 1)).when(rotate_log(1, 2)).events


def test_refuses_keys_of_another_log() -> None:
    other = SignerKey("example.org/other", Kind.NOTE, bytes(32)).verifier.text
    given().when(but(rotate_log(0, 1), key=other)).then_refused("key-wrong-name")
    given().when(but(rotate_log(0, 1), old=other)).then_refused("key-wrong-name")
