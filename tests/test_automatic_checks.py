"""Checks by themselves: names spelled in several ways, registers, duplicates, lists, age, payment."""

from __future__ import annotations

import random

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from ledger.checks.barred import BarredList
from ledger.checks.details import Details, address_parts, details
from ledger.checks.duplicate import COMPARED_MAX, FeatureIndex, compare, features
from ledger.checks.finding import Finding
from ledger.checks.register import RegisterMatch, outcome_of
from ledger.checks.score import MATCHER, name_score
from ledger.checks.single import check_age, check_payment, years_on
from ledger.checks.spelling import looks, mail_key, plain
from ledger.checks.versions import CHECKS, require_version
from ledger.errors import RefusedError

SECRET = b"secret"
HOME = "4 Linden Row, ZZ9 9QQ"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Zoë O'Brien", "zoe OBRIEN"),
        ("Zoë O’Brien", "ZOE O`BRIEN"),
        ("Ann-Marie Smith-Jones", "Ann Marie  Smith Jones"),
        ("Łukasz Kołodziejczyk", "Lukasz Kolodziejczyk"),
        ("Bjørn Ærø", "Bjorn Aero"),
        ("Weiß", "WEISS"),
        ("Dr. Sir J.R. Hartley", "JR Hartley"),
        ("İbrahim Işık", "Ibrahim isik"),
        ("Ἀθηνᾶ Παπαδοπούλου", "Αθηνα ΠΑΠΑΔΟΠΟΥΛΟΥ"),
        ("أحمد محمّد", "احمد محمد"),
        ("שָׁלוֹם כהן", "שלום כהן"),
        ("Ｎｅｄ Ｃａｔｍａｎ", "Ned Catman"),
        ("Nguyễn Văn Đức", "Nguyen Van Duc"),
    ],
)
def test_one_name_spelled_two_ways_is_one(one: str, other: str) -> None:
    assert plain(one) == plain(other)
    assert looks(one) == looks(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("कमला", "कमल"), ("Кирий", "Кирии"), ("王伟", "王芳"), ("ไพศาล", "ไพศล"), ("Anna", "Анна"), ("Mr T", "T")],
)
def test_marks_that_are_letters_business_and_other_scripts_stay(one: str, other: str) -> None:
    assert plain(one) != plain(other)


def test_letters_that_look_alike_look_the_same_and_are_not() -> None:
    assert plain("Аda Вrockway") != plain("Ada Brockway")
    assert looks("Аda Вrockway") == looks("Ada Brockway")


@for_all(st.text(max_size=40))
def test_a_plain_name_is_plain_already(name: str) -> None:
    assert plain(plain(name)) == plain(name)


@pytest.mark.parametrize(
    ("one", "other", "least", "most"),
    [
        ("john smith", "john smith", 100, 100),
        ("john smith", "jonh smith", 90, 90),
        ("smith john", "john smith", 98, 98),
        ("john smith", "john andrew smith", 95, 95),
        ("j smith", "john smith", 90, 90),
        ("donald mcdonald", "donald macdonald", 90, 95),
        ("joan smith", "peter smith", 0, 65),
        ("john smith", "jane smith", 0, 79),
        ("王伟", "王芳", 50, 50),
        ("a", "b", 0, 0),
    ],
)
def test_scores_are_whole_numbers_and_the_same_both_ways(one: str, other: str, least: int, most: int) -> None:
    score = name_score(one, other)
    assert least <= score <= most
    assert score == name_score(other, one)
    assert isinstance(score, int)


@for_all(st.text(st.characters(categories=["Ll", "Lo"]), max_size=20), st.text(max_size=20))
def test_only_equal_names_score_in_full(one: str, other: str) -> None:
    assert (name_score(one, other) == 100) == (one == other)


def test_names_the_matching_library_with_its_version() -> None:
    assert MATCHER.startswith("rapidfuzz-3-")


