"""The most memory of the first look at a ledger: python tests/bench/bench_memory.py [--entries N].

A roll of so many entries, and one of a quarter of them, from a seed. Of each the views are made anew, in a process of
its own; the most memory that it had is read from Linux (VmHWM of /proc/self/status, for what `getrusage` says is also
that of the process that started it). It is not to grow with the roll.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from bench_roll_look import make_roll
from measure import Line, head, verdict

ENTRIES, CHANGES = 200_000, 100
GROWTH_MOST = 1.1  # where there are four times the entries
STATUS, PEAK = Path("/proc/self/status"), "VmHWM:"


def look(folder: Path) -> float:
    """Make the views of a ledger; give the most memory that this process had, in MB."""
    from cli.office import open_views
    from ledger.storage.store import open_ledger

    with open_ledger(folder) as ledger, tempfile.TemporaryDirectory() as views:
        open_views(Path(views)).catch_up(ledger)
    (peak,) = (line.split()[1] for line in STATUS.read_text().splitlines() if line.startswith(PEAK))
    return int(peak) / 1024


def main() -> int:
    """Measure, and judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=ENTRIES)
    parser.add_argument("--look", type=Path, help="only make the views of this ledger, and say the memory")
    given = parser.parse_args()
    if given.look:
        print(look(given.look))
        return 0
    head()
    peaks = []
    with tempfile.TemporaryDirectory(prefix="pollbook-bench-") as name:
        for entries in (given.entries // 4, given.entries):
            folder = Path(name) / str(entries)
            make_roll(folder, entries, CHANGES)
            words = [sys.executable, __file__, "--look", str(folder)]
            peaks.append(float(subprocess.run(words, check=True, capture_output=True, text=True).stdout))
            print(f"{entries:,} entries: {peaks[-1]:.1f} MB", flush=True)
    growth = peaks[1] / peaks[0]
    line = Line("memory, with four times the entries", peaks[1], peaks[0], growth, most=GROWTH_MOST, unit="MB")
    line.show()
    return verdict([line])


if __name__ == "__main__":
    sys.exit(main())
