"""Cases and rulings as the views have them: a row each. Moments are UTC; None: not on record, or not yet."""

from __future__ import annotations

from typing import NamedTuple

from projections.oversight.appeal_rows import AppealRow


class Place(NamedTuple):
    """Where a person stands on the roll, or applied to stand; empty where that is not on record."""

    category: str = ""
    section: str = ""
    region: str = ""
    unit: str = ""


class Found(NamedTuple):
    """What a ruling found on one ground.

    Attributes:
        met: met, not-met, or not-relied-on.
        conduct: when what was judged happened.
        version: of the ground, from 1, that was in force then; None where none was.
        clause: content hash of the clause that it rests on, of the finding or else of the ground.
    """

    ground: str
    met: str
    conduct: str
    version: int | None
    clause: str | None


class RulingRow(NamedTuple):
    """One ruling, corrected or taken back as it may be since.

    Attributes:
        ruling: its number on the case, from 1.
        person, subject: key of whom it is about; stream that was in question.
        position: of the event; `ruled`, when it was made.
        outcome: admit, refuse, remove, suspend, restore, no-action or refer-up.
        decided_by: panel, officer or auto; `panel` and `sitting` where a panel did; `officer`, who recorded it;
            `check_version` and `reviewed_by` of an automatic one.
        present, withdrew, quorum: of the sitting: how many were there, of whom so many were recused, and the quorum.
        detection: complaint, match, search, press or random-audit; `referred_by` and `referred`, by whom and when.
        about: contest that the case has to do with.
        noticed, reply_by: when the last notice before it was served, and until when to reply to that.
        evidence: ids relied on; `classes`, each of A, B, C among them once; `withdrawn`, how many were withdrawn since.
        replies, late_replies: put to whoever decided.
        interim_reason: why it did not wait for the time to reply.
        reasons_key: equal for equal reasons; `reasons_words`, how long they are.
        removes, restores: how many entries it orders removed, or restored; `papers`, what becomes of a paper.
        appeal_to, no_appeal: to whom one may appeal, or the clause by which there is no appeal.
        told, channel: when and how the person was told; it has no effect before. `told_position`, of that event.
        appeal_by, appeal_by_local: until when one may appeal.
        corrected, corrected_at: how often a slip in its reasons was put right, and when last;
            `corrected_key` and `corrected_words`, of the reasons as they read since.
        superseded_by: number of the next ruling on the same case.
        recused: members present whom it names as having withdrawn.
        found: what it found on each ground, in its order.
        place: where the person stood on the roll when it was made.
        appeal: the appeal against it, or attempts at one.
    """

    case: str
    ruling: int
    election: str
    person: str
    subject: str
    position: int
    ruled: str
    outcome: str
    decided_by: str
    panel: str | None
    sitting: str | None
    officer: str
    check_version: str | None
    reviewed_by: str | None
    present: int | None
    withdrew: int | None
    quorum: int | None
    votes_for: int
    votes_against: int
    abstained: int
    detection: str
    referred_by: str
    about: str | None
    referred: str
    noticed: str | None
    reply_by: str | None
    evidence: tuple[str, ...]
    classes: tuple[str, ...]
    withdrawn: int
    replies: int
    late_replies: int
    interim_reason: str | None
    reasons_key: str
    reasons_words: int
    removes: int
    restores: int
    papers: str
    appeal_to: str | None
    no_appeal: str | None
    told: str | None
    told_position: int | None
    channel: str | None
    appeal_by: str | None
    appeal_by_local: str | None
    corrected: int
    corrected_at: str | None
    corrected_key: str | None
    corrected_words: int | None
    superseded_by: int | None
    recused: tuple[str, ...] = ()
    found: tuple[Found, ...] = ()
    place: Place = Place()
    appeal: AppealRow | None = None

    @property
    def id(self) -> str:
        """How it is named: CASE/NUMBER."""
        return f"{self.case}/{self.ruling}"

    @property
    def decider(self) -> str:
        """The panel's id; of others, officer or auto."""
        return self.panel if self.decided_by == "panel" and self.panel else self.decided_by

    @property
    def grounds(self) -> tuple[str, ...]:
        """The grounds that it rests on: those found to be met, else those found not to be, else all it names."""
        for met in ("met", "not-met", "not-relied-on"):
            if named := tuple(each.ground for each in self.found if each.met == met):
                return named
        return ()

    @property
    def appeal_state(self) -> str:
        """Where an appeal stands, whatever the time: not-told, none, no-appeal-lies, or the state of the one made."""
        if self.appeal is not None:
            return self.appeal.state
        if self.no_appeal is not None:
            return "no-appeal-lies"
        return "none" if self.told else "not-told"


class CaseRow(NamedTuple):
    """One case, open or closed.

    Attributes:
        grounds: that it is on; `about`, the contest that it has to do with; `conduct`, when that happened.
        opened, position: when it was referred, and the event.
        panel, method, allocated: to whom it was given last, by rota, lot or manual, and when.
        noticed, reply_by, reply_by_local: when the last notice was served, and until when to reply.
        replies, replied: how many replies came, and when the last one did.
        interim, interim_until: the measure that was taken last, hold-paper or suspend-entry, unless it was lifted.
        recused: members of the panel who withdrew from it.
        rulings: how many were made; `last`, the last of them.
        reopened, reopened_for: when and why it was opened again last.
        closed, closed_as: when and how it was closed, unless it was opened again.
        incidents: that it is linked to; `candidates`, that it has to do with.
    """

    case: str
    election: str
    person: str
    subject: str
    grounds: tuple[str, ...]
    detection: str
    referred_by: str
    about: str | None
    conduct: str | None
    opened: str
    position: int
    panel: str | None
    method: str | None
    allocated: str | None
    noticed: str | None
    reply_by: str | None
    reply_by_local: str | None
    replies: int
    replied: str | None
    interim: str | None
    interim_until: str | None
    recused: tuple[str, ...]
    rulings: int
    reopened: str | None
    reopened_for: str | None
    closed: str | None
    closed_as: str | None
    incidents: tuple[str, ...]
    candidates: tuple[str, ...] = ()
    last: RulingRow | None = None

    @property
    def ruling(self) -> RulingRow | None:
        """The ruling that answers the case as it is open now; None before there is one."""
        last = self.last
        return last if last and (self.reopened is None or last.ruled >= self.reopened) else None

    @property
    def stands(self) -> str:
        """How it stands, in the words of `case_list.standing_of`."""
        if self.closed:
            return "closed"
        if self.ruling:
            return "told" if self.ruling.told else "ruled"
        if self.panel is None:
            return "not-allocated"
        return "awaits-ruling" if self.noticed else "not-noticed"

    @property
    def is_open(self) -> bool:
        """Whether a ruling may still be made."""
        return self.closed is None and self.ruling is None


class GroundRow(NamedTuple):
    """One version of a ground, numbered from 1 in the order of the record; `standard` is the class that suffices."""

    election: str
    ground: str
    version: int
    title: str
    standard: str
    decided_by: str
    effective: str
    published: str
    clause: str | None
    appeal_to: str | None
    no_appeal: str | None
    position: int


class SittingRow(NamedTuple):
    """One sitting of any body; `attended` only where nobody is seated by name."""

    body: str
    sitting: str
    start: str
    end: str
    present: tuple[str, ...]
    attended: int | None
    quorum: int
    position: int
