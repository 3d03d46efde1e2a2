"""Random small contests under every count rule, counted by the product and again by the stand-alone verifier."""

from __future__ import annotations

import importlib.util
import json
import random
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from fractions import Fraction
from io import StringIO
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from pydantic import TypeAdapter

from ledger.errors import PollbookError
from ledger.rules.count_rule import CountRule
from ledger.streams.account import AccountStated
from ledger.streams.contest import ContestDefined
from ledger.streams.totals import TotalsCertified
from projections.basis import Basis
from projections.count.count import Poll, Table
from projections.count.render import as_json
from projections.count.stage_table import Profile, StageTable
from projections.publish.pack import VERIFIER

RULE: TypeAdapter[Any] = TypeAdapter(CountRule)
HASH = "sha256:" + "0" * 64
MOMENT = "2010-09-22T00:00:00Z"
CATEGORIES = ("u", "w", "x")
WEIGHTS = {1: ["1/1"], 2: ["1/3", "2/3"], 3: ["1/6", "1/2", "1/3"]}
EARLIER = ("earlier-stages-backwards", "earlier-stages-forwards")
WHOLE = {  # fields of rules that are numbers: values to choose from
    "decimals": [0, 1, 2],
    "value_decimals": [0, 1, 2, 5],
    "omega_decimals": [2, 3],
    "iterations": [1, 3, 50, 200],
    "quorum": [0, 0, 4],
}


def load_verifier() -> ModuleType:
    """Load verify.py as it stands in the product; what the others define is in its COUNT and OFFICES."""
    spec = importlib.util.spec_from_file_location("pollbook_verify", VERIFIER)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    with redirect_stdout(StringIO()):
        module.RULES.update(module.run_file("verify_count.py", module.COUNT, module.GIVEN)["RULES"])
        module.run_file("verify_offices.py", module.OFFICES, module.GIVEN_OFFICES)
    return module


@dataclass(frozen=True)
class Made:
    """A contest: its rule as JSON, who stands, the papers, and what stands in for those of a section."""

    rule: dict[str, Any]
    poll: Poll
    papers: Profile
    totals: Mapping[str, dict[str, Any]]

    def basis(self, lots: Mapping[Any, Sequence[str]], accounts: Mapping[str, AccountStated] | None = None) -> Basis:
        """Give what the product counts from."""
        definition = ContestDefined.model_validate_json(json.dumps(self.definition()))
        certified = {of: TotalsCertified.model_validate_json(json.dumps(event)) for of, event in self.totals.items()}
        rule = RULE.validate_json(json.dumps(self.rule))
        return Basis(definition, rule, self.papers, certified, lots, accounts or {})

    def definition(self) -> dict[str, Any]:
        poll = self.poll
        candidates = [
            {"id": name, "name": name} | ({"categories": [*poll.categories[name]]} if poll.categories.get(name) else {})
            for name in poll.candidates
        ]
        return envelope("contest-defined.v1", "contest/c", account="required", contest="c", count_rule=HASH) | {
            "candidates": candidates,
            "election": "e",
            "office": "Office",
            "paper_publication": "papers",
            "seats": poll.seats,
            "secrecy": "secret",
            "sections": [{"id": name, "name": name} for name in poll.sections],
            "smallest_cell": 1,
        }


def envelope(kind: str, stream: str, **fields: Any) -> dict[str, Any]:
    return {
        "actor": "officer",
        "effective": MOMENT,
        "recorded": MOMENT,
        "stream": stream,
        "type": kind,
        "version": 1,
        **fields,
    }


def contest_of(
    rule: dict[str, Any],
    poll: Poll,
    papers: Profile,
    lots: Mapping[Any, Sequence[str]] | None = None,
    totals: Mapping[str, dict[str, Any]] | None = None,
    accounts: Mapping[str, dict[str, Any]] | None = None,
) -> SimpleNamespace:
    """Give a contest as the verifier has it once all was read."""
    return SimpleNamespace(
        event={"contest": "c", "count_rule": HASH, "seats": poll.seats, "account": "required"},
        rule=rule,
        candidates=[*poll.candidates],
        sections=[*poll.sections],
        categories={name: [*poll.categories.get(name, ())] for name in poll.candidates},
        batches={of: SimpleNamespace(opened={"section": of}, marks=Counter(each)) for of, each in papers.items()},
        open={},
        polled=MOMENT,
        seen=True,
        lots={tie: [*order] for tie, order in (lots or {}).items()},
        totals=totals or {},
        accounts=accounts or {},
        number=1,
        annulled=False,
        issued=Counter(),
        count=None,
        declared=None,
        report=None,
    )


