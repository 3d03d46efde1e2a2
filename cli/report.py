"""What is said after recording."""

from __future__ import annotations

from cli.screen import say, say_json
from ledger.desk import Receipt


def print_receipt(receipt: Receipt, sealed: tuple[int, bytes] | None, *, as_json: bool) -> None:
    """Say what became of one command."""
    size, root = sealed or (0, b"")
    if as_json:
        say_json(
            {
                "command": receipt.command,
                "position": receipt.position,
                "events": 0 if receipt.held else receipt.events,
                "held": receipt.held,
                "size": size,
                "root": root.hex(),
            }
        )
        return
    if receipt.held:
        say(f"held already, 0 added (command {receipt.command})")
    else:
        plural = "event" if receipt.events == 1 else "events"
        say(f"recorded {receipt.events} {plural} from position {receipt.position} (command {receipt.command})")
    say(f"sealed to {size}, root {root.hex()}")
