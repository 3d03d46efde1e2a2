"""`pollbook run-checks` and what is read of it, from applications that were received one by one."""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from terminal import CALL_ELECTION, OPENED, Answer, Terminal

JUNE = "2010-06-01T12:00:00Z"
STEPS = [
    {"step": "applications-open", "local": "2010-07-01T12:00:00"},
    {"step": "applications-close", "local": "2010-08-01T12:00:00"},
    {"step": "poll-close", "local": "2010-11-22T17:00:00"},
]
FEE = {"election": "labour", "category": "supporters", "amount": 300, "currency": "GBP", "effective": JUNE}
SET_UP: list[tuple[str, dict[str, Any]]] = [
    ("call-election", {**CALL_ELECTION, "effective": JUNE}),
    ("set-timetable", {"election": "labour", "zone": "Europe/London", "steps": STEPS, "effective": JUNE}),
    ("set-fee", FEE),
]
HOME = "4 Linden Row, ZZ9 9QQ"
ADA, BELA, CATO, NED, LATE = (f"{number:024x}" for number in range(1, 6))
PEOPLE = {
    ADA: ("Ada Brockway", "1990-01-02", "ada@example.org", HOME, "2010-07-02T10:00:00Z"),
    BELA: ("Béla O'Dunmere", "1985-03-04", "bela@example.org", "1 Mill Bank, ZZ1 1QQ", "2010-07-03T10:00:00Z"),
    CATO: ("ADA BROCKWAY", "1990-01-02", "other@example.org", HOME, "2010-07-04T10:00:00Z"),
    NED: ("Ned Catman", "2004-05-05", "ned@example.org", HOME, "2010-07-05T10:00:00Z"),
    LATE: ("Cato Late", "1985-03-04", "late@example.org", HOME, "2010-08-02T10:00:00Z"),
}
ELECTORS = "No,First,Last,Street,Code\n1,Ada,Brockway,4 Linden Row,ZZ9 9QQ\n2,Bela,Odumnere,1 Mill Bank,ZZ1 1QQ\n"
MAPPING = 'key = "No"\nname = ["First", "Last"]\naddress = ["Street", "Code"]\n'
BARRED = "No,Name,Born\n7,Bela O'Dunmere,04/03/1985\n"
BARRED_MAPPING = 'key = "No"\nname = "Name"\nborn = "Born"\ndates = "%d/%m/%Y"\n'
LETTER = "sha256:" + "6" * 64
AS = ("--as", "registrar")
WHY = (*AS, "--purpose", "enquiry")
REGISTER = ("--edition", "2010-06", "--register", "e.csv", "--mapping", "e.toml")
LIST = ("--barred", "b.csv", "--barred-mapping", "b.toml")
KINDS = ("quoted", "received", "failed", "taken-back", "refunded", "retained")
RUN = ("run-checks", "labour", *AS, *REGISTER, *LIST, "--age", "14", "--on", "2010-09-22")


def applied(key: str, **more: Any) -> tuple[str, dict[str, Any]]:
    name, born, email, address, received = PEOPLE[key]
    identity = {"name": name, "born": born, "email": email, "address": address}
    said = {"application": key, "election": "labour", "category": "supporters", "channel": "online"}
    declared = {"declaration": "sha256:" + "d" * 64, "received": received, "effective": received}
    return "receive-application", {**said, **declared, "identity": identity, **more}


def paid(key: str, amount: int = 300, day: str = "2010-07-06") -> tuple[str, dict[str, Any]]:
    payment = {"application": key, "payment": key[::-1], "amount": amount, "currency": "GBP", "day": day}
    return "receive-fee", {**payment, "effective": day + "T12:00:00Z"}


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    made = Terminal(tmp_path, monkeypatch, capsys).made([*SET_UP, *map(applied, PEOPLE), paid(ADA), paid(BELA, 299)])
    for name, text in (("e.csv", ELECTORS), ("e.toml", MAPPING), ("b.csv", BARRED), ("b.toml", BARRED_MAPPING)):
        made.write(name, text)
    return made


