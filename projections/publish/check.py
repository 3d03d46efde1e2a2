"""A pack is checked with the verifier that is in it, as a stranger would, before it gets its name."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from ledger.errors import EvidenceError
from ledger.seal.keys import VerifierKey


def check_pack(pack: Path, log_key: VerifierKey) -> None:
    """Run a finished pack's own `verify.py` over it, believing the log's key alone.

    Raises:
        EvidenceError: `pack-does-not-verify`, with the first thing that it says.
    """
    with TemporaryDirectory() as elsewhere:  # a policy inside the pack would be refused
        policy = Path(elsewhere) / "policy"
        policy.write_text(f"log {log_key.text}\nquorum none\n", "utf-8")
        command = [sys.executable, "-I", "-S", str(pack / "verify.py"), str(pack), "--policy", str(policy)]
        done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603  # our own file, no shell
    if done.returncode:
        lines = (done.stdout + done.stderr).decode("utf-8", "replace").splitlines()
        finding = next((line for line in lines if ": expected " in line), (lines or ["nothing said"])[-1])
        raise EvidenceError(
            "pack-does-not-verify",
            "the pack",
            expected="one in which its verify.py finds nothing",
            found=f"exit code {done.returncode}: {finding.strip(' .')}",
            remedy="Nothing was published. Look into the ledger with: pollbook verify",
        )
