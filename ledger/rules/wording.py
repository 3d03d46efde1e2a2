"""What a text is known by: the digest of its exact bytes, and that of its words, whatever lies between them."""

from __future__ import annotations

import hashlib
import unicodedata
from typing import NamedTuple


class Digests(NamedTuple):
    """Of a text: SHA-256 of its bytes as they are, and of its words."""

    exact: str
    words: str


def digests_of(data: bytes) -> Digests:
    """Name a text by its bytes, and by its words: NFC, joined by single spaces, without a byte order mark.

    Two files that differ in line ends, indentation or empty lines alone have the same words. What is not UTF-8
    has no words; its bytes stand for them.
    """
    try:
        words = " ".join(unicodedata.normalize("NFC", data.decode("utf-8-sig")).split()).encode()
    except UnicodeDecodeError:
        words = data
    return Digests(*("sha256:" + hashlib.sha256(each).hexdigest() for each in (data, words)))
