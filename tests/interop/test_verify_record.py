"""The stand-alone verifier on records of whole elections: accounts, lots, reports, recounts; and each put wrong."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pack_maker import LOG, ORIGIN, canonical, leaves_of, policy_text, sha256, write_pack
from random_contests import damaged, load_verifier
from stores import SQLitePlace, desk_at

from ledger.decision import DECISIONS
from ledger.seal.sealer import Sealer, make_log_key
from projections.counting import LedgerFigures
from projections.publish.pack import publish

RANKS = {
    "blank": "reject",
    "decimals": 2,
    "duplicate": "skip",
    "gap": "skip",
    "overvote": "exhaust",
    "preferences": "any-number",
    "publication": "by-section",
}
CROSSES = {"blank": "reject", "decimals": 1, "overvote": "reject", "publication": "by-section", "ranked": "reject"}
STV = RANKS | {
    "doomed": "together",
    "exclusion": "single-lowest",
    "last_places": "after-transfer",
    "quota": "droop",
    "reserved": [],
    "surplus_order": "largest-first",
    "surpluses": "one-at-a-time",
    "ties": ["lot"],
    "transfer_value": "value-by-surplus-over-votes",
    "value_decimals": 5,
    "version": "stv-scottish.v1",
}
WEIGHTED = RANKS | {
    "empty_section": "nothing",
    "exclusion": "single-lowest",
    "majority_base": "continuing",
    "section_base": "continuing",
    "stop": "first-majority",
    "ties": ["lot"],
    "version": "weighted-av.v1",
    "weights": [{"section": "members", "weight": "1/3"}, {"section": "mps", "weight": "2/3"}],
}
PLURALITY = CROSSES | {
    "reserved": [{"category": "women", "places": 1}],
    "ties": "lot",
    "version": "plurality.v1",
    "votes": "any-number",
}
YES_NO = CROSSES | {"base": "valid", "needed": "1/2", "quorum": 0, "reach": "more-than", "version": "yes-no.v1"}
RULES = {"council": STV, "college": WEIGHTED, "board": PLURALITY, "motion": YES_NO, "secret": YES_NO}
SEED, SEED_TOO = "5eed" * 16, "feed" * 16
FINE = {"satisfied": True}
Step = tuple[str, dict[str, Any]]


def defined(contest: str, names: str, seats: int = 1, sections: str = "members", **more: Any) -> Step:
    candidates = [
        {"id": name.rstrip("*"), "name": name} | ({"categories": ["women"]} if "*" in name else {})
        for name in names.split()
    ]
    return "define-contest", {
        "account": "not-published",
        "candidates": candidates,
        "contest": contest,
        "count_rule": "sha256:" + sha256(canonical(RULES[contest])).hex(),
        "election": "party",
        "office": contest,
        "paper_publication": "papers",
        "report": "not-required",
        "seats": seats,
        "secrecy": "secret",
        "sections": [{"id": name, "name": name} for name in sections.split()],
        "smallest_cell": 1,
    } | more


def papers(contest: str, serial: str, section: str = "members", **alike: int) -> Step:
    made = [{"count": count, "marks": marks.replace("_", ">").replace("X", "=")} for marks, count in alike.items()]
    return "read-papers", {"contest": contest, "papers": made, "section": section, "serial": serial}


def says(verb: str, contest: str, **fields: Any) -> Step:
    return verb, {"contest": contest} | fields


def figure(stage: int, measure: str, value: str, **more: Any) -> dict[str, Any]:
    decimals = len(value.partition(".")[2])
    return {"decimals": decimals, "measure": measure, "stage": stage, "value": value} | more


def held(**votes: int) -> dict[str, Any]:
    return {"held": [{"candidate": name, "certainty": "sourced", "votes": number} for name, number in votes.items()]}


def by_hand(contest: str, *order: str) -> Step:
    said = "drawn from a hat before the scrutineer"
    return says("draw-lot", contest, order=order, witnesses=said, unrevealed=["scrutineer"])


COUNCIL: list[Step] = [
    defined("council", "a b c d", 2, account="required", report="required"),
    says("commit-lot", "council", commitment="sha256:" + sha256(SEED.encode()).hex()),
    says("commit-lot", "council", commitment="sha256:" + sha256(SEED_TOO.encode()).hex(), actor="scrutineer"),
    says("close-poll", "council"),
    papers("council", "s1", a_d=6, b=2, c=2, d=4),
    says(
        "state-account",
        "council",
        section="members",
        distributed=20,
        returned=16,
        set_aside=[{"papers": 1, "reason": "late"}],
        spoilt=[{"papers": 1, "reason": "uncertain"}],
    ),
    says("draw-lot", "council", seed=[SEED_TOO, SEED]),
    says(
        "make-report",
        "council",
        distributed=20,
        returned=16,
        spoilt=1,
        votes=[{"candidate": name, "votes": votes} for name, votes in (("a", 6), ("b", 2), ("c", 2), ("d", 4))],
        persons=[],
        lawful=FINE,
        secure=FINE,
        independent=FINE,
    ),
    says(
        "declare-result",
        "council",
        elected=["a", "d"],
        figures=[
            figure(1, "votes", "6", candidate="a"),
            figure(1, "quota", "5"),
            figure(2, "votes", "4.99996", candidate="d"),
            figure(1, "turnout", "80.0"),
            figure(1, "distributed", "20", section="members"),
        ],
    ),
]
COLLEGE: list[Step] = [
    defined("college", "a b c", sections="members mps"),
    says("close-poll", "college"),
    papers("college", "s1", a=5, b=3, c_b=2),
    says("certify-totals", "college", section="mps", source="the party", stages=[held(a=1, b=2, c=1), held(a=1, b=3)]),
    says(
        "declare-result",
        "college",
        elected=["b"],
        figures=[
            figure(2, "share", "66.67", candidate="b"),
            figure(2, "points", "50.0", candidate="b", section="mps"),
            figure(1, "section-share", "25.0", candidate="a", section="mps"),
        ],
    ),
]
BOARD: list[Step] = [
    defined("board", "a b c d* e*", 2),
    says("commit-lot", "board", commitment="sha256:" + sha256(SEED.encode()).hex(), actor="scrutineer"),
    says("close-poll", "board"),
    papers("board", "s1", aXb=5, c=3, d=2, e=2),
    by_hand("board", "b", "a"),
    by_hand("board", "e", "d"),
    says("declare-result", "board", elected=["b", "e"]),
    says("order-recount", "board", reason="a bundle was found"),
    says("withdraw-papers", "board", section="members", serial="s1", reason="read twice"),
    papers("board", "s2", aXb=5, a=1, c=3, d=2, e=1),
    says(
        "correct-result", "board", elected=["a", "d"], reason="found", figures=[figure(1, "votes", "6", candidate="a")]
    ),
]
MOTION: list[Step] = [
    defined("motion", "yes no"),
    says("close-poll", "motion"),
    papers("motion", "s1", yes=4, no=3, yesXno=1),
    says("declare-result", "motion", elected=["yes"], figures=[figure(1, "rejected", "1")]),
    says("annul-result", "motion", reason="moved out of order"),
]
SECRET: list[Step] = [
    defined("secret", "yes no", paper_publication="none"),
    says("close-poll", "secret"),
    papers("secret", "s1", yes=4, no=3),
    says("state-account", "secret", section="all", returned=7),
    says("declare-result", "secret", elected=["yes"]),
    says("order-recount", "secret", reason="asked for"),
    says("withdraw-papers", "secret", section="members", serial="s1", reason="read wrongly"),
    papers("secret", "s2", yes=3, no=4),
    says("correct-result", "secret", elected=["no"], reason="read anew"),
]
STEPS: list[Step] = [
    (
        "call-election",
        {"election": "party", "organisation": "Party", "reason": "vacancy", "title": "Party"},
    ),
    *(("adopt-count-rule", {"election": "party", "rule": rule}) for rule in (STV, WEIGHTED, PLURALITY, YES_NO)),
    *COUNCIL,
    *COLLEGE,
    *BOARD,
    *MOTION,
    *SECRET,
]


@pytest.fixture(scope="module")
def packs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Packs of the whole record for two audiences, as the product writes them, with a policy beside them."""
    folder = tmp_path_factory.mktemp("record")
    place = SQLitePlace(folder / "ledger")
    place.make().close()
    with place.open() as ledger, desk_at(place, figures=LedgerFigures(ledger)) as desk:
        for verb, fields in STEPS:
            said = {"actor": "returning-officer"} | fields
            actor = said.pop("actor")
            desk.submit(DECISIONS[verb].command.model_validate_json(json.dumps(said)), actor=actor)
        signer = make_log_key(folder / "state", ORIGIN, bytes(range(32)))
        Sealer(folder / "state", folder / "checkpoints", ORIGIN).seal(ledger)
        note = (folder / "checkpoints/latest").read_bytes()
        publish(ledger, note, signer.verifier, folder / "public", "public")
        publish(ledger, note, signer.verifier, folder / "panel", "panel")
    (folder / "policy").write_text(f"log {signer.verifier.text}\nquorum none\n")
    return folder