def ran(at: Terminal, *words: str) -> dict[str, Any]:
    done: dict[str, Any] = json.loads(at(*(words or RUN), "--json").done())
    return done


def found(at: Terminal, key: str) -> dict[str, tuple[str, int | None]]:
    """The last checks of an application, from the record."""
    events = json.loads(at("show", f"application/{key}", "--json", *OPENED).done())
    checks: dict[str, tuple[str, int | None]] = {}
    for event in events:
        for check in event.get("checks", ()):
            checks[check["check"]] = (check["outcome"], check.get("score"))
    return checks


def refused(answer: Answer, code: str, exit_code: int = 1) -> None:
    answer.refused(code, exit_code)


def test_runs_every_check_over_every_application_in_time(at: Terminal) -> None:
    done = ran(at)
    assert (done["applications"], done["changed"]) == (4, 0)
    passed = ("pass", None)
    assert found(at, ADA) == {
        "age": passed,
        "duplicate": passed,
        "payment": passed,
        "register-match": ("pass", 10_000),
        "sanction-list": passed,
    }
    assert found(at, BELA) == {
        "age": passed,
        "duplicate": passed,
        "payment": ("fail", None),
        "register-match": ("near", 9_200),
        "sanction-list": ("near", 9_500),
    }
    assert found(at, CATO)["duplicate"] == ("fail", 10_000)
    assert found(at, NED) == {
        "age": ("fail", None),
        "duplicate": passed,
        "payment": ("none", None),
        "register-match": ("none", None),
        "sanction-list": passed,
    }
    assert found(at, LATE) == {}


def test_the_edition_and_the_matching_library_with_its_version_are_on_record(at: Terminal) -> None:
    ran(at)
    (opened,) = json.loads(at("events", "--type", "checks-opened.v1", "--json", *OPENED).done())
    library = "rapidfuzz-" + version("rapidfuzz").replace(".", "-")
    assert (opened["edition"], opened["matcher"]) == ("2010-06", library)
    for key in (ADA, BELA):
        (run,) = [e for e in json.loads(at("show", f"application/{key}", "--json", *OPENED).done()) if "checks" in e]
        assert run["batch"] == opened["stream"]  # the batch says for all of them by what they were compared
        said = at("application", *WHY, key).done()
        assert f"electoral register 2010-06, compared by {library}" in " ".join(said.split())
    near = next(each for each in run["checks"] if each["check"] == "register-match")
    assert (near["outcome"], near["score"]) == ("near", 9_200)
    assert near["against"].startswith("edition/2010-06/")  # an entry of that edition, by a key


def test_nothing_personal_is_in_the_ledger(at: Terminal) -> None:
    ran(at)
    stored = b"".join(path.read_bytes() for path in at.ledger.rglob("*") if path.is_file())
    assert b'"application-received.v1"' in stored
    for word in (b"Brockway", b"brockway", b"Linden", b"1990-01-02", b"ZZ9", b"ada@", b"Odumnere"):
        assert word not in stored


def test_runs_again_only_over_what_has_changed(at: Terminal) -> None:
    ran(at)
    refused(at(*RUN), "nothing-to-check")
    at("apply", at.lines("more.jsonl", [paid(NED)]), "--as", "returning-officer").done()
    assert ran(at)["applications"] == 1
    assert found(at, NED)["payment"] == ("pass", None)


def test_a_member_of_a_register_is_a_duplicate(at: Terminal) -> None:
    at.write("m.csv", "No,Name,E-mail\n1,Bela ODunmere,BELA@example.org\n")
    private = '[private]\nname = "Name"\nemail = "E-mail"\n'
    at.write("m.toml", f'key = "No"\n{private}[set]\ncategory = "member"\n')
    words = ("import", "register-members", "m.csv", "--mapping", "m.toml", "--set", "register_id=members", *AS)
    at(*words).done()
    ran(at)
    events = json.loads(at("show", f"application/{BELA}", "--json", *OPENED).done())
    duplicate = next(each for each in events[-1]["checks"] if each["check"] == "duplicate")
    assert duplicate["outcome"] == "fail"
    assert duplicate["against"].startswith("person/")


