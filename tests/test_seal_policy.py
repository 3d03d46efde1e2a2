"""Policies: a real one on a real checkpoint, the grammar, and the judgement with each of its refusals."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from ledger.errors import EvidenceError
from ledger.seal.checkpoint import Checkpoint, cosign, sign_checkpoint
from ledger.seal.keys import Kind, SignerKey
from ledger.seal.note import Signature, SignedNote, parse_note
from ledger.seal.policy import CLOCK_SKEW_MAX, POLICY_BYTES_MAX, POLICY_LINES_MAX, Group, Policy

# A checkpoint of a public log of 2026 with four public witnesses, all of whom we know by their keys only.
# Its first line is a signature of kind 0x05, which we do not know and so pass over.
PUBLIC = """\
arche2025h1.staging.ct.transparency.dev
1432088532
U7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=

— arche2025h1.staging.ct.transparency.dev zTM8sQAAAZ5W0WdjBAMARjBEAiBjW5IQf9pvsYLfQFX6hoGREPMHbdQ3urbllzalApkptQIgIpwt\
EroeW2BXaHAI4kJXFbon5Ch9MNL5zRNZ55lvGt0=
— arche2025h1.staging.ct.transparency.dev ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQabg/27lefwhUkzbC3NygNI75MdhL1bfTW9g8Ei59RA2\
3oHP7Ry1k3ZFWwQ=
— transparency.dev/DEV:witness-little-garden 2AQqhwAAAABqEiEgzgFIqqhbUoDwjMWE6UP8nd8/KYTzwZ2rhIgcqoXHAwVkjZr4AscylP3v\
7sEodkRAErumC2q44vdgJY096st5BQ==
— witness1.smartit.nu/witness1 pIyCDwAAAABqEiEghIp82KWebrw7/oHQwlTAm3g2RKS4+eebl8eO0WH+/iEcxZ75W3u5hNI7TOQtmJbqmNWVuE0t\
gh0XwzdZsDsUAQ==
— remora.n621.de 2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTynk5XeU/zZ0WBxtqB0DrAWf\
Bw==
— witness.stagemole.eu Z/euoAAAAABqEiEgw0i+7g2ENfDAWHmtRzCfKTHSDwYDJA2NmKeGi9Y8FtEyOUvVr+AJmIY/2TUFucgKi7lI7cUiOvKFYe/T\
mN9DAg==
"""
PUBLIC_POLICY = """\
log arche2025h1.staging.ct.transparency.dev+ba2f06c0+AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f
witness garden transparency.dev/DEV:witness-little-garden+d8042a87+BCtusOxINQNUTN5Oj8HObRkh2yHf/MwYaGX4CPdiVEPM
witness smartit witness1.smartit.nu/witness1+a48c820f+BPSFWg9G6KPiO7QPryYO5Xq4oYJJ+kAvLKLSimDhoxMO
witness remora remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2 https://remora.n621.de/
witness stagemole witness.stagemole.eu+67f7aea0+BEqSG3yu9YrmcM3BHvQYTxwFj3uSWakQepafafpUqklv
group three 3 garden smartit remora stagemole
quorum three
"""

ORIGIN = "example.org/log"
LOG = SignerKey(ORIGIN, Kind.NOTE, b"l" * 32)
OTHER_LOG = SignerKey("example.org/other", Kind.NOTE, b"o" * 32)
WITNESSES = {
    name: SignerKey(f"{name}.example", Kind.COSIGNATURE, name.encode() * 16)
    for name in ("x1", "x2", "x3", "y1", "y2", "y3")
}
DEFINED = "".join(f"witness {name} {signer.verifier.text}\n" for name, signer in WITNESSES.items())
BASE = f"log {LOG.verifier.text}\n{DEFINED}"
# The example of https://c2sp.org/tlog-policy.
EXAMPLE = f"""\
log {LOG.verifier.text}

{DEFINED}
group X-witnesses 2 x1 x2 x3
group Y-witnesses any y1 y2 y3