verify = load_verifier()


def run(
    pack: Path, policy: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> tuple[int, str]:
    monkeypatch.setattr("sys.argv", ["verify.py", str(pack), "--policy", str(policy)])
    monkeypatch.setattr(verify, "is_signed", lambda *_: True)
    return verify.main(), capsys.readouterr().out


PUBLISHED = [
    "council: recounted; declared a, d: 4 stages, 14 valid, 0 rejected, elected a, d.",
    "college: recounted; declared b: 2 stages, 14 valid, 0 rejected, elected b;"
    " certified totals in place of papers of mps.",
    "board: recounted; declared a, d, count 2: 2 stages, 12 valid, 0 rejected, elected a, d.",
    "motion: recounted; declared yes, annulled: 1 stages, 7 valid, 1 rejected, elected yes.",
]


@pytest.mark.parametrize("audience", ["public", "panel"])
def test_a_whole_record_passes(
    packs: Path, audience: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out = run(packs / audience, packs / "policy", monkeypatch, capsys)
    assert code == 0, out
    secret = "recounted; declared no, count 2: 1 stages, 7 valid, 0 rejected, elected no."
    hidden = "not recounted: its papers are not published."
    for line in [*PUBLISHED, f"secret: {hidden if audience == 'public' else secret}"]:
        assert f"Contest {line}\n" in out


Events = list[dict[str, Any]]


def first(events: Events, kind: str, contest: str, place: int = 0) -> dict[str, Any]:
    return [event for event in events if event["type"] == kind and event.get("contest") == contest][place]


def edit(kind: str, contest: str, **changes: Any) -> Callable[[Events], None]:
    return lambda events: first(events, kind, contest).update(changes)


def within(kind: str, contest: str, *path: Any, to: Any) -> Callable[[Events], None]:
    """Change a value deep in the first event of a kind."""

    def change(events: Events) -> None:
        value: Any = first(events, kind, contest)
        for step in path[:-1]:
            value = value[step]
        value[path[-1]] = to

    return change


def drop(kind: str, contest: str) -> Callable[[Events], None]:
    """Leave an event out; those after it in its stream move up, and positions that are referred to."""

    def change(events: Events) -> None:
        gone = first(events, kind, contest)
        place = events.index(gone)
        del events[place]
        for event in events[place:]:
            if event["stream"] == gone["stream"]:
                event["version"] -= 1
            if event.get("as_of_position", 0) >= place:
                event["as_of_position"] -= 1

    return change


def before(kind: str, contest: str, other: str) -> Callable[[Events], None]:
    """Move an event to before another of its contest."""

    def change(events: Events) -> None:
        moved = first(events, kind, contest)
        events.remove(moved)
        events.insert(events.index(first(events, other, contest)), moved)

    return change


def _rule(events: Events, version: str, /, **changes: Any) -> None:
    """Change a rule, and the name by which contests pin it."""
    adopted = next(event for event in events if event.get("rule", {}).get("version") == version)
    old = "sha256:" + sha256(canonical(adopted["rule"])).hex()
    adopted["rule"] |= changes
    new = "sha256:" + sha256(canonical(adopted["rule"])).hex()
    for event in events:
        if event.get("count_rule") == old:
            event["count_rule"] = new


def _stated_again(events: Events) -> None:
    """State the account anew, balanced as it was, between report and declaration."""
    old = first(events, "account-stated.v1", "council")
    place = events.index(first(events, "result-declared.v1", "council"))
    parts = {"distributed": 21, "returned": 17, "set_aside": [{"papers": 2, "reason": "late"}]}
    events.insert(place, old | parts | {"recorded": events[place]["recorded"], "version": 2})
    for event in events[place:]:
        if event.get("as_of_position", 0) >= place - 1:
            event["as_of_position"] += 1


ZEROS = "0" * 64
RECORDS: dict[str, tuple[Callable[[Events], Any], str]] = {
    "account that does not balance": (edit("account-stated.v1", "council", returned=17), "account"),
    "account without papers returned": (lambda e: first(e, "account-stated.v1", "council").pop("returned"), "account"),
    "account of nothing": (drop("account-stated.v1", "council"), "account"),
    "account of another section": (
        edit("account-stated.v1", "council", section="x", stream="account/council/x"),
        "account",
    ),
    "account of more papers than distributed": (edit("account-stated.v1", "council", distributed=15), "account"),
    "account with a reason twice": (
        edit(
            "account-stated.v1", "council", spoilt=[{"papers": 1, "reason": "blank"}, {"papers": 0, "reason": "blank"}]
        ),
        "account",
    ),
    "account after the declaration": (before("result-declared.v1", "council", "account-stated.v1"), "account"),
    "seed of another commitment": (edit("lot-committed.v1", "council", commitment="sha256:" + ZEROS), "lot"),
    "seed nobody committed to": (drop("lot-committed.v1", "council"), "lot"),
    "commitment after the poll": (before("poll-closed.v1", "council", "lot-committed.v1"), "lot"),
    "office that commits twice": (
        lambda e: (
            edit("lot-committed.v1", "council", actor="scrutineer")(e),
            drop("lot-drawn.v1", "council")(e),
        ),
        "lot",
    ),
    "seeds in another order": (lambda e: first(e, "lot-drawn.v1", "council")["seed"].reverse(), "lot"),
    "seed left out": (lambda e: first(e, "lot-drawn.v1", "council")["seed"].pop(), "lot"),
    "seeds though somebody did not reveal": (edit("lot-drawn.v1", "council", unrevealed=["scrutineer"]), "lot"),
    "somebody who did not reveal had not committed": (edit("lot-drawn.v1", "board", unrevealed=["clerk"]), "lot"),
    "by hand though all reveal": (edit("lot-drawn.v1", "board", unrevealed=[]), "lot"),
    "lot in another order": (lambda e: first(e, "lot-drawn.v1", "council")["order"].reverse(), "lot"),
    "lot of somebody else": (within("lot-drawn.v1", "council", "tied", to=["b", "d"]), "lot"),
    "lot at another stage": (edit("lot-drawn.v1", "council", stage=1), "lot"),
    "lot for another purpose": (edit("lot-drawn.v1", "council", purpose="place"), "lot"),
    "lot of the future": (edit("lot-drawn.v1", "council", as_of_position=10_000), "lot"),
    "lot drawn by nobody": (lambda e: first(e, "lot-drawn.v1", "board").pop("witnesses"), "lot"),
    "lot by hand in another order": (edit("lot-drawn.v1", "board", order=["a", "b"]), "declared"),
    "lot by hand without one": (lambda e: first(e, "lot-drawn.v1", "board", 1).update(order=["e"]), "lot"),
    "lot left out": (drop("lot-drawn.v1", "council"), "declared"),
    "report on other votes": (within("report-made.v1", "council", "votes", 1, "votes", to=3), "report"),
    "report without somebody": (lambda e: first(e, "report-made.v1", "council")["votes"].pop(), "report"),
    "report on other papers": (edit("report-made.v1", "council", returned=15), "report"),
    "report on other rejected": (edit("report-made.v1", "council", spoilt=0), "report"),
    "report on other papers before any declaration": (
        lambda e: (edit("report-made.v1", "council", returned=15)(e), drop("result-declared.v1", "council")(e)),
        "report",
    ),
    "report of another account": (_stated_again, "report"),
    "report of the future": (edit("report-made.v1", "council", as_of_position=10_000), "report"),
    "report left out": (drop("report-made.v1", "council"), "report"),
    "report after the declaration": (before("result-declared.v1", "council", "report-made.v1"), "report"),
    "quota": (within("result-declared.v1", "council", "figures", 1, "value", to="6"), "figure"),
    "votes after a transfer": (within("result-declared.v1", "council", "figures", 2, "value", to="3"), "figure"),
    "turnout": (within("result-declared.v1", "council", "figures", 3, "value", to="80.1"), "figure"),
    "papers distributed": (within("result-declared.v1", "council", "figures", 4, "value", to="21"), "figure"),
    "points": (within("result-declared.v1", "college", "figures", 1, "value", to="50.1"), "figure"),
    "elected in the college": (edit("result-declared.v1", "college", elected=["a"]), "declared"),
    "certified votes": (within("totals-certified.v1", "college", "stages", 0, "held", 0, "votes", to=0), "totals"),
    "certified votes that grow": (
        within("totals-certified.v1", "college", "stages", 1, "held", 0, "votes", to=9),
        "totals",
    ),
    "certified of a stage less": (lambda e: first(e, "totals-certified.v1", "college")["stages"].pop(), "count"),
    "certified of somebody twice": (
        within("totals-certified.v1", "college", "stages", 0, "held", 0, "candidate", to="b"),
        "totals",
    ),
    "weights of other sections": (
        within("contest-defined.v1", "college", "sections", 0, "id", to="others"),
        "contest-rule",
    ),
    "two seats for yes and no": (edit("contest-defined.v1", "motion", seats=2), "contest-rule"),
    "yes and somebody": (within("contest-defined.v1", "motion", "candidates", 1, "id", to="a"), "contest-rule"),
    "weights that are not one": (
        lambda e: _rule(e, "weighted-av.v1", weights=[{"section": s, "weight": "1/3"} for s in ("members", "mps")]),
        "contest-rule",
    ),
    "category reserved for twice": (
        lambda e: _rule(e, "plurality.v1", reserved=[{"category": "women", "places": 1}] * 2),
        "contest-rule",
    ),
    "rule of no version": (lambda e: _rule(e, "yes-no.v1", version=[]), "leaf-field"),
    "report but no account": (edit("contest-defined.v1", "council", account="not-published"), "contest-rule"),
    "withdrawn without a recount": (drop("recount-ordered.v1", "board"), "batch"),
    "recount of another number": (
        lambda e: (
            edit("recount-ordered.v1", "board", number=3)(e),
            edit("result-corrected.v1", "board", number=3)(e),
        ),
        "result",
    ),
    "corrected in another recount": (edit("result-corrected.v1", "board", number=3), "result"),
    "corrected without a recount": (before("result-corrected.v1", "board", "recount-ordered.v1"), "result"),
    "corrected to somebody else": (edit("result-corrected.v1", "board", elected=["a", "e"]), "declared"),
    "corrected figure": (within("result-corrected.v1", "board", "figures", 0, "value", to="5"), "figure"),
    "annulled before declared": (drop("result-declared.v1", "motion"), "result"),
    "declared as a recount": (edit("result-declared.v1", "motion", number=2), "result"),
    "batch withdrawn that was not opened": (
        edit("batch-withdrawn.v1", "board", stream="batch/paper/board/members/s9"),
        "batch",
    ),
    "somebody of no category": (
        lambda e: first(e, "contest-defined.v1", "board")["candidates"][3].pop("categories"),
        "lot",
    ),
    "nobody to fill a reserved place": (
        lambda e: [one.pop("categories", None) for one in first(e, "contest-defined.v1", "board")["candidates"]],
        "count",
    ),
}


@pytest.fixture
def sealed(tmp_path: Path, packs: Path) -> Callable[[Events], Path]:
    def seal(events: Events) -> Path:
        shutil.rmtree(tmp_path / "pack", ignore_errors=True)
        return write_pack(tmp_path / "pack", [canonical(event) for event in events])

    (tmp_path / "policy").write_text(policy_text(quorum="none", log=LOG.vkey))
    return seal


def test_the_record_sealed_again_passes(
    packs: Path,
    sealed: Callable[[Events], Path],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    pack = sealed([json.loads(leaf) for leaf in leaves_of(packs / "panel")])
    code, out = run(pack, pack.parent / "policy", monkeypatch, capsys)
    assert code == 0, out


@pytest.mark.parametrize("name", RECORDS)
def test_finds_what_was_sealed_and_is_not_right(
    packs: Path,
    sealed: Callable[[Events], Path],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
) -> None:
    change, expected = RECORDS[name]
    events = [json.loads(leaf) for leaf in leaves_of(packs / "panel")]
    change(events)
    pack = sealed(events)
    code, out = run(pack, pack.parent / "policy", monkeypatch, capsys)
    assert code == 3, out
    assert "verifier-failed" not in out
    assert f"\nFINDING {expected}: " in out, out


Body = dict[str, Any]
FILES: dict[str, tuple[str, Callable[[Body], Any]]] = {
    "digest": ("board", lambda body: body.update(count="sha256:" + ZEROS)),
    "elected": ("board", lambda body: body["elected"].reverse()),
    "valid": ("college", lambda body: body["valid"].update(mps=5)),
    "rejected": ("motion", lambda body: body["rejected"]["members"].update({"too-many-votes": 2})),
    "votes": ("college", lambda body: body["stages"][1]["candidates"][0]["votes"].update(mps=2)),
    "votes of the excluded": ("college", lambda body: body["stages"][1]["excluded"][0]["votes"].update(mps=2)),
    "non-transferable": ("college", lambda body: body["stages"][0]["non_transferable"]["votes"].update(mps=2)),
    "exact votes": ("council", lambda body: body["stages"][1]["candidates"][3]["votes"]["members"].update(exact="5/1")),
    "votes in all": ("council", lambda body: body["stages"][1]["candidates"][1]["total"].update(exact="5/1")),
    "papers in all": ("college", lambda body: body["stages"][1]["candidates"][0].update(total=5)),
    "loss": ("council", lambda body: body["stages"][2]["loss"]["votes"]["members"].update(exact="9/1")),
    "quota": ("council", lambda body: body["stages"][3]["quota"].update(exact="6/1")),
    "candidate left out": ("council", lambda body: body["stages"][3]["candidates"].pop(0)),
    "stage left out": ("council", lambda body: body["stages"].pop()),
    "another form": ("council", lambda body: body["stages"][0].pop("quota")),
    "no number": ("council", lambda body: body["stages"][3]["quota"].update(exact="x")),
}


@pytest.mark.parametrize("name", FILES)
def test_finds_a_number_changed_in_a_result_file(
    packs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    contest, change = FILES[name]
    pack = Path(shutil.copytree(packs / "public", tmp_path / "pack"))
    path = pack / "contests" / contest / "result.json"
    body = json.loads(path.read_text("utf-8"))
    change(body)
    path.write_text(json.dumps(body), "utf-8")
    code, out = run(pack, packs / "policy", monkeypatch, capsys)
    assert code == 3
    found = [line for line in out.splitlines() if line.startswith("FINDING ")]
    assert found
    assert all(line.startswith(f"FINDING result-file: contests/{contest}/result.json") for line in found), found


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"[" * 100_000, b"{}", b"\xff"], ids=["empty", "list", "bomb", "bare", "binary"]
)
def test_a_result_file_of_another_form_is_one_finding(
    packs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], data: bytes
) -> None:
    pack = Path(shutil.copytree(packs / "public", tmp_path / "pack"))
    (pack / "contests/council/result.json").write_bytes(data)
    code, out = run(pack, packs / "policy", monkeypatch, capsys)
    assert (code, out.count("FINDING ")) == (3, 1), out
    assert "\nFINDING result-file: " in out


def test_one_odd_value_anywhere_is_never_more_than_findings(
    packs: Path,
    sealed: Callable[[Events], Path],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    chance = random.Random(2010)
    whole = [json.loads(leaf) for leaf in leaves_of(packs / "panel")]
    places = [place for place, event in enumerate(whole) if event["type"] != "paper-read.v1"]
    codes = set()
    for _ in range(60):
        events = list(whole)
        place = chance.choice(places)
        events[place] = damaged(events[place], chance)
        pack = sealed(events)
        code, out = run(pack, pack.parent / "policy", monkeypatch, capsys)
        assert "verifier-failed" not in out, (events[place], out)
        codes.add(code)
    assert codes == {0, 3}