@pytest.mark.parametrize(
    ("words", "code", "exit_code"),
    [
        (("run-checks", "labor", *AS), "unknown-election", 1),
        (("run-checks", "labour", *AS, "--edition", "2010-06"), "register-incomplete", 2),
        (("run-checks", "labour", *AS, "--barred", "b.csv"), "list-incomplete", 2),
        (("run-checks", "labour", *AS, "--age", "14"), "age-incomplete", 2),
        (("run-checks", "labour", *AS, *REGISTER[:-1], "b.toml"), "unknown-column", 1),
        (("run-checks", "labour", *AS, *REGISTER[:-1], "e.csv"), "bad-mapping", 1),
        (("run-checks", "labour", *AS, *REGISTER[:-3], "none.csv", "--mapping", "e.toml"), "no-such-file", 2),
    ],
)
def test_refuses_what_is_not_whole(at: Terminal, words: tuple[str, ...], code: str, exit_code: int) -> None:
    size = at.size()
    refused(at(*words), code, exit_code)
    assert at.size() == size


@pytest.mark.parametrize(
    ("electors", "code"),
    [
        ("", "empty-file"),
        ("No,First,Last,Street,Code\n1,Ada\n", "wrong-columns"),
        ("No,First,Last,Street,Code,Code\n1,Ada,Brockway,4 Linden Row,ZZ9 9QQ,x\n", "duplicate-column"),
        (b"No,First,Last,Street,Code\n1,Zo\xeb,Brockway,4 Linden Row,ZZ9 9QQ\n", "not-utf-8"),
        ("No,First,Last,Street,Code\n1,A\0da,Brockway,4 Linden Row,ZZ9 9QQ\n", "not-text"),
    ],
)
def test_refuses_an_edition_that_cannot_be_read(at: Terminal, electors: str | bytes, code: str) -> None:
    at.write("e.csv", electors)
    size = at.size()
    refused(at(*RUN), code)
    assert at.size() == size


def test_an_edition_with_a_byte_order_mark_and_other_line_ends_is_the_same(at: Terminal) -> None:
    at.write("e.csv", b"\xef\xbb\xbf" + ELECTORS.replace("\n", "\r\n").encode())
    ran(at)
    assert found(at, ADA)["register-match"] == ("pass", 10_000)


# What is read

FRANCHISE = {
    "version": "franchise.v1",
    "several": "per-section",
    "categories": [
        {
            "category": "supporters",
            "by": "application",
            "section": "supporters",
            "tests": [
                {"test": "register-match", "near": "accepted"},
                {"test": "not-duplicate"},
                {"test": "of-age", "years": 14, "on": "2010-09-22"},
                {"test": "paid"},
                {"test": "not-barred"},
                {"test": "declaration"},
            ],
        }
    ],
}
ADOPT = ("adopt-franchise", {"election": "labour", "rule": FRANCHISE, "effective": JUNE})


def more(at: Terminal, *commands: tuple[str, dict[str, Any]]) -> None:
    at("apply", at.lines("more.jsonl", commands), "--as", "returning-officer").done()


def waiting(at: Terminal, *words: str) -> dict[tuple[str, str], tuple[int, str]]:
    queue = json.loads(at("queue", "labour", "--json", *words).done())
    return {(each["name"], each["outcome"]): (each["applications"], each["oldest"]) for each in queue["waiting"]}


def test_a_queue_by_what_is_waited_for(at: Terminal) -> None:
    assert waiting(at) == {("checks", ""): (4, "2010-07-02T10:00:00Z")}
    ran(at)
    assert waiting(at) == {
        ("admission", ""): (1, "2010-07-02T10:00:00Z"),
        ("age", "fail"): (1, "2010-07-05T10:00:00Z"),
        ("duplicate", "fail"): (1, "2010-07-04T10:00:00Z"),
        ("payment", "fail"): (1, "2010-07-03T10:00:00Z"),
        ("payment", "none"): (2, "2010-07-04T10:00:00Z"),
        ("register-match", "near"): (1, "2010-07-03T10:00:00Z"),
        ("register-match", "none"): (1, "2010-07-05T10:00:00Z"),
        ("sanction-list", "near"): (1, "2010-07-03T10:00:00Z"),
    }
    out = at("queue", "labour").done()
    assert "4 of 4 applications to labour are open" in out
    assert "the queue does not clear" in out
    assert max(map(len, out.splitlines())) <= 80
    (waiter,) = json.loads(at("queue", "labour", "--list", "duplicate", *WHY, "--json").done())
    assert (waiter["person"], waiter["against"]) == (CATO, f"application/{ADA}")


