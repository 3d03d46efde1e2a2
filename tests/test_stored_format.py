"""The promise about stored formats: what an earlier version wrote is read, counted and verified by this one."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from terminal import Terminal

from ledger.event import TYPES
from ledger.storage.store import open_ledger
from ledger.streams.contest import ContestDefined
from ledger.streams.election import CountRuleAdopted
from projections.counting import count_contest, open_views
from projections.publish.pack import publish

KEPT = Path(__file__).parent / "golden" / "format-3"
COUNTS = {
    "chair": ("sha256:9d1f24452b3de3280cbca33874d49e671eff9403881210cc9090a5315c217611", ("ada",)),
    "college": ("sha256:0847f6437a0dd2a23a23721fb13a9e97dcd372b11de671fe4e5271b272197717", ("bob",)),
    "board": ("sha256:4889e16efdd09b4e1c132ff59e8a78d68f8f6776ac3071fc26fe9f1ef30be695", ("cy", "dot")),
    "merger": ("sha256:07bf7bfa86941b9d24f22079923a55e8bb0863ce62ab5b6f67ffce704c8fb3a4", ("yes",)),
    "council": ("sha256:5d8a548a7e05193e91c88ca01b5f40bd61c6c1e18f08aa9bbd25d68409a6e360", ("bob", "ada")),
    "bench": ("sha256:8bbcd74db891d456c85973283a8ccb3296d1348871ea568f7d5cb03d37d4af33", ("bob", "cy")),
    "jury": ("sha256:5a7bd4a76097e657abc07de80f193d8bab1947f8445f293feb10c3e707986cde", ("bob", "cy")),
    "quiet": ("sha256:a9eb04206a93c0a21d0ea3960905dbf4be38527f921ad541061f089e919193a9", ("ada",)),
}
ROOT = ("178", "5e62177de929a6b52280fa7134564504c6fe96a78721c2639ae6508ba7b8a2e7")
KEY = "kept.example/2026+b67378ed+ARUzktmtd1X0NZZ5iX/JJJIcEymn0wWpop+4GGN1rl3B"
SINCE = frozenset(  # types of events that came after it
    {
        "access-logged.v1",
        "admission-closed.v1",
        "admission-opened.v1",
        "agent-appointed.v1",
        "analysis-published.v1",
        "appeal-attempted.v1",
        "appeal-determined.v1",
        "appeal-lodged.v1",
        "appeal-received-late.v1",
        "appeal-withdrawn.v1",
        "application-admitted.v1",
        "application-lapsed.v1",
        "application-received-late.v1",
        "application-received.v1",
        "application-referred.v1",
        "application-refusal-reversed.v1",
        "application-refused.v1",
        "application-withdrawn.v1",
        "attribute-recorded.v1",
        "ballot-order-committed.v1",
        "ballot-order-drawn.v1",
        "batch-received.v1",
        "batch-reconciled.v1",
        "body-constituted.v1",
        "candidate-withdrew.v1",
        "case-allocated.v1",
        "case-closed.v1",
        "case-docketed.v1",
        "case-linked.v1",
        "case-notice-served.v1",
        "case-opened.v1",
        "case-reopened.v1",
        "case-undocketed.v1",
        "change-agreed.v1",
        "checks-closed.v1",
        "checks-opened.v1",
        "checks-run.v1",
        "class-sized.v1",
        "command-signed-withheld.v1",
        "command-signed.v1",
        "consent-given.v1",
        "consent-withdrawn.v1",
        "cure-invited.v1",
        "cure-lapsed.v1",
        "cure-supplied.v1",
        "decision-deferred.v1",
        "decision-taken.v1",
        "delegation-revoked.v1",
        "disclosures-erased.v1",
        "document-published.v1",
        "document-withdrawn.v1",
        "duplicate-return-held.v1",
        "entitlement-ended.v1",
        "entry-added.v1",
        "entry-amended.v1",
        "entry-removed.v1",
        "entry-restored.v1",
        "erasures-confirmed.v1",
        "erasures-ordered.v1",
        "evidence-added.v1",
        "evidence-pack-disclosed.v1",
        "evidence-withdrawn.v1",
        "fee-failed.v1",
        "fee-received.v1",
        "fee-refunded.v1",
        "fee-retained.v1",
        "fee-set.v1",
        "franchise-adopted.v1",
        "freeze-listed.v1",
        "ground-adopted.v1",
        "guidelines-issued.v1",
        "hearing-held.v1",
        "incident-closed.v1",
        "incident-opened.v1",
        "interest-declared.v1",
        "interest-withdrawn.v1",
        "interim-measure-lifted.v1",
        "interim-measure-taken.v1",
        "interpretation-issued.v1",
        "invitation-closed.v1",
        "invitation-opened.v1",
        "lapse-closed.v1",
        "lapse-opened.v1",
        "leave-granted.v1",
        "leave-refused.v1",
        "ledger-founded.v1",
        "linkage-destroyed.v1",
        "linkage-sealed.v1",
        "list-certified.v1",
        "marks-received.v1",
        "marks-reconciled.v1",
        "member-amended.v1",
        "member-expelled.v1",
        "member-readmitted.v1",
        "member-recused.v1",
        "member-registered.v1",
        "member-seated.v1",
        "member-suspended.v1",
        "member-unseated.v1",
        "membership-changed.v1",
        "merge-undone.v1",
        "nomination-accepted.v1",
        "nomination-declined.v1",
        "nomination-received-late.v1",
        "nomination-received.v1",
        "nomination-ruled-invalid.v1",
        "nomination-ruled-valid.v1",
        "nomination-withdrawn.v1",
        "nominations-closed.v1",
        "nominations-opened.v1",
        "nominator-registered.v1",
        "nominee-named.v1",
        "office-ceased.v1",
        "office-held.v1",
        "paper-cancelled.v1",
        "paper-issued.v1",
        "paper-reissued.v1",
        "paper-set-aside.v1",
        "paper-unlinked.v1",
        "papers-issued.v1",
        "payment-matched.v1",
        "payments-received.v1",
        "payments-reconciled.v1",
        "persons-merged.v1",
        "power-delegated.v1",
        "procedure-adopted.v1",
        "referral-cleared.v1",
        "register-inspected.v1",
        "remedy-done.v1",
        "remedy-ordered.v1",
        "reply-received.v1",
        "retention-held.v1",
        "retention-released.v1",
        "return-marked.v1",
        "reviewers-assigned.v1",
        "roll-build-closed.v1",
        "roll-build-opened.v1",
        "roll-certified.v1",
        "roll-copy-supplied.v1",
        "roll-counted.v1",
        "roll-frozen.v1",
        "rota-turn-taken.v1",
        "rule-amended.v1",
        "rule-book-adopted.v1",
        "rule-repealed.v1",
        "ruling-corrected.v1",
        "ruling-figures-published.v1",
        "ruling-made.v1",
        "ruling-notified.v1",
        "set-aside-reversed.v1",
        "sitting-held.v1",
        "statement-lodged.v1",
        "statement-published.v1",
        "step-varied.v1",
        "subject-access-fulfilled.v1",
        "suspension-lifted.v1",
        "timetable-set.v1",
        "unopposed-declared.v1",
    }
)


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    at = Terminal(tmp_path, monkeypatch, capsys)
    shutil.copytree(KEPT, at.ledger)
    return at


def test_has_every_type_of_event_and_every_rule_of_its_version(kept: Terminal) -> None:
    with open_ledger(kept.ledger) as ledger:
        events = [event for _, event in ledger.reread()]
    assert {event.type for event in events} == TYPES.keys() - SINCE
    assert len({event.rule.version for event in events if isinstance(event, CountRuleAdopted)}) == 7


def test_every_count_comes_to_what_it_came_to(kept: Terminal) -> None:
    with open_ledger(kept.ledger) as ledger:
        contests = [event.contest for _, event in ledger.scan() if isinstance(event, ContestDefined)]
        views = open_views(None)
        counted = {name: count_contest(ledger, views, name) for name in contests}
        views.close()
    assert {name: (each.digest, each.table.elected) for name, each in counted.items()} == COUNTS


def test_its_root_is_what_it_was_and_nothing_wrong_is_found(kept: Terminal) -> None:
    found = json.loads(kept("root", "--json").done())
    assert (str(found["size"]), found["root"]) == ROOT
    assert "nothing wrong was found" in kept("verify").done()


def test_what_is_published_of_it_is_recounted_by_the_stand_alone_verifier(kept: Terminal) -> None:
    out, policy = kept.folder / "out", kept.folder / "policy"
    policy.write_text(f"log {KEY}\nquorum none\n")
    with open_ledger(kept.ledger) as ledger:
        publish(ledger, (KEPT / "checkpoints" / "latest").read_bytes(), None, out, "public")
    words = [sys.executable, "-I", "-S", out / "verify.py", out, "--policy", policy]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    recounted = {
        line.split(":")[0].removeprefix("Contest ") for line in done.stdout.splitlines() if ": recounted" in line
    }
    assert recounted == COUNTS.keys() - {"quiet"}
