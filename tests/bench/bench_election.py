"""A whole election at its real size: python tests/bench/bench_election.py [--share N] [--keep FOLDER].

From the first command to the marked register, by the program's own commands, each in a process of its own from its
start to its end: seconds by the clock and of processor, rows a second of either, and the most memory. Then the looks:
each verb with its options read and carried out in one process, after the program's start; medians of several, without
the first, of processor time, for other work makes the clock's longer; the clock's stand beside.
`--share 20` is a twentieth of it. Where a part has a floor of its own, another benchmark holds it there.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import re
import sqlite3
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing, redirect_stdout
from io import StringIO
from pathlib import Path
from statistics import median
from typing import NamedTuple

from applications import ELECTION
from bench_checks import AS, RUN, Took, pollbook
from election import APPLICATIONS, CONTEST, ELECTORS, Invented, write_election, write_marks
from measure import Line, head, verdict
from typer.main import get_command

EDITION = 1_000_000
STAGES = ("registers", "applications", "build", "papers", "looks")
LOOKS, LOOK_MOST, MEGABYTES_MOST = 7, 0.1, 300
BOTH = ("--as", "registrar", "--purpose", "audit")
NOBODY = "0" * 64
CANDIDATES = [{"id": "ada", "name": "Ada Okafor"}, {"id": "ben", "name": "Ben Lindqvist"}]
SECTIONS = [{"id": name, "name": name.title()} for name in ("affiliates", "members", "supporters")]


class Election:
    """An election that is carried out step by step, each measured."""

    def __init__(self, folder: Path) -> None:
        """Begin in a folder that holds its files."""
        self.folder = folder
        self.lines: list[Line] = []

    def step(self, what: str, rows: int, *words: str) -> Took:
        """Carry out a command over so many rows, and say what it took."""
        took = pollbook(self.folder, *words)
        self.said(what, rows, took)
        return took

    def said(self, what: str, rows: int, took: Took) -> None:
        """Print what a step took: seconds, rows a second by clock and by processor time, memory."""
        print(
            f"{what:44} {rows:>9,} {took.clock:>8.1f} s {took.processor:>8.1f} s {rows / took.clock:>9,.0f}/s "
            f"{rows / took.processor:>9,.0f}/s {took.peak:>6,.0f} MB",
            flush=True,
        )
        self.lines.append(Line(f"memory: {what}", took.peak, None, took.peak, most=MEGABYTES_MOST, unit="MB"))

    def record(self, verb: str, **fields: object) -> None:
        """Record one command."""
        words = [w for k, v in fields.items() for w in (f"--{k.replace('_', '-')}", _text(v))]
        pollbook(self.folder, "record", verb, *words, *AS)

    def rows(self, query: str) -> list[str]:
        """Read one column of the record."""
        with closing(sqlite3.connect(self.folder / "ledger" / "ledger.db")) as database:
            return [row[0] for row in database.execute(query)]


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def registers(election: Election, made: Invented) -> None:
    """Take in the register of members, and every affiliate's list with its certificate."""
    chosen = ("--set", "register_id=members", *AS)
    words = ("import", "register-members", "members.csv", "--mapping", "members.toml", *chosen)
    election.step("import the register of members", made.members, *words)
    took: list[Took] = []
    for each in made.lists:
        file = (f"{each.affiliate}.csv", "--mapping", f"{each.affiliate}.toml")
        register = ("--set", f"register_id={each.affiliate}")
        numbers = {"rows": each.rows, "levy": each.rows, "declared": each.declared, "due": each.due}
        given = [w for k, v in numbers.items() for w in ("--set", f"{k}={v}")]
        as_of = ("--set", "as_of=2015-08-01", "--as", f"{each.affiliate}-officer")
        took.append(pollbook(election.folder, "certify", *file, *register, *given, *as_of))
        took.append(pollbook(election.folder, "import", "register-members", *file, *register, *AS))
    whole = Took(sum(t.clock for t in took), sum(t.processor for t in took), max(t.peak for t in took), "")
    what = f"certify and import {len(made.lists)} affiliates' lists"
    election.said(what, sum(each.rows for each in made.lists), whole)


