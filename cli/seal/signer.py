"""Signing commands with the keys in a folder: `<office>.key` signs for the office."""

from __future__ import annotations

from pathlib import Path

from ledger.errors import RefusedError, UsageError
from ledger.powers.authority import Sign, no_keys
from ledger.seal.keys import SignerKey, encode_base64
from ledger.seal.sealer import read_signer
from ledger.streams.signature import Signature


def signer_in(folder: Path | None) -> Sign:
    """Give what signs for every office whose key is in a folder.

    Raises:
        UsageError: `not-a-folder`.
    """
    if folder is None:
        return no_keys
    if not folder.is_dir():
        raise UsageError(
            "not-a-folder",
            f"--keys {folder}",
            expected="the folder of the officers' keys",
            found="none",
            remedy="Make the keys with: pollbook found, or pollbook key make",
        )

    def sign(office: str, text: bytes) -> Signature | None:
        path = folder / f"{office}.key"
        if not path.exists():
            return None
        key = read_officer(path, office)
        return Signature(key.verifier.text, encode_base64(key.sign(text)))

    return sign


def read_officer(path: Path, office: str) -> SignerKey:
    """Read an officer's secret key, and see that it is theirs (`key-wrong-name`)."""
    key = read_signer(path)
    if key.name != office:
        raise RefusedError(
            "key-wrong-name",
            str(path),
            expected=f"the key of {office}",
            found=f"that of {key.name}",
            remedy="Name each file after the office whose key is in it",
        )
    return key