@pytest.mark.parametrize(
    ("address", "postcode", "house"),
    [
        ("Flat 3, 12a Linden Row, Bow E3 4AB", "E34AB", "3 12a"),
        ("Flat 3, 12A Linden Row, Bow e34ab", "E34AB", "3 12a"),
        ("Rose Cottage, Mill Bank, ZZ1 2QQ", "ZZ12QQ", "rose cottage"),
        ("2 Chapel Fold, Dublin, D02 AF30", "D02AF30", "2"),
        ("7 Station Approach, Wellington 6011", "6011", "7"),
        ("Linden Row", "", "linden row"),
        ("", "", ""),
    ],
)
def test_an_address_has_a_postcode_and_a_house(address: str, postcode: str, house: str) -> None:
    assert address_parts(address) == (postcode, house)


# The electoral register


def matched(applicant: tuple[str, ...], *entries: tuple[str, ...]) -> Finding:
    """Hold one applicant against entries numbered from 1."""
    match = RegisterMatch([details(*applicant)])
    for number, (name, address, *born) in enumerate(entries, 1):
        match.see(str(number), name, address, born[0] if born else "")
    best = match.best(0)
    return outcome_of(best, best.number)


def test_finds_an_applicant_on_the_register() -> None:
    assert matched(("Zoe OBrien", HOME), ("Zoë O'Brien", "4, LINDEN ROW ZZ99QQ")) == Finding("pass", 100, "1")


@pytest.mark.parametrize(
    ("applicant", "entry", "score"),
    [
        (("Jonh Smith", HOME), ("John Smith", HOME), 90),
        (("John Smith", HOME), ("John Andrew Smith", HOME), 95),
        (("John Smith", "6 Linden Row, ZZ9 9QQ"), ("John Smith", HOME), 92),
        (("Аda Вrockway", HOME), ("Ada Brockway", HOME), 99),
        (("John Smith", "1 Mill Bank, ZZ1 1QQ", "1990-01-02"), ("John Smith", HOME, "1990-01-02"), 90),
        (("John Smith", HOME, "1990-01-02"), ("John Smith", HOME, "1960-01-02"), 85),
    ],
)
def test_scores_an_applicant_who_is_nearly_there(
    applicant: tuple[str, ...], entry: tuple[str, ...], score: int
) -> None:
    assert matched(applicant, entry) == Finding("near", score, "1")


@pytest.mark.parametrize(
    ("applicant", "entry"),
    [
        (("John Smith", "1 Mill Bank, ZZ1 1QQ"), ("John Smith", HOME)),
        (("Ned Catman", HOME), ("Dilys Hethering", HOME)),
        (("Анна", HOME), ("Anna", HOME)),
    ],
)
def test_finds_nobody_who_is_not_there(applicant: tuple[str, ...], entry: tuple[str, ...]) -> None:
    assert matched(applicant, entry) == Finding("none")


def test_the_order_of_the_register_does_not_matter() -> None:
    entries = [("9", "John Smith"), ("10", "John Smith"), ("11", "Jonh Smith"), ("12", "Joan Smith")]
    found = set()
    for seed in range(10):
        random.Random(seed).shuffle(entries)
        match = RegisterMatch([details("John Smith", HOME)])
        for number, name in entries:
            match.see(number, name, HOME, "")
        found.add(match.best(0))
    assert found == {(100, "10")}


