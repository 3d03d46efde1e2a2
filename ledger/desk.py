"""The one door for writes: a command, the states and figures it needs, a decision, a guarded append."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from ledger.batches.bulk import Bulk, Progress, in_bulk
from ledger.batches.ends import BatchEnds, Conceal, stamped
from ledger.batches.intake import subject_of
from ledger.decision import DECISIONS, Act, Batch, Command, Entry, Outcome, fold, read_states, versions_of
from ledger.errors import EvidenceError, RefusedError
from ledger.event import Audience, Event
from ledger.figures import Figures
from ledger.leaf import BLIND_BYTES, CANONICAL, Disclosure, Draw, base64url, conceal, encode
from ledger.powers.authority import Sign, authorise, no_keys, sign
from ledger.privacy.erasing import begin_erasures, finish_erasures, resume_erasures
from ledger.privacy.personal import require_impersonal
from ledger.privacy.vault import Pending, Vault, command_name
from ledger.record import Appended, Record
from ledger.seal.merkle import leaf_hash
from ledger.slip import require_slip
from ledger.storage.recorder import PAGE_ROWS, ConflictError, Guard
from ledger.streams.batch import BatchState
from ledger.streams.signature import Signed

ATTEMPTS = 8  # times that a decision is taken anew because something changed meanwhile

Page = Callable[[int, int, str], list[Event]]  # members from, up to, recorded at


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a command: events recorded now, or, if it had been carried out before, held already."""

    command: str
    position: int | None
    events: int
    held: bool = False


