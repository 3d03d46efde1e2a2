"""How fast somebody is found by name: python tests/bench/bench_find.py [--members N].

A vault of so many invented members, each with name, e-mail address and day of birth. Measured by the clock: the first
index, which reads and sorts everybody; a look-up by name, by e-mail address, and of a name that nobody has, in a vault
that was just opened; the names in a reason of a hundred words; and everybody erased. The floor of the first index is
a loop that only opens each disclosure.
"""

from __future__ import annotations

import argparse
import json
import random
import secrets
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from statistics import median

from measure import peak_megabytes

from ledger.privacy.personal import names_in
from ledger.privacy.sqlite_vault import VAULT_FILE, SQLiteVaultStore
from ledger.privacy.vault import Vault
from ledger.storage.recorder import PAGE_ROWS

MEMBERS = 784_151
MASTER = bytes(range(32))
INTAKE = "intake/members/" + "f" * 32
NOW = "2015-08-12T12:00:00Z"
FIND_MOST, INDEX_LEAST = 0.1, 0.2
LOOKS = 50
SYLLABLES = [one + two for one in "bdfgklmnprstvz" for two in "aeio"]


def invented(seed: random.Random) -> str:
    """Make up somebody."""
    first, last = ("".join(seed.choices(SYLLABLES, k=3)).title() for _ in range(2))
    born = f"19{seed.randrange(30, 100)}-{seed.randrange(1, 13):02}-{seed.randrange(1, 29):02}"
    number = seed.randrange(10**9)
    return json.dumps(
        {"born": born, "email": f"{first.lower()}{number}@example.org", "name": f"{first} {last}"},
        separators=(",", ":"),
    )


def filled(vault: Vault, members: int) -> None:
    """Put members into the vault as an import does."""
    seed = random.Random(2015)
    keys = sorted(seed.randbytes(12) for _ in range(members))
    vault.members.begin(INTAKE, b"head\n")
    for start in range(0, members, PAGE_ROWS):
        people = [(key, 1, invented(seed), bytes(16)) for key in keys[start : start + PAGE_ROWS]]
        _, rows = vault.members.pack(INTAKE, people)
        vault.members.put(INTAKE, rows, [], (people[0][0].hex(), people[-1][0].hex(), NOW))
    vault.members.end(INTAKE)


def timed(work: Callable[[], object]) -> float:
    """Give the seconds that a piece of work takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def looked_up(folder: Path, kind: str, said: str) -> float:
    """Give the median seconds of a look-up in a vault that was just opened."""
    found = []
    for _ in range(LOOKS):
        with closing(Vault(SQLiteVaultStore(folder / VAULT_FILE), MASTER, secrets.token_bytes)) as vault:
            found.append(timed(lambda: (vault.index.catch_up(), vault.index.find(kind, said))))  # type: ignore[arg-type]
    return median(found)


def main() -> int:
    """Measure, print, and say whether what is asked for holds."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--members", type=int, default=MEMBERS)
    members = parser.parse_args().members
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with closing(Vault(SQLiteVaultStore(folder / VAULT_FILE), MASTER, secrets.token_bytes)) as vault:
            filled(vault, members)
            floor = timed(lambda: [None for sealed in vault.members.in_order() if not vault.members.array(sealed)])
            first = timed(vault.index.catch_up)
        peak = peak_megabytes()
        known = json.loads(invented(random.Random(2015)))
        text = "The panel read The Rules of The Party and heard Nobody At All. " * 10
        lines = [
            ("first index", first, f"{members / first:,.0f} people/s, {floor / first:.2f} of only opening them"),
            *((f"find by {kind}", looked_up(folder, kind, known[kind]), "") for kind in ("name", "email")),
            ("find nobody", looked_up(folder, "name", "Nobody Atall"), ""),
        ]
        with closing(Vault(SQLiteVaultStore(folder / VAULT_FILE), MASTER, secrets.token_bytes)) as vault:
            lines.append(("names in a text", timed(lambda: vault.index.knows(names_in(text))), ""))
            person = next(iter(vault.members.in_order())).person
            lines.append(("erase one", timed(lambda: vault.erase(f"person/{person}")), ""))
            vault.everybody.begin("members", [], [])
            lines.append(("erase everybody", timed(lambda: vault.everybody.destroy("members")), ""))
        for what, seconds, beside in lines:
            print(f"{what:<18}{seconds * 1000:>12,.1f} ms  {beside}")
        size = sum(path.stat().st_size for path in folder.iterdir()) / 1e6
        print(f"{members:,} members; peak memory of the index {peak:.0f} MB; vault afterwards {size:.1f} MB")
    finds = [seconds for what, seconds, _ in lines if what.startswith("find")]
    return 0 if max(finds) <= FIND_MOST and floor / first >= INDEX_LEAST else 1


if __name__ == "__main__":
    sys.exit(main())