def test_compares_only_within_a_block(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def counted(applicant: Details, _entry: Details) -> int:
        seen.append(applicant)
        return 0

    monkeypatch.setattr("ledger.checks.register.match_score", counted)
    applicants = [details(f"Nobody {number}", f"1 Row, ZZ{number} 1QQ", "1990-01-01") for number in range(1, 51)]
    match = RegisterMatch(applicants)
    for number in range(1, 51):
        match.see(str(number), "Somebody Else", f"1 Row, ZZ{number} 1QQ", "1990-01-01")
    assert len(seen) == 50


# Duplicates

ADA = details("Ada Brockway", HOME, "1990-01-02", "ada@example.org")


@pytest.mark.parametrize(
    ("other", "finding"),
    [
        (("Ada Brockway", HOME, "1990-01-02", "ada@example.org"), Finding("fail", 100)),
        (("BROCKWAY Ada", "", "", "ADA@example.org"), Finding("fail", 100)),
        (("Аda Вrockway", HOME, "1990-01-02"), Finding("fail", 100)),
        (("Ada Brockway", "9 Mill Bank, ZZ1 1QQ", "1990-01-02", "b@example.org"), Finding("near", 95)),
        (("Ada Brockway", HOME, "1962-03-04", "b@example.org"), Finding("pass")),
        (("Ada Brockway", HOME, "1962-03-04", "ada@example.org"), Finding("near", 90)),
        (("Ida Brockway", HOME, "1990-01-02"), Finding("near", 91)),
        (("Ida Brockway", HOME, "1991-01-02"), Finding("pass")),
        (("Cato Dunmere", HOME, "1962-03-04", "ada@example.org"), Finding("near", 8)),
        (("Cato Dunmere", HOME, "1962-03-04"), Finding("pass")),
    ],
)
def test_says_whether_two_are_one(other: tuple[str, ...], finding: Finding) -> None:
    found = compare(ADA, details(*other))
    assert found == finding
    assert compare(details(*other), ADA) == finding
    if finding.outcome != "pass":  # whoever has to be compared shares a feature
        assert {*features(ADA, SECRET)} & {*features(details(*other), SECRET)}


def test_features_say_nothing_without_the_secret() -> None:
    assert not {*features(ADA, SECRET)} & {*features(ADA, b"another")}


def test_an_index_gives_each_pair_once_the_earlier_second() -> None:
    index = FeatureIndex()
    for place, found in enumerate([[1, 2], [2, 3], [9], [1, 2, 3]]):
        index.add(place, found)
    index.close()
    assert list(index.pairs()) == [(1, 0), (3, 0), (3, 1)]
    assert index.places(2) == [0, 1, 3]
    assert index.places(4) == []


def test_many_with_one_feature_are_compared_with_the_first_of_them() -> None:
    index = FeatureIndex()
    for place in range(1_000):
        index.add(place, [7])
    index.close()
    assert len(list(index.pairs())) < 1_000 * COMPARED_MAX
    assert index.places(7) == list(range(COMPARED_MAX))


# Lists of those who are barred


@pytest.mark.parametrize(
    ("entry", "finding"),
    [
        (("Ada Brockway", HOME, "1990-01-02"), Finding("fail", 100, "x")),
        (("Ada Brockway", "", "1990-01-02"), Finding("near", 95, "x")),
        (("Ada Brockway",), Finding("near", 90, "x")),
        (("Ada Brockwey", "", "1990-01-02"), Finding("near", 91, "x")),
        (("Ada Brockway", "", "1991-01-02"), Finding("pass")),
        (("Cato Dunmere", "", "1990-01-02"), Finding("pass")),
    ],
)
def test_holds_an_applicant_against_a_list(entry: tuple[str, ...], finding: Finding) -> None:
    assert BarredList([("x", details(*entry)), ("y", details("Bela Elverstone"))]).check(ADA) == finding


# Age, payment, versions


def test_age_is_that_of_the_day() -> None:
    assert [years_on("2001-08-12", day) for day in ("2015-08-11", "2015-08-12", "2015-08-13")] == [13, 14, 14]
    assert [years_on("2000-02-29", day) for day in ("2014-02-28", "2014-03-01")] == [13, 14]
    assert check_age("2001-08-13", 14, "2015-08-12") == Finding("fail")
    assert check_age("2001-08-12", 14, "2015-08-12") == Finding("pass")
    assert check_age("", 14, "2015-08-12") == Finding("none")


def test_what_is_due_is_paid_in_full() -> None:
    assert check_payment(300, 300, 0) == Finding("pass")
    assert check_payment(300, 299, 0) == Finding("fail")
    assert check_payment(300, 300, 1) == Finding("fail")
    assert check_payment(300, 0, 0) == Finding("none")
    assert check_payment(0, 0, 0) == Finding("pass")


@pytest.mark.parametrize(("check", "version"), [("age", "2"), ("agee", "1"), ("identity", "1")])
def test_refuses_a_check_that_is_not_registered(check: str, version: str) -> None:
    with pytest.raises(RefusedError, match=r"^unknown-check-version: "):
        require_version(check, version, "checks")
    for known, versions in CHECKS.items():
        for each in versions:
            require_version(known, each, "checks")


def test_an_e_mail_address_is_one_whatever_its_case() -> None:
    assert mail_key(" Ada@Example.ORG ") == mail_key("ada@example.org")
    assert mail_key("a.da@example.org") != mail_key("ada@example.org")