def applications(election: Election, made: Invented, edition: int) -> None:
    """Take in applications and payments, check, refer, admit."""
    chosen = ("--set", f"election={ELECTION}", *AS)
    number = made.applied.applications
    for what, file in (("applications", "a"), ("payments", "p")):
        words = ("import", what, f"{file}.csv", "--mapping", f"{file}.toml", *chosen)
        election.step(f"import {what}", number, *words)
    barred = ("--barred", "b.csv", "--barred-mapping", "b.toml")
    print(election.step(f"check against {edition:,}", number, *RUN, *barred).out)
    with (election.folder / "referred.csv").open("w", encoding="utf-8", newline="") as stream:
        write = csv.writer(stream).writerow
        write(("application", "ground", "reason"))
        for key in keys_of(election.folder, made.referred):
            write((key, "supports-another-party", "Said so in public"))
    election.step("refer", len(made.referred), "import", "refer-application", "referred.csv", *AS)
    print(election.step("admit", number, "admit", ELECTION, *AS).out)


def keys_of(folder: Path, receipts: Sequence[str]) -> list[str]:
    """Give the keys of applications, which the vault makes."""
    from cli.applications.application_rows import receipt_told
    from cli.office import opened, vault_of
    from cli.place import Place
    from ledger.streams.applications import register_of

    place = Place(folder / "ledger")
    with opened(place) as ledger, closing(vault_of(place, ledger)) as vault:
        return [vault.row_key(register_of(ELECTION), receipt_told(each)) for each in receipts]


def build(election: Election, made: Invented) -> None:
    """Build the roll."""
    rows = made.members + sum(each.rows for each in made.lists) + made.applied.applications
    print(election.step("build the roll", rows, "build-roll", ELECTION, *AS).out)
    print(f"expected: {dict(made.sections)}", flush=True)


def papers(election: Election) -> None:
    """Freeze and certify the roll, issue papers, and take in the marked register."""
    found = election.rows("SELECT state FROM stored_events WHERE topic = 'roll-build-closed.v1'")
    counts = {each["section"]: each["entries"] for each in json.loads(found[-1])["sections"]}
    electors = sum(counts.values())
    election.step("freeze the roll", electors, "record", "freeze-roll", "--election", ELECTION, *AS)
    sections = json.dumps([{"section": name, "entries": count} for name, count in sorted(counts.items())])
    figures = ("--election", ELECTION, "--entries", str(electors), "--sections", sections)
    election.step(
        "certify the roll", electors, "record", "certify-roll", *figures, "--statement", f"sha256:{NOBODY}", *AS
    )
    adopted = pollbook(election.folder, "events", "--json", "--type", "count-rule-adopted.v1").out
    rules = {"paper_publication": "none", "smallest_cell": "1", "secrecy": "secret", "account": "required"}
    election.record(
        "define-contest",
        contest=CONTEST,
        election=ELECTION,
        office="Leader",
        seats="1",
        candidates=CANDIDATES,
        sections=SECTIONS,
        count_rule=re.findall("sha256:[0-9a-f]{64}", adopted)[0],
        report="not-required",
        **rules,
    )
    for name, count in sorted(counts.items()):
        given = (
            "--contest",
            CONTEST,
            "--section",
            name,
            "--count",
            str(count),
            "--roll-version",
            "1",
            "--channel",
            "several",
        )
        election.step(f"issue papers: {name}", count, "record", "issue-papers", *given, *AS)
    election.record("close-poll", contest=CONTEST)
    day = json.loads(found[-1])["recorded"][:10]
    streams = election.rows("SELECT originator_id FROM stored_events WHERE topic = 'entry-added.v1'")
    back = write_marks(election.folder / "marked.csv", [f"{each.rpartition('/')[2]}/1" for each in streams], day)
    words = ("import", "mark-returns", "marked.csv", "--set", f"contest={CONTEST}", "--as", "scrutineer")
    print(election.step("take in the marked register", back, *words).out)


