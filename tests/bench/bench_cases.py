"""10,000 cases carried out, and verified: python tests/bench/bench_cases.py [--share N] [--keep FOLDER].

A founded ledger from its first command to the end of the last appeal, by the program's own commands, each in a process
of its own that lives at the time it is about: applications taken in, checked, referred, admitted; the roll built, and
frozen as of a day that was past; then the cases and appeals of `cases.py`. Rulings and appeals are signed by the clerks
of who decided. Last it is verified: findings, seconds and peak memory; and the scrutineer's panel pack is written:
seconds, peak memory, and how much a browser has to read for the search. `--share 20` is a twentieth of it.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import sys
import tempfile
from collections.abc import Callable
from operator import itemgetter
from pathlib import Path

from applications import ELECTION, postcode, write_all
from bench_checks import AS, Took, pollbook
from bench_election import keys_of
from cases import ON_APPLICATIONS, Size, case_lines, invent_cases
from measure import Line, head, verdict
from panels import FOUNDED, founding, offices, rules
from panels import Line as Command

APPLICATIONS = 1.6  # for each case: 76.5% of them pass every check
EDITION = 2  # entries of the electoral register for each application
SEED = 2015
MEGABYTES_MOST = 1_000
PACK_MEGABYTES_MOST, SEARCHED_MOST, PAGE_MOST = 250, 10, 1
MEGABYTE = 1_000_000
DATED = str(Path(__file__).resolve().parent / "dated.py")
REGISTER = ("--edition", "2015-06", "--register", "e.csv", "--mapping", "e.toml")
BARRED = ("--barred", "b.csv", "--barred-mapping", "b.toml")
HEAD = ("--as", "returning-officer")

Call = Callable[..., str]  # moment and words -> what the program printed


def write_files(folder: Path, number: int) -> tuple[list[str], str]:
    """Write the files of so many applications; give the receipts of those that pass every check, and the cat's.

    The cat is on the electoral register: so it passes too.
    """
    written = write_all(folder, number, EDITION * number, SEED)
    with (folder / "e.csv").open("a", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerow((f"E{EDITION * number}", "Ned", "Catman", "1 Linden Row", postcode(0)))
    with (folder / "a.csv").open(encoding="utf-8", newline="") as stream:
        cat = next(row[0] for row in csv.reader(stream) if row[4] == "Catman")
    commands = [json.loads(line) for line in (folder / "commands.jsonl").read_text("utf-8").splitlines()]
    lines = [*offices(), *({"as": "registrar", **each} for each in commands), *rules()]
    write_lines(folder / "commands.jsonl", lines)
    (folder / "founding.json").write_text(json.dumps(founding()), "utf-8")
    return written.passing, cat


def write_lines(file: Path, lines: list[Command]) -> None:
    """Write commands in the order in which they take effect."""
    lines.sort(key=itemgetter("effective"))
    file.write_text("".join(json.dumps(each) + "\n" for each in lines), "utf-8")


def carry_out(folder: Path, size: Size, call: Call) -> list[Command]:
    """Carry the scenario out in a folder, by `call`; give the lines of its cases and appeals."""
    passing, cat = write_files(folder, round(size.cases * APPLICATIONS))
    call(FOUNDED, "init", "--origin", "example.org/scenario")
    call(FOUNDED, "found", "founding.json", "--effective", FOUNDED)
    call(FOUNDED, "apply", "commands.jsonl")
    chosen = ("--set", f"election={ELECTION}", *HEAD)
    for what, file in (("applications", "a"), ("payments", "p")):
        call("2015-08-12T16:00:00Z", "import", what, f"{file}.csv", "--mapping", f"{file}.toml", *chosen)
    call("2015-08-13T09:00:00Z", "run-checks", ELECTION, *HEAD, *REGISTER, *BARRED)
    chance = random.Random(SEED)
    keys = keys_of(folder, [*passing, cat])
    people = chance.sample(keys[:-1], size.cases - 1)
    applied = round(len(people) * ON_APPLICATIONS)
    cases = invent_cases(chance, people[:applied], people[applied:], keys[-1])
    with (folder / "referred.csv").open("w", encoding="utf-8", newline="") as stream:
        write = csv.writer(stream).writerow
        write(("application", "ground", "reason", "case"))
        for each in cases:
            if not each.entry:
                write((each.person, each.ground, "Somebody said so", each.id))
    call("2015-08-13T12:00:00Z", "import", "refer-application", "referred.csv", *AS)
    call("2015-08-14T09:00:00Z", "admit", ELECTION, *HEAD)
    call("2015-08-14T12:00:00Z", "build-roll", ELECTION, *HEAD)
    frozen = ("freeze-roll", "--election", ELECTION, "--effective", "2015-08-12T15:00:00Z")
    call("2015-08-14T18:00:00Z", "record", *frozen, "--published", "2015-08-14T18:00:00Z", *AS)
    lines = list(case_lines(chance, cases, size))
    lines.append({"verb": "close-poll", "as": "registrar", "contest": "leader", "effective": "2015-09-10T12:00:00Z"})
    write_lines(folder / "cases.jsonl", lines)
    call("2015-08-15T08:00:00Z", "apply", "cases.jsonl")
    return lines


class Steps:
    """Carries out commands in processes of their own, and says what each took."""

    def __init__(self, folder: Path) -> None:
        """Begin in a folder that holds its files."""
        self.folder = folder

    def __call__(self, moment: str, *words: str) -> str:
        """Carry out one command at a moment."""
        return self.took(" ".join(words[:2]), words, (DATED, moment)).out

    def took(self, what: str, words: tuple[str, ...], program: tuple[str, ...]) -> Took:
        """Carry out one command, and print what it took."""
        took = pollbook(self.folder, *words, program=program)
        print(f"{what:40} {took.clock:>8.1f} s {took.processor:>8.1f} s {took.peak:>6,.0f} MB", flush=True)
        return took


def main() -> int:
    """Carry the scenario out, verify it, and judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--share", type=int, default=1, help="divide every number by this")
    parser.add_argument("--keep", type=Path, help="a new folder to leave everything in")
    given = parser.parse_args()
    head()
    with tempfile.TemporaryDirectory(prefix="pollbook-bench-") as name:
        folder = given.keep or Path(name)
        folder.mkdir(exist_ok=True)
        os.environ |= {"POLLBOOK_STATE": str(folder / "state"), "POLLBOOK_KEYS": "keys"}
        steps = Steps(folder)
        lines = carry_out(folder, Size().share(given.share), steps)
        print(f"{len(lines):,} commands of cases and appeals")
        took = steps.took("verify", ("verify", "--json"), ("-m", "cli.main"))
        found = json.loads(took.out)
        pack = steps.took("panel-pack", ("panel-pack", "out", ELECTION, "--json"), ("-m", "cli.main"))
        written = json.loads(pack.out)["cases"]
        searched = sum(each.stat().st_size for each in (folder / "out" / "data").iterdir()) / MEGABYTE
        largest = max(each.stat().st_size for each in (folder / "out").glob("*.html")) / MEGABYTE
    events, findings = found["size"], len(found["findings"])
    bounds = [
        Line("verify: findings", findings, None, findings, most=0, unit=""),
        Line(f"verify: {events:,} events", events / took.processor, None, took.processor, unit="s"),
        Line("verify: peak memory", took.peak, None, took.peak, most=MEGABYTES_MOST, unit="MB"),
        Line(f"panel pack: {written:,} cases", written / pack.processor, None, pack.processor, unit="s"),
        Line("panel pack: peak memory", pack.peak, None, pack.peak, most=PACK_MEGABYTES_MOST, unit="MB"),
        Line("panel pack: rows for the search", searched, None, searched, most=SEARCHED_MOST, unit="MB"),
        Line("panel pack: largest page", largest, None, largest, most=PAGE_MOST, unit="MB"),
    ]
    for each in bounds:
        each.show()
    return verdict(bounds)


if __name__ == "__main__":
    sys.exit(main())
