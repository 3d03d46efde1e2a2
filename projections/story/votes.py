"""What is told of papers, totals, lots, accounts, reports and results; see `words.tells`."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.streams.account import AccountStated
from ledger.streams.analysis import AnalysisPublished
from ledger.streams.batch import BatchClosed, BatchOpened, BatchWithdrawn
from ledger.streams.lot import LotCommitted, LotDrawn
from ledger.streams.paper import PaperRead
from ledger.streams.report import ReportMade
from ledger.streams.result import FiguresPublished, RecountOrdered, ResultAnnulled, ResultCorrected, ResultDeclared
from ledger.streams.totals import TotalsCertified
from projections.story.words import Names, Sentences, counted, listed, quoted, short, tells

LOT_DECIDES = {"surplus": "whose surplus goes first", "exclusion": "who is excluded", "place": "who gets the place"}
REPORTED = {
    "lawful": "that no requirement of law was contravened",
    "secure": "that papers and count were kept as secure as was reasonably practicable",
    "independent": "that nobody interfered with the scrutineer's independence",
}


@tells(BatchOpened)
def _(event: BatchOpened, _names: Names) -> Sentences:
    source = "" if event.provenance is None else f", {quoted(event.provenance)}"
    what = f"opened {event.stream}, a batch of {counted(event.total, 'paper')}{source},"
    return (f"{what} for contest {event.contest}, section {event.section}", "They count once the batch is closed.")


@tells(BatchClosed)
def _(event: BatchClosed, _names: Names) -> Sentences:
    where = f"for contest {event.contest}, section {event.section}"
    return (f"closed {event.stream}, a batch {where}", f"Complete with {counted(event.count, 'paper')}, it counts.")


@tells(BatchWithdrawn)
def _(event: BatchWithdrawn, _names: Names) -> Sentences:
    where = f"contest {event.contest}, section {event.section}"
    what = f"withdrew {event.stream}, a batch for {where}, with the reason {quoted(event.reason)}"
    return (what, "Its papers stay on record and do not count.")


@tells(PaperRead)
def _(event: PaperRead, names: Names) -> Sentences:
    _, contest, section, *_ = [*event.stream.split("/"), "", "", ""]
    read = "read a ballot paper" if event.provenance is None else f"recorded a ballot paper, {event.provenance},"
    batch = "" if event.batch is None else f", in {event.batch}"
    return (f"{read} of contest {contest}, section {section}, {_marked(event.marks, contest, names)}{batch}",)


def _marked(marks: str, contest: str, names: Names) -> str:
    ranks = [[name for name in rank.split("=") if name] for rank in marks.split(">")]
    if not any(ranks):
        return f"blank, with the marks {quoted(marks)}" if marks else "which is blank"
    told = [names.all(contest, rank) for rank in ranks]
    if len(told) == 1:
        return f"marked for {told[0]}"
    return "marked " + listed([f"{number} for {who}" for number, who in enumerate(told, 1)])


@tells(TotalsCertified)
def _(event: TotalsCertified, names: Names) -> Sentences:
    what = f"certified the totals of contest {event.contest}, section {event.section}"
    papers = "" if event.papers is None else f", {counted(event.papers, 'valid paper')}"
    held = [(each.candidate, each.votes) for each in event.stages[0].held] if event.stages else []
    return (
        f"{what}, for {counted(len(event.stages), 'stage')}{papers}, from the source {quoted(event.source)}",
        f"At stage 1: {names.with_votes(event.contest, held)}.",
        "The totals are counted in place of papers.",
    )


@tells(LotCommitted)
def _(event: LotCommitted, _names: Names) -> Sentences:
    what = f"committed to a seed, {short(event.commitment)}, for lots of contest {event.contest}"
    return (what, "The seed stays secret until a lot is needed.")


@tells(LotDrawn)
def _(event: LotDrawn, names: Names) -> Sentences:
    tied = names.all(event.contest, event.tied)
    how = f"from {counted(len(event.seed), 'seed')} committed to before" if event.seed else "by hand"
    seen = "" if event.witnesses is None else f", before witnesses: {quoted(event.witnesses)}"
    silent = f"Committed to a seed and did not reveal it: {listed(event.unrevealed)}."
    order = [names.who(event.contest, candidate) for candidate in event.order] or ["nobody"]
    fell = f"{order[0]} first" + (f", then {listed(order[1:])}" if order[1:] else "")
    return (
        f"drew a lot for contest {event.contest}, among {tied}, tied at stage {event.stage:,} of the count of the "
        f"papers up to event {event.as_of_position}, {how}{seen}",
        *([silent] if event.unrevealed else []),
        f"The lot fell on {fell}; it decides {LOT_DECIDES[event.purpose]} at stage {event.stage:,}.",
    )


@tells(AccountStated)
def _(event: AccountStated, _names: Names) -> Sentences:
    figures = {"electors": event.electorate, "distributed": event.distributed, "returned": event.returned}
    told = listed([f"{name} {'not published' if n is None else format(n, ',')}" for name, n in figures.items()])
    set_aside = [f"{each.papers:,} {each.reason}" for each in event.set_aside]
    spoilt = [f"{each.papers:,} {each.reason}" for each in event.spoilt]
    source = "" if event.source is None else f", from the source {quoted(event.source)}"
    return (
        f"stated the ballot account of contest {event.contest}, section {event.section}: {told}{source}",
        f"Papers set aside: {listed(set_aside, 'none')}; spoilt: {listed(spoilt, 'none')}.",
        "It takes the place of any account of the section that was stated before.",
    )


@tells(ReportMade)
def _(event: ReportMade, names: Names) -> Sentences:
    numbers = f"{event.distributed:,} papers distributed, {event.returned:,} returned, {event.spoilt:,} spoilt"
    votes = names.with_votes(event.contest, [(each.candidate, each.votes) for each in event.votes])
    what = f"reported on contest {event.contest}, on the papers up to event {event.as_of_position}: {numbers}"
    return (what, f"Votes: {votes}.", *_stated(event))


def _stated(event: ReportMade) -> Iterator[str]:
    """Say of what the scrutineer was satisfied, who handled papers, and how the register was inspected."""
    for name, what in REPORTED.items():
        statement = getattr(event, name)
        reasons = "" if statement.reasons is None else f", with the reasons {quoted(statement.reasons)}"
        yield f"The scrutineer is {'' if statement.satisfied else 'not '}satisfied {what}{reasons}."
    yield f"Appointed to store, distribute or count papers: {listed([quoted(each) for each in event.persons])}."
    for each in event.inspections:
        instance = "upon request" if each.instance == "request" else "on the scrutineer's own initiative"
        yield f"The register was inspected {instance}, and this was found: {quoted(each.found)}."


@tells(ResultDeclared)
def _(event: ResultDeclared, names: Names) -> Sentences:
    number = "" if event.number is None else f" of count {event.number:,}"
    what = f"declared the result{number} of contest {event.contest}"
    return (f"{what}: elected {names.all(event.contest, event.elected)}", *_counted_from(event))


@tells(ResultCorrected)
def _(event: ResultCorrected, names: Names) -> Sentences:
    what = f"recorded the result of count {event.number:,} of contest {event.contest}"
    who = names.all(event.contest, event.elected)
    return (
        f"{what}: elected {who}, with the reason {quoted(event.reason)}",
        "It holds in place of the one declared before.",
        *_counted_from(event),
    )


def _counted_from(event: ResultDeclared | ResultCorrected) -> Iterator[str]:
    digest = "" if event.count is None else f", with the digest {short(event.count)},"
    yield f"It was counted{digest} from the papers up to event {event.as_of_position}."
    if event.figures:
        yield f"With it {_figures(len(event.figures))} declared."
    yield "What it was counted from cannot be changed any more, unless a recount is ordered."


def _figures(number: int) -> str:
    return f"{counted(number, 'figure')} {'was' if number == 1 else 'were'}"


@tells(RecountOrdered)
def _(event: RecountOrdered, _names: Names) -> Sentences:
    what = f"ordered a recount of contest {event.contest}, count {event.number:,}, with the reason"
    meaning = "Batches can be withdrawn and read again, until the result is declared or corrected anew."
    return (f"{what} {quoted(event.reason)}", meaning)


@tells(ResultAnnulled)
def _(event: ResultAnnulled, _names: Names) -> Sentences:
    what = f"annulled the result of contest {event.contest}, with the reason {quoted(event.reason)}"
    return (what, "Nobody is elected by it, and nothing of the contest changes any more.")


@tells(FiguresPublished)
def _(event: FiguresPublished, _names: Names) -> Sentences:
    where = "" if event.address is None else f", at {quoted(event.address)}"
    what = f"recorded {counted(len(event.figures), 'figure')} of contest {event.contest}"
    unread = sum(figure.certainty == "unconfirmed" for figure in event.figures)
    return (
        f"{what} as published by {event.source}{where}",
        *([f"Of them {unread:,} unconfirmed: transcribed, the source not read."] if unread else []),
        "They stand as printed there, whether or not they follow from the papers.",
    )


COULD_IT = {
    "same": "the result would have been the same",
    "changed": "the result would have been another",
    "could-not": "it could not have changed the result",
    "could": "it could have changed the result",
    "by-lot": "by a lot it could have changed the result",
    None: "it cannot be said whether it could have changed the result",
}


@tells(AnalysisPublished)
def _(event: AnalysisPublished, _names: Names) -> Sentences:
    question = event.question
    parts = [
        "" if question.count_rule is None else "another count rule",
        *(f"section {name} left out" for name in question.leave_out),
        *(f"category {name} left out" for name in question.leave_out_categories),
        *(f"papers rejected as {each.reason} accepted" for each in question.accept_rejected),
        *(f"{counted(each.papers, 'more paper')} of section {each.section}" for each in question.unknown),
        f"{counted(len(question.reverse), 'ruling')} reversed" if question.reverse else "",
        f"rulings reversed, {question.rulings.says()}" if question.rulings else "",
        f"{counted(len(question.restore), 'elector')} restored" if question.restore else "",
        f"{counted(len(question.remove), 'elector')} removed" if question.remove else "",
    ]
    supposed = listed([part for part in parts if part]) if any(parts) else "nothing"
    return (
        f"published analysis {event.number} of contest {event.contest}, of the count up to event "
        f"{event.as_of_position}: {event.verdict}, {COULD_IT[event.effect]}",
        f"Supposed: {supposed}.",
        f"Its certificate is {short(event.certificate)}, by the engine {quoted(event.engine)}.",
    )