def test_a_queue_heeds_the_franchise(at: Terminal) -> None:
    more(at, ADOPT)
    ran(at, *("run-checks", "labour", *AS))  # by the record alone, the age as the franchise asks
    assert waiting(at)["register-match", "not-run"][0] == 4
    assert ("admission", "") not in waiting(at)
    ran(at)
    found_now = waiting(at)
    assert ("register-match", "not-run") not in found_now
    assert ("register-match", "near") not in found_now  # which is enough by this franchise
    assert found_now["admission", ""][0] == 1


def test_what_is_decided_leaves_the_queue_at_the_rate_of_the_last_hours(at: Terminal) -> None:
    more(at, ("withdraw-application", {"application": ADA, "fee_action": "refund", "request_digest": LETTER}))
    queue = json.loads(at("queue", "labour", "--json").done())
    assert (queue["open"], queue["rate"]["decided"], queue["rate"]["received"]) == (3, 1, 0)
    assert queue["rate"]["clears"] > queue["now"]
    assert waiting(at, "--as-of", "2010-07-03") == {("checks", ""): (2, "2010-07-02T10:00:00Z")}


@pytest.mark.parametrize(
    ("words", "code", "exit_code"),
    [
        (("queue", "labor"), "no-applications", 1),
        (("queue", "labour", "--list", "chekcs", *WHY), "unknown-check", 2),
        (("fees", "labor"), "no-applications", 1),
        (("fees", "labour", "--by", "dya"), "unknown-column", 2),
        (("application", "f" * 24, *WHY), "unknown-application", 1),
    ],
)
def test_refuses_what_is_not_there(at: Terminal, words: tuple[str, ...], code: str, exit_code: int) -> None:
    refused(at(*words), code, exit_code)


def test_fees_by_category_and_day(at: Terminal) -> None:
    payment = {"application": ADA, "amount": 300, "currency": "GBP", "day": "2010-07-07"}
    more(
        at, paid(NED), ("fail-fee", {**payment, "payment": "e" * 24}), ("refund-fee", {**payment, "payment": "d" * 24})
    )
    more(at, ("withdraw-application", {"application": NED, "fee_action": "retain", "request_digest": LETTER}))
    more(at, ("retain-fee", {"application": NED, "amount": 300, "day": "2010-07-08"}))
    found_now = json.loads(at("fees", "labour", "--by", "category", "--by", "day", "--json").done())
    days = {
        row["day"]: {kind: row[kind]["amount"] for kind in KINDS if row[kind]["number"]} for row in found_now["rows"]
    }
    assert days == {
        "2010-07-02": {"quoted": 300},
        "2010-07-03": {"quoted": 300},
        "2010-07-04": {"quoted": 300},
        "2010-07-05": {"quoted": 300},
        "2010-07-06": {"received": 899},
        "2010-07-07": {"failed": 300, "refunded": 300},
        "2010-07-08": {"retained": 300},
    }
    assert found_now["banked"] == {"GBP": 599}
    out = at("fees", "labour").done()
    assert "4 quoted, 3 received, 0 taken back by the bank, 1 failed at once, 1 refunded, 1 retained" in " ".join(
        out.split()
    )
    assert max(map(len, out.splitlines())) <= 80


BANK = "Receipt,Transaction,Amount,Date,Status\n"
BANK_MAPPING = """\
key = "Receipt"
reference = "Transaction"
[public]
amount = "Amount"
day = "Date"
kind = "Status"
[set]
currency = "GBP"
"""