class Desk:
    """Takes commands for one ledger.

    Args:
        ledger: where events go.
        vault: where private values go.
        figures: what projections say, for decisions that must agree with them.
        clock: gives the present moment as `YYYY-MM-DDThh:mm:ssZ`; the caller owns it.
        draw: gives random bytes; the caller owns the randomness.
        signer: signs for the offices whose keys are at hand; the caller owns the keys.
    """

    def __init__(
        self,
        ledger: Record,
        vault: Vault,
        figures: Figures,
        clock: Callable[[], str],
        draw: Draw,
        signer: Sign = no_keys,
    ) -> None:
        self.ledger = ledger
        self.vault = vault
        self._figures = figures
        self._clock = clock
        self._draw = draw
        self._signer = signer
        try:
            vault.settle(self._in_ledger, clock())
            self._settle_batches()
            resume_erasures(self, draw)
        except (TypeError, ValueError) as error:  # notes in the vault that no program of ours left there
            raise EvidenceError(
                "vault-malformed",
                "the vault",
                expected="notes of commands under way, as they were written",
                found=f"{type(error).__name__}: {error}",
                remedy="Put the vault back from its backup",
            ) from None

    def submit(
        self,
        command: Command,
        *,
        actor: str,
        command_id: str | None = None,
        progress: Progress = lambda _done, _total: None,
    ) -> Receipt:
        """Carry a command out, once.

        Args:
            command: what is asked.
            actor: the office that asks.
            command_id: the same id and body again give the same answer and record nothing; drawn if left out.
            progress: called as a batch goes on.

        Raises:
            RefusedError: `personal-data-in-public-field`, `no-authority`, what the decision raises, what
                `authority.sign` raises, `idempotency-conflict`, `contention`; nothing was written.
        """
        name = command_id or self._draw(16).hex()
        digest = self.vault.keyed("command body", body_of(command, actor))
        for _ in range(ATTEMPTS):
            if known := self.ledger.known_command(name):
                if known.digest != digest:
                    raise RefusedError(
                        "idempotency-conflict",
                        f"command {name}",
                        expected="the body it was carried out with",
                        found="another",
                        remedy="Give another command its own id",
                    )
                return Receipt(name, known.position, known.events, held=True)
            try:
                return self._carry_out(command, name, digest, actor, progress)
            except ConflictError:
                continue
        raise RefusedError(
            "contention",
            f"command {name}",
            expected=f"a quiet moment within {ATTEMPTS} attempts",
            found="changes by others each time",
            remedy="Try again",
        )

    def _decide(self, command: Command, name: str, actor: str) -> tuple[Outcome, Guard, Signed | None]:
        """Decide, and have it signed: what is to be recorded, what must not have changed, and the signature."""
        require_impersonal(command, self.vault.index.knows)
        entry: Entry = DECISIONS[command.verb]
        states = read_states(entry, command, self._read)
        require_slip(command, states, self.vault)
        figures = {"figures": entry.figures(command, self._figures)} if entry.figures else {}
        now, size = self.now(), self.ledger.head().size
        when = (now, command.effective or now)
        act = Act(actor, *when, command.authority, name, self.ledger.origin, size, self.vault.keyed)
        warrant = authorise(self.ledger, command, act)
        outcome = entry.decide(command, warrant.act, **states, **figures)
        signed, keys = sign(self.ledger, command, warrant, outcome, self._signer)
        # Of a stream that was read twice, the version seen first: if it has moved on since, all is decided anew.
        reads = keys | warrant.reads | versions_of(states)
        written = {event.stream for event in outcome.events}
        unchanged = tuple(each for each in (outcome.unchanged, warrant.unchanged) if each)
        guard = Guard({s: v for s, v in reads.items() if s not in written}, unchanged, until=warrant.until)
        return outcome, guard, signed

    def _read(self, state: Any) -> Any:
        return fold(state, (event for _, event in self.ledger.stream(state.stream)))

    def _carry_out(self, command: Command, name: str, digest: bytes, actor: str, progress: Progress) -> Receipt:
        outcome, guard, signed = self._decide(command, name, actor)
        if outcome.batch:
            ends = BatchEnds(self.ledger, self._hiding(outcome), guard, signed, (name, digest))
            return Receipt(name, *self._run_batch(outcome.batch, ends, progress))
        begin_erasures(self, command, lambda register: self._figures.retention(register=register).held)
        if signed:
            outcome = replace(outcome, events=(*outcome.events, signed))
        appended = self._append(outcome, replace(guard, command=(name, digest))) if outcome.events else None
        finish_erasures(self, command, actor, self._draw, progress)
        if appended is None:
            return Receipt(name, None, 0, held=True)
        return Receipt(name, appended.position, appended.events)

    def _append(self, outcome: Outcome, guard: Guard) -> Appended:
        events = []
        held: list[Disclosure] = []
        for event in outcome.events:
            concealed, disclosures = self._conceal(event, outcome.restricted)
            if disclosures:
                subject = subject_of(event.stream, getattr(event, "person", None))
                self.vault.put_pending(subject, event.stream, event.version, disclosures, event.recorded)
            events.append(concealed)
            held += disclosures
        digests = [disclosure.digest for disclosure in held]
        try:
            appended = self.ledger.append(events, guard)
        except (ConflictError, RefusedError) as refused:
            # A server lost while committing may have it: opening finds out, and settles what is pending.
            if getattr(refused, "code", "") != "postgres-unreachable":
                self.vault.discard(digests)
            raise
        self.vault.hold(digests)
        return appended

    def _conceal(self, event: Event, restricted: bool) -> tuple[Event, list[Disclosure]]:
        if restricted and event.audience is Audience.CONTEST:
            event = event.model_copy(update={"blind": base64url(self._draw(BLIND_BYTES))})
        return conceal(event, self._draw)

    def _hiding(self, outcome: Outcome) -> Conceal:
        return lambda event: self._conceal(event, outcome.restricted)[0]

    def _run_batch(self, batch: Batch | Bulk, ends: BatchEnds, progress: Progress) -> tuple[int, int]:
        """Open a batch, or go on with one that was left open, then close it."""
        if isinstance(batch, Bulk):
            return in_bulk(batch, self.ledger, self.vault, self._draw, self.now, progress).run(ends)
        page = batch.deal(self.vault.batch_seed(batch.stream))
        first = ends.open(batch.stream, batch.opened)
        before, hashed = self._members_recorded(batch.stream, first, page)
        done = before
        while done < batch.total:
            progress(done, batch.total)
            events = page(done, done + PAGE_ROWS, self.now())
            recorded = self.ledger.append(events, Guard({batch.stream: 1})).recorded
            for event in events:
                hashed.update(leaf_hash(encode(stamped(event, recorded))))
            done += len(events)
        progress(done, batch.total)
        of_ends = ends.close(batch.closed(done, "sha256:" + hashed.hexdigest(), self.now()))
        self.vault.destroy_batch_seed(batch.stream)
        return first, done - before + of_ends

    def now(self) -> str:
        """Give the moment that an event recorded now gets: the clock's, never before the last one's."""
        return max(self._clock(), self.ledger.head().recorded)

    def _members_recorded(self, batch: str, after: int, page: Page) -> tuple[int, Any]:
        """Count the members of an open batch that are in the ledger, and hash their leaf hashes in order.

        Raises:
            RefusedError: `batch-secret-lost`: they are not those that the seed deals, as after the vault was
                lost or put back; going on would record some papers twice and others never.
        """
        hashed = hashlib.sha256()
        done = 0
        dealt: list[Event] = []
        for _, event in self.ledger.scan(after + 1):
            if event.batch != batch:
                continue
            if done % PAGE_ROWS == 0:
                dealt = page(done, done + PAGE_ROWS, event.recorded)
            leaf, number = encode(event), done % PAGE_ROWS
            if number >= len(dealt) or encode(stamped(dealt[number], event.recorded)) != leaf:
                raise RefusedError(
                    "batch-secret-lost",
                    batch,
                    expected="the papers that the vault's secret deals",
                    found=f"others from {event.stream} on",
                    remedy="Put back the vault that the batch was begun with",
                )
            hashed.update(leaf_hash(leaf))
            done += 1
        return done, hashed

    def _in_ledger(self, item: Pending) -> bool:
        events = (event for _, event in self.ledger.stream(item.stream))
        return any(item.digest == getattr(event, field) for event in events for field in event.private)

    def _settle_batches(self) -> None:
        """Destroy the seeds of batches that were closed just before a kill, or withdrawn."""
        for stream in self.vault.batches():
            batch = fold(BatchState(stream), (event for _, event in self.ledger.stream(stream)))
            if batch.closed or batch.withdrawn:
                self.vault.destroy_batch_seed(stream)


def body_of(command: Command, actor: str) -> bytes:
    """Write a command canonically: the bytes that say whether two are the same."""
    body = command.model_dump(mode="json", exclude_none=True)
    return json.dumps({"actor": actor, "verb": command.verb, **body}, **CANONICAL).encode()


def name_of(vault: Vault, command: Command, actor: str, repeat: int) -> str:
    """Name the `repeat`th of equal commands in one file: the same file names the same commands again."""
    return command_name(vault, body_of(command, actor) + b"\n%d" % repeat)
