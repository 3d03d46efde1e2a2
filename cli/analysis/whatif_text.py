"""A what-if verdict in words."""

from __future__ import annotations

from fractions import Fraction

from cli.analysis.rankings import elected_names, say_papers
from cli.counting.count import say_provenance
from cli.screen import say, say_wrapped
from ledger.field import rounded
from ledger.rules.question import Question
from projections.count.stage_table import StageTable
from projections.counting import Counted
from projections.moment import Moment
from projections.whatif.changed import Changed
from projections.whatif.found import BreakEven, Found
from projections.whatif.small import hides_tables

EFFECTS = {
    "same": "The result is the same",
    "changed": "The result is another",
    "could-not": "It could not have changed the result",
    "could": "It could have changed the result",
}
VERDICTS = {
    "exact": "Exact: the papers are known, and were counted again.",
    "bounded": "Bounded: how many papers there are is known, and not what is on them.",
    "cannot-say": "Cannot say.",
}


def say_whatif(
    counted: Counted, question: Question, changed: Changed, found: Found, moment: Moment, *, hidden: bool
) -> None:
    """Print a verdict, and what shows it.

    Args:
        hidden: fewer papers differ than may be shown alone: numbers were taken out.
    """
    say_wrapped(f"What if, in {counted.contest.office} ({counted.contest.contest}), {moment.says()}")
    say_provenance(counted)
    say_wrapped(f"Elected: {elected_names(counted, counted.table.elected)}.")
    for line in _supposed(question, changed):
        say_wrapped(f"Supposed: {line}.")
    for note in changed.notes:
        say_wrapped(note)
    say()
    known = VERDICTS[found.verdict]
    if found.verdict == "exact" and counted.certified.keys() - {*changed.left_out}:
        known = "Exact: counted again, from the totals that were certified and from what papers there are."
    say_wrapped(f"{known} {_effect(counted, found)}")
    if hidden:
        say_wrapped(_hidden(counted, changed))
    if found.break_even is not None:
        _say_break_even(counted, found.break_even)
    if found.needed and (found.break_even is None or found.break_even.exclusions_held):
        unknown = f" of {changed.unknown}" if changed.unknown else ""
        say_wrapped(f"No fewer than {found.needed}{unknown} papers do it.")
    if isinstance(found.table, StageTable) and found.verdict == "exact":
        _say_last(counted, found.table)
    if found.example is not None and found.example.papers:
        _say_example(counted, found)


def _hidden(counted: Counted, changed: Changed) -> str:
    if hides_tables(counted.basis, changed):
        return "The contest publishes all sections as one: no number is shown to the public that would tell of one."
    cell = counted.contest.smallest_cell
    return f"Fewer than {cell} papers differ: no other number is shown to the public (reveals-ballot)."


def _effect(counted: Counted, found: Found) -> str:
    if found.verdict == "cannot-say":
        return _why(counted, found)
    if found.effect == "by-lot":
        lead = "Only a lot decides whether it changes" if found.verdict == "exact" else "By a lot it could have changed"
        return f"{lead} the result{'; ' if found.why else ''}{found.why}."
    text = EFFECTS[found.effect]
    if found.verdict == "exact" and found.elected:
        text += ": " + " or ".join(elected_names(counted, each) for each in found.elected)
    return f"{text}{': ' + found.shown_by if found.shown_by else ''}."


def _why(counted: Counted, found: Found) -> str:
    if found.short is None:
        return f"{found.why[0].upper()}{found.why[1:]}."
    short = found.short
    lacking = f"{short.papers} short of a majority" if short.papers else "a majority"
    share = _percent(Fraction(short.votes, short.whole), 2) if short.whole else "none"
    held = f"{short.votes} of {short.whole} papers ({share})"
    return f"At stage 1 {counted.names[short.leader]} has {held}, {lacking}. Of later stages: {found.why}."


def _supposed(question: Question, changed: Changed) -> list[str]:
    lines = []
    if question.count_rule is not None:
        lines.append("counted by another rule, a rehearsal")
    if changed.left_out:
        lines.append(f"without the papers of {', '.join(changed.left_out)}")
    if question.reverse:
        lines.append(f"{_rulings(len(question.reverse))} reversed")
    if question.rulings is not None and changed.rulings is not None:
        lines.append(f"{_rulings(len(changed.rulings))} reversed, {question.rulings.says()}")
    for entries, where in ((question.restore, "on the roll"), (question.remove, "not on the roll")):
        if entries:
            lines.append(f"{len(entries)} entr{'ies' if len(entries) > 1 else 'y'} {where}")
    if question.leave_out_categories:
        lines.append(f"without electors of {', '.join(question.leave_out_categories)}")
    if changed.added:
        parts = ", ".join(f"{section} {papers}" for section, papers in changed.added.items())
        lines.append(f"papers more, at most: {parts}")
    for how, which in _fewer(changed):
        lines.append(f"papers fewer, {how}: {', '.join(which)}")
    return lines


def _rulings(number: int) -> str:
    return f"{number} ruling{'s' * (number != 1)}"


def _fewer(changed: Changed) -> list[tuple[str, list[str]]]:
    """Give papers taken out by how well their number is known."""
    found: dict[str, list[str]] = {}
    for section, most in changed.removed.items():
        least = changed.least.get(section, 0)
        if least == most:
            found.setdefault("exactly", []).append(f"{section} {most}")
        elif least:
            found.setdefault("at least and at most", []).append(f"{section} {least} and {most}")
        else:
            found.setdefault("at most", []).append(f"{section} {most}")
    return [*found.items()]


def _say_break_even(counted: Counted, even: BreakEven) -> None:
    winner, loser = counted.names[even.winner], counted.names[even.loser]
    held = "With exclusions held: of" if even.exclusions_held else "Of"
    if even.taken and even.needed is None:
        text = f"taken out, none so divided puts {loser} ahead of {winner}"
    elif even.taken:
        part = _percent(even.share or Fraction(0))
        text = f"taken out, {even.needed} of {winner}, {part}, put {loser} ahead, if all the others were {loser}'s"
    elif even.needed is None:
        text = f"not even all of them for {loser} put {loser} ahead of {winner}"
    else:
        share = even.share or Fraction(0)
        text = f"{even.needed} for {loser}, {_percent(share)}, put {loser} ahead of {winner}, who has all the others"
    say_wrapped(f"{held} {even.papers} papers of {even.section}, {text}.")
    if even.observed is not None:
        what = "papers" if even.exclusions_held else "votes"
        say_wrapped(
            f"Observed: of the {what} of {even.section} that were counted for one of the two, "
            f"{_percent(even.observed)} are for {winner if even.taken else loser}."
        )


def _say_last(counted: Counted, table: StageTable) -> None:
    """Print what the elected hold at the last stage."""
    stage = table.stages[-1]
    for name in table.elected:
        share = stage.share(name)
        if share is not None and table.votes_each == 1:
            of = f"{stage.total(name)} of {stage.continuing} papers" if stage.points is None else "of the whole"
            say_wrapped(f"{counted.names[name]}, stage {stage.number}: {of}, {_percent(share, 2)}.")


def _say_example(counted: Counted, found: Found) -> None:
    if found.example is None:
        return
    say()
    say_wrapped("An example, to be counted again:")
    say_papers(counted, ("fewer", found.example.removed), ("more", found.example.added))
    say_wrapped(f"  Then elected: {' or '.join(elected_names(counted, each) for each in found.elected)}.")


def _percent(share: Fraction, places: int = 1) -> str:
    return f"{rounded(100 * share, places)}%"