group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
"""
CHECKPOINT = Checkpoint(ORIGIN, 7, b"r" * 32)
NOW = 1_900_000_000


def policy(text: str) -> Policy:
    return Policy.parse(text.encode())


def cosigned(*witnesses: str, checkpoint: Checkpoint = CHECKPOINT, log: SignerKey = LOG, time: int = NOW) -> SignedNote:
    body = checkpoint.body()
    lines = sign_checkpoint(checkpoint, log) + "".join(cosign(body, WITNESSES[name], time) for name in witnesses)
    return parse_note((body + "\n" + lines).encode())


def evidence(call: Callable[..., object], *arguments: object, **named: object) -> EvidenceError:
    with pytest.raises(EvidenceError) as caught:
        call(*arguments, **named)
    return caught.value


def test_believes_a_real_checkpoint_of_the_public_witness_network() -> None:
    verdict = policy(PUBLIC_POLICY).judge(parse_note(PUBLIC.encode()))
    assert verdict.checkpoint.size == 1_432_088_532
    assert verdict.log.key_id.hex() == "ba2f06c0"
    assert verdict.witnesses == dict.fromkeys(["garden", "smartit", "remora", "stagemole"], 1_779_573_024)
    assert verdict.quorum == "three"


def test_does_not_believe_it_once_a_digit_is_changed() -> None:
    changed = parse_note(PUBLIC.replace("1432088532", "1432088533").encode())
    assert evidence(policy(PUBLIC_POLICY).judge, changed).code == "signature-bad"


def test_reads_the_example_of_the_specification() -> None:
    read = policy(EXAMPLE)
    assert read.logs == (LOG.verifier,)
    assert read.witnesses == {name: signer.verifier for name, signer in WITNESSES.items()}
    assert read.groups == {
        "X-witnesses": Group(2, ("x1", "x2", "x3")),
        "Y-witnesses": Group(1, ("y1", "y2", "y3")),
        "X-and-Y": Group(2, ("X-witnesses", "Y-witnesses")),
    }
    assert read.quorum == "X-and-Y"
    assert not read.is_quorum(["X-and-Y", "X-witnesses", "Y-witnesses"])  # they are groups and cosign nothing


@pytest.mark.parametrize(
    ("names", "enough"),
    [
        (["x1", "x2", "y1"], True),
        (["x1", "x3", "y3", "y2"], True),
        (["x1", "x2", "x3"], False),
        (["x1", "y1", "y2", "y3"], False),
        ([], False),
    ],
)
def test_counts_the_quorum_through_groups_of_groups(names: list[str], enough: bool) -> None:
    judge = policy(EXAMPLE).judge
    if enough:
        assert judge(cosigned(*names)).witnesses == dict.fromkeys(names, NOW)
    else:
        error = evidence(judge, cosigned(*names))
        assert error.code == "quorum-not-met"
        assert error.found == (", ".join(f"'{name}' at {NOW}" for name in names) or "no witness")


@pytest.mark.parametrize(
    ("text", "quorum"),
    [
        ("quorum none\n", "none"),
        ("\n# a comment\n\t # another\n" + BASE + "\t group \t a  any\tx1 \n  quorum\ta\t", "a"),
        (f"witness a {WITNESSES['x1'].verifier.text}\thttps://a.example/\nquorum a\n", "a"),
        (f"log {LOG.verifier.text} https://log.example/\nquorum none\n", "none"),
        (BASE + "group all any x1 x2\ngroup any 1 x3\ngroup group all all any\nquorum group\n", "group"),
        (BASE + "quorum y1\ngroup later 3 x1 x2 x3\n", "y1"),
        (BASE + "quorum x1\n#", "x1"),
    ],
)
def test_reads_all_that_the_grammar_allows(text: str, quorum: str) -> None:
    assert policy(text if text.endswith("\n") else text + "\n").quorum == quorum


def test_compares_names_byte_by_byte() -> None:
    one, two = WITNESSES["x1"].verifier.text.encode(), WITNESSES["x2"].verifier.text.encode()
    data = b"witness K %b\nwitness \xe2\x84\xaa %b\nquorum \xe2\x84\xaa\n" % (one, two)  # K, and the Kelvin sign
    assert Policy.parse(data).is_quorum(["\u212a"])
    assert not Policy.parse(data).is_quorum(["K"])
    data = b"witness \x80 %b\nwitness \x81 %b\nquorum \x81\n" % (one, two)  # no UTF-8, and two names all the same
    assert Policy.parse(data).witnesses.keys() == {chr(0xDC80), chr(0xDC81)}
    data = "witness a\u00a0b {}\nquorum a\u00a0b\n".format(WITNESSES["x1"].verifier.text).encode()  # no space here
    assert Policy.parse(data).quorum == "a\u00a0b"


MALFORMED = {
    "nothing": "",
    "no quorum": BASE,
    "two quorums": BASE + "quorum x1\nquorum x1\n",
    "a quorum without a name": BASE + "quorum\n",
    "a quorum of two": BASE + "quorum x1 x2\n",
    "an unknown quorum": BASE + "quorum x4\n",
    "a quorum before its name": f"quorum x1\n{BASE}",
    "an unknown word": BASE + "quibble x1\nquorum x1\n",
    "an upper-case word": BASE + "Quorum x1\n",
    "a comment after words": BASE + "quorum x1 # yes\n",
    "another script's space": BASE + "quorum\u00a0x1\n",
    "another script's space before": BASE + "\u3000quorum x1\n",
    "another script's space after": BASE + "quorum x1\u2003\n",
    "CRLF": BASE.replace("\n", "\r\n") + "quorum x1\r\n",
    "a control character": BASE + "quorum x1\n\x01\n",
    "a byte of DEL": BASE + "quorum x1\x7f\n",
    "no last LF": BASE + "quorum x1",
    "a log without a key": "log\nquorum none\n",
    "a log with too many words": f"log {LOG.verifier.text} https://a/ b\nquorum none\n",
    "a log with a witness's key": f"log {WITNESSES['x1'].verifier.text}\nquorum none\n",
    "a witness without a key": "witness x1\nquorum none\n",
    "a witness with a log's key": f"witness x1 {LOG.verifier.text}\nquorum none\n",
    "a witness named none": f"witness none {WITNESSES['x1'].verifier.text}\nquorum none\n",
    "a name twice": f"witness a {WITNESSES['x1'].verifier.text}\nwitness a {WITNESSES['x2'].verifier.text}\nquorum a\n",
    "a group named as a witness": BASE + "group x1 any x2\nquorum x1\n",
    "a group named none": BASE + "group none any x1\nquorum none\n",
    "a group twice": BASE + "group g any x1\ngroup g any x2\nquorum g\n",
    "a group without members": BASE + "group g any\nquorum x1\n",
    "an unknown member": BASE + "group g any x4\nquorum g\n",
    "none as a member": BASE + "group g any none x1\nquorum g\n",
    "itself as a member": BASE + "group g any g\nquorum g\n",
    "a member before its name": f"group g any x1\n{BASE}quorum g\n",
    "a member twice": BASE + "group g 2 x1 x1\nquorum g\n",
    "a member of two groups": BASE + "group g any x1\ngroup h any x1\nquorum h\n",
    "a threshold of 0": BASE + "group g 0 x1\nquorum g\n",
    "a negative threshold": BASE + "group g -1 x1\nquorum g\n",
    "a threshold above all": BASE + "group g 3 x1 x2\nquorum g\n",
    "a threshold with a zero": BASE + "group g 01 x1 x2\nquorum g\n",
    "a threshold in another script": BASE + "group g \u0661 x1 x2\nquorum g\n",
    "a threshold of 5,000 digits": BASE + f"group g {'1' * 5_000} x1 x2\nquorum g\n",
    "too many lines": "#\n" * POLICY_LINES_MAX + "quorum none\n",
    "too many bytes": "#" + "x" * POLICY_BYTES_MAX + "\nquorum none\n",
}


@pytest.mark.parametrize("text", MALFORMED.values(), ids=MALFORMED.keys())
def test_refuses_malformed_policies(text: str) -> None:
    error = evidence(policy, text)
    assert error.code == "policy-malformed"
    assert str(error).isascii()
    assert "\n" not in str(error)


def test_names_the_line_and_the_nearest_name() -> None:
    error = evidence(policy, BASE + "group council any x1 x2\nquorum counsil\n")
    assert error.what == "policy line 9"
    assert error.found == "'counsil' (nearest: 'council')"


@pytest.mark.parametrize(
    ("key", "code"),
    [
        ("garbage", "key-malformed"),
        ("a+b", "key-malformed"),
        (WITNESSES["x1"].verifier.text[:-4] + "AAAA", "key-malformed"),
        (LOG.text, "key-malformed"),
        ("a+d9f18946+AQEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "key-low-order"),
        ("a+00000000+Ae////////////////////////////////////////9/", "key-not-canonical"),
        ("+00000000+AQEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "key-name-malformed"),
    ],
)
@pytest.mark.parametrize("before", ["log", "witness a"])
def test_names_the_line_of_a_bad_key(before: str, key: str, code: str) -> None:
    error = evidence(policy, f"# first\n{before} {key}\nquorum none\n")
    assert error.code == code
    assert error.what.startswith("policy line 2, key")


def test_refuses_one_public_key_twice_whatever_it_is_called() -> None:
    witness = WITNESSES["x1"]
    renamed = SignerKey("somebody.else", Kind.COSIGNATURE, witness.seed).verifier.text
    as_log = SignerKey("somebody.else", Kind.NOTE, witness.seed).verifier.text
    for line in (f"witness other {renamed}", f"witness other {witness.verifier.text}", f"log {as_log}"):
        error = evidence(policy, f"{BASE}{line}\nquorum none\n")
        assert (error.code, error.what) == ("policy-duplicate-key", "policy line 8")
        assert error.found.startswith("that of line 2, as ")
        assert evidence(policy, f"{line}\n{BASE}quorum none\n").code == "policy-duplicate-key"
    log = LOG.verifier.text
    assert evidence(policy, f"log {log}\nlog {log}\nquorum none\n").code == "policy-duplicate-key"


def test_takes_a_policy_as_large_as_the_specification_asks_for_and_a_deep_one() -> None:
    signers = [SignerKey(f"w{n}", Kind.COSIGNATURE, bytes([n]) * 32) for n in range(150)]
    lines = [f"witness w{n} {signer.verifier.text}" for n, signer in enumerate(signers)]
    lines += [f"log {SignerKey(f'l{n}', Kind.NOTE, bytes([n + 150]) * 32).verifier.text}" for n in range(40)]
    lines += ["group g0 all w0", *(f"group g{n} all w{n} g{n - 1}" for n in range(1, 150)), "quorum g149"]
    read = policy("\n".join(lines) + "\n")
    assert read.is_quorum([f"w{n}" for n in range(150)])
    assert not read.is_quorum([f"w{n}" for n in range(1, 150)])


def test_knows_only_the_logs_of_the_policy() -> None:
    other = cosigned(checkpoint=CHECKPOINT._replace(origin=OTHER_LOG.name), log=OTHER_LOG)
    error = evidence(policy(BASE + "quorum none\n").judge, other)
    assert (error.code, error.found) == ("unknown-origin", "'example.org/other'")
    assert error.expected == "a log of the policy: 'example.org/log'"
    assert "it has none" in evidence(policy("quorum none\n").judge, other).expected


def test_refuses_another_elections_checkpoint_under_the_same_key() -> None:
    body = CHECKPOINT._replace(origin="example.org/council-2027").body()
    line = Signature(LOG.name, LOG.verifier.key_id, LOG.sign(body.encode()))
    note = SignedNote(body, (line,))
    assert evidence(policy(BASE + "quorum none\n").judge, note).code == "unknown-origin"
    both = f"log {LOG.verifier.text}\nlog {OTHER_LOG.verifier.text}\nquorum none\n"
    body = CHECKPOINT._replace(origin=OTHER_LOG.name).body()
    note = SignedNote(body, (Signature(LOG.name, LOG.verifier.key_id, LOG.sign(body.encode())),))
    assert evidence(policy(both).judge, note).code == "signature-missing"


def test_misses_the_signature_of_the_log() -> None:
    judge = policy(BASE + "quorum x1\n").judge
    note = cosigned("x1")
    assert evidence(judge, note._replace(signatures=note.signatures[1:])).code == "signature-missing"
    stranger = SignerKey(ORIGIN, Kind.NOTE, b"stranger".ljust(32))
    assert evidence(judge, cosigned(log=stranger)).code == "signature-missing"


@pytest.mark.parametrize("which", range(4))
def test_refuses_a_bad_signature_even_of_a_witness_that_is_not_needed(which: int) -> None:
    note = cosigned("x1", "x2", "x3")
    lines = list(note.signatures)
    lines[which] = lines[which]._replace(data=bytes(len(lines[which].data)))
    judge = policy(BASE + "quorum x1\n").judge
    assert evidence(judge, SignedNote(note.text, tuple(lines))).code == "signature-bad"


def test_does_not_count_a_cosignature_over_another_checkpoint() -> None:
    other = cosigned("x1", checkpoint=CHECKPOINT._replace(size=6)).signatures[1]
    note = cosigned()
    moved = SignedNote(note.text, (*note.signatures, other))
    assert evidence(policy(BASE + "quorum x1\n").judge, moved).code == "signature-bad"


def test_counts_a_witness_once_and_dates_it_by_its_last_cosignature() -> None:
    times = [NOW - 10, NOW, NOW - 5]
    lines = "".join(cosign(CHECKPOINT.body(), WITNESSES["x1"], time) for time in times)
    note = parse_note((CHECKPOINT.body() + "\n" + sign_checkpoint(CHECKPOINT, LOG) + lines).encode())
    assert policy(BASE + "quorum x1\n").judge(note).witnesses == {"x1": NOW}
    two = policy(BASE + "group two 2 x1 x2\nquorum two\n")
    assert evidence(two.judge, note).code == "quorum-not-met"


def test_passes_over_witnesses_that_the_policy_does_not_name() -> None:
    alone = policy(f"log {LOG.verifier.text}\nquorum none\n")
    assert alone.judge(cosigned("x1", "y1")).witnesses == {}
    assert not policy(BASE + "quorum x1\n").is_quorum(["stranger"])


@pytest.mark.parametrize("age", [0, 3_600, -CLOCK_SKEW_MAX])
def test_finds_a_recent_cosignature_fresh(age: int) -> None:
    judge = policy(BASE + "quorum x1\n").judge
    assert judge(cosigned("x1", time=NOW - age), now=NOW, cosigned_within=3_600).witnesses == {"x1": NOW - age}


@pytest.mark.parametrize("age", [3_601, NOW, -CLOCK_SKEW_MAX - 1, NOW - 2**63 + 1])
def test_finds_an_old_cosignature_stale_and_one_from_the_future_too(age: int) -> None:
    judge = policy(BASE + "quorum x1\n").judge
    assert judge(cosigned("x1", time=NOW - age)).witnesses == {"x1": NOW - age}
    error = evidence(judge, cosigned("x1", time=NOW - age), now=NOW, cosigned_within=3_600)
    assert error.code == "cosignature-stale"
    assert error.found == f"'x1' at {NOW - age}"


def test_asks_the_quorum_to_be_fresh_not_one_witness() -> None:
    body = CHECKPOINT.body()
    lines = sign_checkpoint(CHECKPOINT, LOG) + cosign(body, WITNESSES["x1"], NOW)
    note = parse_note((body + "\n" + lines + cosign(body, WITNESSES["x2"], NOW - 9_000)).encode())
    two = policy(BASE + "group two 2 x1 x2\nquorum two\n")
    assert evidence(two.judge, note, now=NOW, cosigned_within=3_600).code == "cosignature-stale"
    assert two.judge(note, now=NOW, cosigned_within=9_000).quorum == "two"


def test_has_nobody_to_vouch_for_the_time_without_witnesses() -> None:
    alone = policy(BASE + "quorum none\n")
    error = evidence(alone.judge, cosigned(), now=NOW, cosigned_within=3_600)
    assert (error.code, error.found) == ("cosignature-stale", "no witness")
    assert alone.judge(cosigned("x1"), now=NOW, cosigned_within=3_600).witnesses == {"x1": NOW}
    with pytest.raises(ValueError, match="together"):
        alone.judge(cosigned("x1"), now=NOW)


MALFORMED_BODIES = {
    "a leading zero": CHECKPOINT.body().replace("7", "07"),
    "a huge size": CHECKPOINT.body().replace("7", "7" * 5_000),
    "two blank lines": CHECKPOINT.body() + "\n",
    "an extension line": CHECKPOINT.body() + "extension\n",
    "a signature line in the text": CHECKPOINT.body() + "\n— a AAAAAAA=\n",
    "bad base64": CHECKPOINT.body().replace("=", ""),
}


@pytest.mark.parametrize("body", MALFORMED_BODIES.values(), ids=MALFORMED_BODIES.keys())
def test_refuses_a_malformed_checkpoint_though_the_log_signed_it(body: str) -> None:
    line = Signature(LOG.name, LOG.verifier.key_id, LOG.sign(body.encode())).line()
    note = parse_note((body + "\n" + line).encode())
    assert evidence(policy(BASE + "quorum none\n").judge, note).code == "checkpoint-malformed"


def mutations(data: bytes) -> st.SearchStrategy[bytes]:
    """Valid bytes with a piece cut out or put in, or with their lines in another order."""
    at = st.integers(0, len(data))
    piece = st.binary(max_size=4) | st.sampled_from([b"\n", b"\r\n", b" ", b"#", b"none", b"x1", b"any ", b"\xa0"])
    return st.one_of(
        st.builds(lambda i, j, put: data[:i] + put + data[j:], at, at, piece),
        st.builds(lambda i, put: data[:i] + put + data[i:], at, piece),
        st.permutations(data.splitlines(keepends=True)).map(b"".join),
    )


@given(st.binary(max_size=300) | mutations(EXAMPLE.encode()))
def test_reads_any_bytes_as_a_policy_or_says_why_not(data: bytes) -> None:
    try:
        read = Policy.parse(data)
    except EvidenceError as error:
        event(error.code)  # no other exception comes here
    else:
        assert read.quorum == "none" or read.is_quorum(read.witnesses)


WORDS = st.sampled_from(["log", "witness", "group", "quorum", "all", "any", "2", "none", "x1", "x2", "g", "#", ""])


@given(st.lists(st.lists(WORDS, max_size=6).map(" ".join), max_size=6))
def test_reads_any_words_as_a_policy_or_says_why_not(lines: list[str]) -> None:
    test = "".join(line + "\n" for line in lines)
    try:
        policy(BASE + test)
    except EvidenceError as error:
        event(error.code)  # no other exception comes here


@pytest.mark.parametrize(
    "piece", ["#", "a ", "quorum ", "\n", "group g any x1\n", "witness w" + "\u00e9" * 99 + " k\n"]
)
def test_the_largest_rubbish_is_evidence(piece: str) -> None:
    data = (BASE + piece * POLICY_BYTES_MAX).encode()[: POLICY_BYTES_MAX - 1] + b"\n"
    assert evidence(Policy.parse, data).code in {"policy-malformed", "key-malformed"}
    names = [f"group {'a' * 90}{n} any " + "abcdefghij"[n % 10] * 90 for n in range(POLICY_LINES_MAX - 8)]
    assert evidence(policy, BASE + "\n".join(names) + "\n").code == "policy-malformed"