def test_fees_beside_the_bank(at: Terminal) -> None:
    (key,) = at("application-key", "labour", "R1", "--new").done().split()
    more(at, ("receive-application", {**applied(ADA)[1], "application": key}))
    at.write("p.toml", BANK_MAPPING)
    at.write("p.csv", BANK + "R1,T1,3.00,2010-07-07,received\nR9,T2,3.00,2010-07-07,received\n")
    beside = ("fees", "labour", "--bank", "p.csv", "--mapping", "p.toml")
    words = ("import", "payments", "p.csv", "--mapping", "p.toml", "--set", "election=labour", *AS)
    kept = json.loads(at(*beside, "--json").done())["bank"]["kept"]
    assert kept == {"not-imported": 1, "unmatched-payment": 1}
    at(*words).done()
    for found_now in (json.loads(at("fees", "labour", "--json").done()), json.loads(at(*beside, "--json").done())):
        received = found_now["bank"]["beside"][1]
        assert (received["kind"], received["bank"], received["record"]["amount"]) == (
            "received",
            {"number": 2, "amount": 600},
            899,  # of which 599 came in otherwise
        )
        assert received["difference"] == -299
        assert found_now["bank"]["kept"] == {"unmatched-payment": 1}
    out = at("fees", "labour").done()
    assert "bank: 1 file taken in; the record differs" in out
    assert max(map(len, out.splitlines())) <= 80
    refused(at("fees", "labour", "--bank", "p.csv"), "no-mapping", 2)


def test_a_payment_taken_back_is_not_banked(at: Terminal) -> None:
    taken = {"application": ADA, "payment": ADA[::-1], "amount": 300, "currency": "GBP", "day": "2010-07-08"}
    more(at, ("fail-fee", taken))
    assert json.loads(at("fees", "labour", "--json").done())["banked"] == {"GBP": 299}
    ran(at)
    assert found(at, ADA)["payment"] == ("none", None)


def test_an_application_is_explained_test_by_test(at: Terminal) -> None:
    out = at("application", *WHY, ADA).done()
    assert "no franchise of election labour takes applications of category supporters" in " ".join(out.split())
    more(at, ADOPT)
    assert "outstanding register-match: the check register-match was not run" in at("application", *WHY, ADA).done()
    ran(at)
    out = at("application", *WHY, ADA).done()
    assert "passed      register-match: the check register-match came out as pass" in out
    assert "every test is passed" in out
    assert max(map(len, out.splitlines())) <= 80
    out = at("application", *WHY, CATO).done()
    assert "failed      not-duplicate" in out
    assert f"application/{ADA}" in "".join(out.split())
    assert "not to be admitted before: not-duplicate, paid" in out
    assert "received late" in at("application", *WHY, LATE).done()
    told = json.loads(at("application", *WHY, BELA, "--json").done())
    assert {each["code"]: each["outcome"] for each in told["tests"]}["not-barred"] == "outstanding"


def test_views_built_anew_are_the_same(at: Terminal) -> None:
    more(at, ADOPT)
    ran(at)
    more(at, paid(NED), ("withdraw-application", {"application": CATO, "fee_action": "none", "request_digest": LETTER}))
    before = at("queue", "labour", "--json").done(), at("fees", "labour", "--json").done()
    at("rebuild").done()
    after = at("queue", "labour", "--json").done(), at("fees", "labour", "--json").done()
    for old, new in zip(before, after, strict=True):
        assert without_now(json.loads(old)) == without_now(json.loads(new))


def without_now(found_now: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in found_now.items() if name not in ("now", "rate")}


def test_whoever_looks_at_people_says_why_and_is_on_record(at: Terminal) -> None:
    ran(at)
    for words in (("application", ADA), ("queue", "labour", "--list", "duplicate")):
        refused(at(*words, "--as", "registrar"), "purpose-required", 2)
    at("queue", "labour").done()
    assert json.loads(at("access", "--json").done()) == []
    at("application", *WHY, ADA).done()
    at("queue", "labour", "--list", "duplicate", *WHY).done()
    logged = [(each["what"], each["rows"], each["subject"]) for each in json.loads(at("access", "--json").done())]
    assert logged == [("application", 1, ADA), ("queue", 1, None)]
