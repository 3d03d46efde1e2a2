"""How long `pollbook --help` takes: python tests/bench/bench_help.py."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from statistics import median

from measure import Line, head, verdict

RUNS = 7
SECONDS_MAX = 0.4
POLLBOOK = Path(sys.executable).with_name("pollbook")


def seconds(*command: str) -> float:
    """Time one run of a command."""
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main() -> int:
    """Run help and a bare interpreter in turns."""
    head()
    helped, bare = [], []
    for _ in range(RUNS):
        bare.append(seconds(sys.executable, "-c", "pass"))
        helped.append(seconds(str(POLLBOOK), "--help"))
    beside = Line(
        "pollbook --help against a bare interpreter",
        median(helped),
        median(bare),
        median(helped) / median(bare),
        unit="s",
    )
    line = Line("pollbook --help, seconds", median(helped), median(bare), median(helped), most=SECONDS_MAX, unit="s")
    for each in (line, beside):
        each.show()
    return verdict([line])


if __name__ == "__main__":
    sys.exit(main())
