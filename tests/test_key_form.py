"""Keys of members as a mapping says that they are written: one key, however a file spells it."""

from __future__ import annotations

from pathlib import Path

import pytest
import test_cli_members as members
from terminal import Terminal
from test_cli_members import ADA, BELA, HEAD, MAPPING, imported, of, verified

from cli.registers.key_form import KeyForm

made = members.at
FORM = MAPPING.replace("key_digits = 4", 'key_form = "M0000"').replace('born = "Born"', 'born = "Born"\nnumber = "No"')
ONE = ADA.replace("0001", "M0001")


@pytest.fixture
def at(made: Terminal) -> Terminal:
    made.write("m.toml", FORM)
    return made


@pytest.mark.parametrize("said", ["M0031", "m0031", "m 0031", "M-0031", "M31", " m-31", "M\u00a031", "M 00 31"])
def test_one_key_however_it_is_spelled(said: str) -> None:
    assert KeyForm("M0000").written(said) == "M0031"


@pytest.mark.parametrize(
    "said", ["", "31", "N31", "M", "M00031", "M31.0", "M3E+1", "M-31-", "-M31", "MM31", "M3l", "M٣١"]
)
def test_what_says_no_such_key_is_none(said: str) -> None:
    assert KeyForm("M0000").written(said) == ""


@pytest.mark.parametrize(
    ("form", "said", "key"),
    [
        ("00000000", "31", "00000031"),
        ("00000000", "31.0", ""),
        ("00000000", "-31", ""),
        ("AB-000-C", "ab7c", "AB-007-C"),
        ("AB-000-C", "AB-007-C", "AB-007-C"),
        ("000-X", "7", ""),
    ],
)
def test_forms(form: str, said: str, key: str) -> None:
    assert KeyForm(form).written(said) == key


@pytest.mark.parametrize("said", ["m 0001", "M-0001", "M1", '" m1 "'])
def test_a_later_file_finds_its_members_however_it_spells_them(at: Terminal, said: str) -> None:
    assert of(imported(at, HEAD + ONE)) == (1, 0, {})
    key = at("member-key", "members", "M0001").done()
    assert of(imported(at, HEAD + ONE.replace("M0001", said) + BELA.replace("0002", "M0002"))) == (1, 1, {})
    assert at("member-key", "members", "M0001").done() == key
    verified(at)


def test_two_spellings_in_one_file_are_one_member(at: Terminal) -> None:
    assert of(imported(at, HEAD + ONE + ONE.replace("M0001", "m 1"))) == (1, 0, {"row-repeated": 1})


def test_what_is_no_key_is_rejected_and_can_be_put_right(at: Terminal) -> None:
    assert of(imported(at, HEAD + ONE.replace("M0001", "1") + BELA.replace("0002", "M2.0"))) == (
        0,
        0,
        {"key-mangled": 2},
    )
    at.write("m.toml", FORM.replace("M0000", "0000"))
    assert of(imported(at, HEAD + ONE.replace("M0001", "1"))) == (1, 0, {})
    assert at("member-key", "members", "0001").done()


@pytest.mark.parametrize(
    "mapping",
    [
        FORM.replace("M0000", "M"),
        FORM.replace("M0000", "M00x0"),
        FORM.replace('key_form = "M0000"', 'key_form = "M0000"\nkey_digits = 4'),
        FORM.replace('key = "No"', 'key = ["No", "CLP"]'),
    ],
)
def test_refuses_a_form_that_is_none(at: Terminal, mapping: str, tmp_path: Path) -> None:
    at.write("m.toml", mapping)
    at.write("m.csv", HEAD + ONE)
    at(*members.IMPORT).refused("bad-mapping")
