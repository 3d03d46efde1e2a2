"""The options of verbs that show personal data: who opens it, and why. Light, so that help answers at once."""

from __future__ import annotations

from typing import Annotated

import typer

# Those of ledger.streams.access, which is slow to load for a help text; a test compares them.
PURPOSE_WORDS = (
    "appeal",
    "audit",
    "case",
    "certification",
    "correction",
    "enquiry",
    "erasure",
    "scrutiny",
    "subject-request",
)
PurposeOption = Annotated[
    str,
    typer.Option(
        "--purpose",
        envvar="POLLBOOK_PURPOSE",
        metavar="WORD",
        help="Why it is opened: " + ", ".join(PURPOSE_WORDS) + ".",
    ),
]
OpenerOption = Annotated[
    str, typer.Option("--as", envvar="POLLBOOK_ACTOR", metavar="ACTOR", help="Who opens it: an office.")
]
