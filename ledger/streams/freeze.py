"""The roll frozen, and certified: both agree with the projection, and say which batches and cases were open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pydantic import Field

from ledger.decision import Act, Command, Outcome, Unchanged, decision
from ledger.errors import refused
from ledger.field import INT_MAX, Hash, Id, Text, Time
from ledger.roll_figures import RollFigures
from ledger.streams.decided import publication
from ledger.streams.entry import CHANGES
from ledger.streams.founding import Founding, founding_stream
from ledger.streams.franchise import Adopted, franchise_stream, require_franchise
from ledger.streams.freezes import FreezeListed, Freezes, freezes_stream
from ledger.streams.live import require_not_dated_back
from ledger.streams.roll import (
    CELL_MIN,
    Roll,
    RollCell,
    RollCertified,
    RollCounted,
    RollFrozen,
    SectionCount,
    require_not_frozen,
    roll_stream,
)
from ledger.streams.roll_build import RollBuildClosed, RollBuildOpened
from ledger.streams.timetable import Timetable, timetable_stream

CELLS_MAX = 300  # of one event: a leaf has to hold them
SECTIONS_MAX = 1_000
CHANGED = (*CHANGES, *(kind.model_fields["type"].default for kind in (RollBuildOpened, RollBuildClosed)))


class FreezeRoll(Command):
    """Freeze the roll: from here on an entry changes by a ruling, an appeal, or to put right a clerical error.

    With --effective it is frozen as of a moment that is past; published after that, it is shown as retrospective.
    """

    written = {"published": lambda body, found: found == body.get("published", found)}

    election: Id = Field(description="id of the election")
    published: Time | None = Field(None, description="when it was published (UTC); now if left out")
    reason: Text | None = Field(None, description="why it is frozen with batches open; published, so name nobody")


@decision(
    FreezeRoll,
    figures=lambda c, port: port.roll(c.election),
    franchise=lambda c, _: franchise_stream(c.election),
    timetable=lambda c, _: timetable_stream(c.election),
    roll=lambda c, _: roll_stream(c.election),
    freezes=lambda _c, _s: freezes_stream(),
    founding=lambda _c, _s: founding_stream(),
)
def freeze_roll(
    command: FreezeRoll,
    act: Act,
    franchise: Adopted,
    timetable: Timetable,
    roll: Roll,
    freezes: Freezes,
    founding: Founding,
    figures: RollFigures,
) -> Outcome:
    """Decide that a roll may be frozen, as it stands in the ledger's last event.

    Raises:
        RefusedError: `no-franchise`, `after-freeze`, `future-dated`, `dated-back`, `freeze-not-reached`,
            `duplicate-entitlement`, `batches-open`, in that order.
    """
    require_franchise(franchise, command.election)
    where = f"roll of election {command.election}"
    require_not_frozen(roll, where)
    published = publication(command.published or act.now, act, where)
    require_not_dated_back(founding, published, "the roll's last change", figures.changed, where)
    if act.effective > act.now:
        raise refused("future-dated", where, f"a moment up to now, {act.now}", act.effective, "Freeze it then")
    planned = timetable.last("freeze")
    if planned is not None and act.effective < planned:
        remedy = "Freeze it then, or vary the timetable"
        raise refused("freeze-not-reached", where, f"the freeze of the timetable, {planned}", act.effective, remedy)
    if figures.double:
        found = f"{len(figures.double)} of people who have another: {', '.join(figures.double)}"
        remedy = "Somebody was merged since: remove one of their entries, remove-entry --cause duplicate"
        raise refused("duplicate-entitlement", where, "entries that the franchise has room for", found, remedy)
    _require_batches(figures, command.reason, where)
    frozen = RollFrozen(
        **act.on(roll),
        as_of_position=max(figures.position, 0),
        election=command.election,
        entries=figures.entries,
        open_batches=figures.open_batches,
        published=published,
        reason=command.reason,
        roll_version=roll.roll_version + 1,
        root=figures.root,
        sections=published_sections(figures.sections),
    )
    counted = _counted(act, roll, frozen, figures)
    listed = FreezeListed(**act.on(freezes), election=command.election)
    return Outcome([frozen, *counted, listed], unchanged=_as_counted(command.election, figures))


def _counted(act: Act, roll: Roll, frozen: RollFrozen, figures: RollFigures) -> Iterator[RollCounted]:
    cells = tuple(
        RollCell(category=cell.category, entries=entries, region=cell.region, section=cell.section)
        for cell, entries in sorted(figures.cells.items(), key=lambda each: [part or "" for part in each[0]])
    )
    for number, start in enumerate(range(0, len(cells), CELLS_MAX), 1):
        yield RollCounted(
            **act.on(roll, after=number),
            cells=cells[start : start + CELLS_MAX],
            election=frozen.election,
            roll_version=frozen.roll_version,
        )


class CertifyRoll(Command):
    """Certify the roll as it stands: how many entries it has, in all and by section, and the statement about it.

    The numbers must be those of the ledger. They are not recorded, nor signed for, as what the roll grew or shrank by
    would be public: a version's numbers follow from its entries, and its root stands for them.
    """

    signed = True
    private = frozenset({"entries", "sections"})

    election: Id = Field(description="id of the election")
    entries: int = Field(ge=0, le=INT_MAX, description="live entries that are certified")
    sections: tuple[SectionCount, ...] = Field(
        max_length=SECTIONS_MAX, description='of each section that has any, as JSON: [{"section":"mps","entries":266}]'
    )
    statement: Hash = Field(
        description="digest of the statement about the roll; if that is not published, with a line nobody can guess"
    )
    reason: Text | None = Field(None, description="why it is certified with batches open; published, so name nobody")


@decision(CertifyRoll, figures=lambda c, port: port.roll(c.election), roll=lambda c, _: roll_stream(c.election))
def certify_roll(command: CertifyRoll, act: Act, roll: Roll, figures: RollFigures) -> Outcome:
    """Decide that a roll may be certified: what it says is what the ledger says.

    Raises:
        RefusedError: `not-frozen`, `roll-certified`, `counts-differ`, `batches-open`, in that order.
    """
    where = f"roll of election {command.election}"
    if roll.frozen is None:
        raise refused("not-frozen", where, "a roll that was frozen", "one that changes", "Record freeze-roll first")
    same = figures.root == roll.root
    if same and roll.certified and roll.certified.root == roll.root:
        found = f"version {roll.roll_version}, certified at {roll.certified.effective}"
        raise refused("roll-certified", where, "a roll that changed since it was certified", found, "Nothing to do")
    said = {each.section: each.entries for each in command.sections if each.entries}
    if (command.entries, said) != (figures.entries, figures.sections):
        counts = ((figures.entries, figures.sections), (command.entries, dict(sorted(said.items()))))
        expected, found = (
            ", ".join([str(n), *(f"{name} {each}" for name, each in parts.items())]) for n, parts in counts
        )
        raise refused("counts-differ", where, expected, found, f"See: pollbook roll {command.election} --by section")
    _require_batches(figures, command.reason, where)
    certified = RollCertified(
        **act.on(roll),
        as_of_position=figures.position,
        election=command.election,
        open_batches=figures.open_batches,
        open_cases=figures.open_cases,
        reason=command.reason,
        roll_version=roll.roll_version + (not same),
        root=figures.root,
        statement=command.statement,
    )
    return Outcome([certified], unchanged=_as_counted(command.election, figures))


def _require_batches(figures: RollFigures, reason: str | None, where: str) -> None:
    """Refuse open batches that no reason is given for (`batches-open`)."""
    if figures.open_batches and reason is None:
        remedy = "Go on with them, or say with --reason why not"
        raise refused("batches-open", where, "no batch under way", ", ".join(figures.open_batches), remedy)


def _as_counted(election: str, figures: RollFigures) -> Unchanged:
    return Unchanged(figures.position, CHANGED, (f"entry/{election}/", f"build/{election}/"))


def published_sections(sections: Mapping[str, int]) -> tuple[SectionCount, ...]:
    """Give the sections that may be published beside their total: none below ten, none to be had by subtraction.

    Where any is left out, so is the smallest of those that could be published: of two sections below ten that alone
    are left out, the rest of the total may tell both, as 18 does of nine and nine. The total is always published: it
    is what a roll is for.
    """
    shown = dict(sorted(sections.items(), key=lambda each: (-each[1], each[0])))
    small = [shown.pop(name) for name in list(shown) if shown[name] < CELL_MIN]
    if small and shown:
        shown.popitem()
    return tuple(SectionCount(section=name, entries=entries) for name, entries in sorted(shown.items()))