def looks(election: Election) -> None:
    """Time every look after the program's start."""
    chance = random.Random(7)
    person = chance.choice(
        election.rows("SELECT originator_id FROM stored_events WHERE topic = 'member-registered.v1'")
    )
    person = person.rpartition("/")[2]
    applied = chance.choice(
        election.rows("SELECT originator_id FROM stored_events WHERE topic = 'application-admitted.v1'")
    )
    election.step("first look, which makes the views", 1, "queue", ELECTION)
    pages = ("--list", "--page", "7")
    verbs: dict[str, tuple[str, ...]] = {
        "queue": ("queue", ELECTION),
        "queue, a page": ("queue", ELECTION, "--list", "register-match", *BOTH),
        "fees by day": ("fees", ELECTION, "--by", "day"),
        "roll by section and region": ("roll", ELECTION, "--by", "section", "--by", "region", *BOTH),
        "roll for the public": ("roll", ELECTION, "--audience", "public", "--by", "section", "--by", "region"),
        "roll, a page of 50": ("roll", ELECTION, *pages, *BOTH),
        "roll as of a day": ("roll", ELECTION, "--as-of", "2015-08-20", "--by", "region", *BOTH),
        "my-record": ("my-record", person, *BOTH),
        "why": ("why", person, ELECTION, *BOTH),
        "register by region": ("register", "members", "--by", "region", *BOTH),
        "papers by section": ("papers", CONTEST),
        "papers by region": ("papers", CONTEST, "--by", "region", *BOTH),
        "turnout by region": ("turnout", CONTEST, "--by", "region", *BOTH),
        "one application": ("application", applied.rpartition("/")[2], *BOTH),
    }
    for what, words in verbs.items():
        found = look(election.folder, words)
        clock, processor = median(each.clock for each in found), median(each.processor for each in found)
        line = Line(f"look: {what}", processor * 1000, None, processor, most=LOOK_MOST, unit="ms")
        print(f"{clock * 1000:,.0f} ms by the clock, and of processor: ", end="")
        line.show()
        election.lines.append(line)


class Looked(NamedTuple):
    """How long one look took: seconds by the clock and of processor."""

    clock: float
    processor: float


def look(folder: Path, words: Sequence[str]) -> list[Looked]:
    """Carry a verb out again and again, and time each but the first. A slow one is timed once."""
    from cli.main import app

    program = get_command(app)  # as the program's start makes it
    found: list[Looked] = []
    while len(found) <= LOOKS and not (len(found) > 1 and found[-1].processor > 1):
        clock, processor = time.perf_counter(), time.process_time()
        with redirect_stdout(StringIO()) as out:
            program.main(["--ledger", str(folder / "ledger"), *words], standalone_mode=False)
        found.append(Looked(time.perf_counter() - clock, time.process_time() - processor))
        if not out.getvalue():
            raise AssertionError(f"{' '.join(words)} said nothing")
    return found[1:]


def main() -> int:
    """Carry an election out, and judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--share", type=int, default=1, help="divide every number by this")
    parser.add_argument("--keep", type=Path, help="a new folder to leave everything in")
    parser.add_argument("--go-on", choices=STAGES, default=STAGES[0], help="with --keep: the stage to go on with")
    given = parser.parse_args()
    head()
    with tempfile.TemporaryDirectory(prefix="pollbook-bench-") as name:
        folder = given.keep or Path(name)
        folder.mkdir(exist_ok=True)
        os.environ["POLLBOOK_STATE"] = str(folder / "state")
        edition = EDITION // given.share
        made = write_election(folder, ELECTORS // given.share, APPLICATIONS // given.share, edition)
        print(made.applied, made.lists, flush=True)
        election = Election(folder)
        wanted = STAGES[STAGES.index(given.go_on) :]
        if "registers" in wanted:
            pollbook(folder, "init", "--unfounded")
            pollbook(folder, "apply", "commands.jsonl", *AS)
            registers(election, made)
        if "applications" in wanted:
            applications(election, made, edition)
        if "build" in wanted:
            build(election, made)
        if "papers" in wanted:
            papers(election)
        files = {file.name: file.stat().st_size >> 20 for file in (folder / "ledger").iterdir() if file.is_file()}
        print(f"{election.rows('SELECT count(*) FROM stored_events')[0]:,} events; MB: {files}", flush=True)
        looks(election)
    for line in election.lines:
        line.show()
    return verdict(election.lines)


if __name__ == "__main__":
    sys.exit(main())