def random_rule(
    verify: ModuleType, version: str, sections: Sequence[str], chance: random.Random, *, reserved: bool
) -> dict[str, Any]:
    """Choose every field of a rule; papers are refused by none."""
    rule: dict[str, Any] = {"version": version}
    meek = version == "stv-meek.v1"
    ladder = [*EARLIER, *([f"{rung}-all-differ" for rung in EARLIER] if version.startswith("stv-") else []), "lot"]
    kept = chance.sample(CATEGORIES, chance.choice([1, 2, 3] if reserved else [0, 0, 0, 1, 2]))
    for field, kind in verify.RULES[version].items():
        if field in WHOLE:
            rule[field] = chance.choice([6, 9] if field == "value_decimals" and meek else WHOLE[field])
        elif field == "ties":
            several = chance.sample(ladder, chance.randint(1, len(ladder)))
            several.sort(key="lot".__eq__)  # a lot is the last way
            rule[field] = chance.choice(kind.split("|")) if isinstance(kind, str) else several
        elif field == "reserved":
            rule[field] = [{"category": name, "places": chance.randint(0, 2)} for name in kept]
        elif field == "weights":
            weights = zip(sections, WEIGHTS[len(sections)], strict=True)
            rule[field] = [{"section": section, "weight": weight} for section, weight in weights]
        elif field == "needed":
            rule[field] = chance.choice(["1/2", "2/3", "1/3"])
        elif field == "publication":
            rule[field] = kind.split("|")[len(sections) % len(kind.split("|"))]
        elif field == "preferences":
            rule[field] = chance.choice(["any-number"] * 4 + ["all"])
        else:
            values = kind.split("|")
            rule[field] = chance.choice(values if field == "empty_section" else [v for v in values if v != "refuse"])
    return rule


def random_marks(version: str, names: Sequence[str], chance: random.Random) -> str:
    """Mark a paper, now and then with faults."""
    if version in ("plurality.v1", "yes-no.v1"):
        crosses = chance.sample(names, min(len(names), chance.choice([0, 1, 1, 2, 3])))
        return "=".join(crosses) if chance.random() < 0.9 else ">".join(names[:2])
    if chance.random() < 0.8 or not names:
        return ">".join(chance.sample(names, chance.randint(0, len(names))))
    return ">".join("=".join(chance.choices(names, k=chance.choice([0, 1, 1, 2]))) for _ in range(3))


def random_contests(
    verify: ModuleType, version: str, number: int, *, reserved: bool = False
) -> Iterator[tuple[Made, random.Random]]:
    """Make so many contests, always the same ones."""
    chance = random.Random(f"{version} {reserved}")
    for _ in range(number):
        sections = ["s", "t", "m"][: chance.randint(1, 3)]
        names = ["yes", "no"] if version == "yes-no.v1" else list("abcdefg")[: chance.choice([0, 1, 2, 3, 4, 5, 6, 7])]
        several = version == "plurality.v1" or version.startswith("stv-")
        seats = chance.randint(1, 4) if several else 1
        rule = random_rule(verify, version, sections, chance, reserved=reserved)
        of = {name: tuple(each for each in CATEGORIES if chance.random() < 0.4) for name in names}
        papers: dict[str, Counter[str]] = {section: Counter() for section in sections}
        for _ in range(chance.choice([0, 3, 8, 15, 25])):
            papers[chance.choice(sections)][random_marks(version, names, chance)] += chance.choice([1, 1, 2, 3, 7])
        yield Made(rule, Poll(tuple(names), tuple(sections), seats, of), papers, {}), chance


def certified_instead(made: Made, table: StageTable, chance: random.Random) -> Made:
    """Put certified totals in place of a section's papers: those of the count, now and then one too few."""
    section = chance.choice(made.poll.sections)
    counting = [stage for stage in table.stages if stage.action.kind != "displace"]
    if made.rule["version"] == "plurality.v1":
        counting = counting[:1]
    if len(counting) > 1 and chance.random() < 0.2:
        counting.pop()
    stages = [
        {"held": [{"candidate": name, "certainty": "sourced", "votes": votes} for name, votes in held.items()]}
        for held in (stage.votes[section] for stage in counting)
    ]
    event = envelope("totals-certified.v1", f"totals/c/{section}", contest="c", section=section, source="s")
    papers = {"papers": table.valid[section] + chance.choice([0, 0, 1])} if chance.random() < 0.5 else {}
    left = {of: each for of, each in made.papers.items() if of != section}
    return Made(made.rule, made.poll, left, {section: event | {"stages": stages} | papers})


def compare_counts(
    verify: ModuleType, version: str, number: int, *, certified: bool = False, reserved: bool = False
) -> Counter[str]:
    """Count random contests twice, draw lots where both want one, and give how they ended."""
    endings: Counter[str] = Counter()
    for made, chance in random_contests(verify, version, number, reserved=reserved):
        lots: dict[tuple[int, frozenset[str]], tuple[str, ...]] = {}
        table = compare_count(verify, made, lots)
        while table is not None and table.lot_needed:
            lots[len(table.stages), frozenset(table.lot_needed)] = tuple(
                chance.sample(table.lot_needed, len(table.lot_needed))
            )
            endings["lot"] += 1
            table = compare_count(verify, made, lots)
        if table is None:
            endings["refused"] += 1
            continue
        endings["elected" if table.elected else "nobody"] += 1
        if isinstance(table, StageTable):
            endings["displace"] += any(stage.action.kind == "displace" for stage in table.stages)
            if certified:
                again = compare_count(verify, certified_instead(made, table, chance), lots)
                endings["certified"] += again is not None
    return endings


def compare_count(verify: ModuleType, made: Made, lots: Mapping[Any, Sequence[str]]) -> Table | None:
    """Count once with both, cell by cell; None where both refuse."""
    basis = made.basis(lots)
    contest = contest_of(made.rule, made.poll, made.papers, lots, made.totals)
    mine = verify.COUNT["recount"](contest)
    if isinstance(mine, str):
        with pytest.raises(PollbookError):
            basis.count()
        return None
    table = basis.count()
    assert verify.name_of(verify.canonical(mine.body)) == basis.digest(table), (made, lots, mine.body, table)
    assert (tuple(mine.tied), mine.purpose) == (table.lot_needed, table.lot_for), (made, lots)
    compare_cells(verify, contest, mine, basis.cells(table), len(table.stages))
    file = {"contest": "c", "count": basis.digest(table), "count_rule": HASH} | as_json(table, {}, 2)
    verify.FINDINGS.clear()
    verify.COUNT["check_result_file"](contest, "result.json", json.dumps(file).encode())
    assert not verify.FINDINGS, (made, lots)
    return table


def compare_cells(
    verify: ModuleType, contest: SimpleNamespace, mine: Any, exact: Mapping[Any, Fraction], stages: int
) -> None:
    """Compare every cell that there is, and that there is no other."""
    measures = verify.HOLDS["measure"].split("|")
    found = {
        (stage, section, who, measure): verify.COUNT["exact_figure"](
            contest,
            mine,
            {"stage": stage, "section": section, "measure": measure} | ({"candidate": who} if who else {}),
        )
        for stage in range(1, stages + 2)
        for section in [*contest.sections, "all", "none"]
        for who in [*contest.candidates, ""]
        for measure in measures
    }
    assert {cell: value for cell, value in found.items() if value is not None} == exact


def damaged(event: Any, chance: random.Random) -> Any:
    """The same with one value somewhere in it put wrong, or not."""
    if isinstance(event, dict) and event:
        name = chance.choice(list(event))
        return {**event, name: damaged(event[name], chance)}
    if isinstance(event, list) and event:
        place = chance.randrange(len(event))
        return [*event[:place], damaged(event[place], chance), *event[place + 1 :]]
    odd = ["", "a", "A", "a/b", "a" * 65, "x" * 4_001, "é", "\n", "1.5", "01", "sha256:", [], {}, 0, 1, -1, 10, 10_001]
    odd += [2**53 - 1, 2**53, True, None, "2010-02-30T00:00:00Z", "0000-01-01T00:00:00Z", "2012-02-29T23:59:60Z"]
    return chance.choice(odd)
