"""What a pack says of each contest: the result, and the papers as the contest's publication rule allows."""

from __future__ import annotations

import csv
import io
import json
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ledger.decision import fold
from ledger.errors import RefusedError
from ledger.rules.marks import ranks
from ledger.storage.store import Ledger
from ledger.streams.contest import ContestDefined
from ledger.streams.result import result_stream
from projections.catch_up import Views
from projections.comparison import Compared, compare
from projections.count.render import as_json
from projections.count.stage_table import Stage
from projections.count.stv_table import STVStage
from projections.counting import Counted, count_contest, past_views
from projections.moment import Moment
from projections.publish.smallest import Shown, show_all, show_fit

REST = "(other valid papers)"  # in place of marks; no id has brackets
NO_REASON = "The numbers of this stage are not published."


@dataclass(frozen=True, slots=True)
class Published:
    """A contest in a pack: its definition; its count and what may be read of it, or why there is none.

    Attributes:
        figures: those declared or published, beside the count as far as it may be read.
        recountable: whether every paper is in the pack, as a leaf.
    """

    contest: ContestDefined
    counted: Counted | None
    shown: Shown | None = None
    figures: tuple[Compared, ...] = ()
    why_not: str = ""
    recountable: bool = False

    @property
    def has_papers(self) -> bool:
        """Whether the pack has a file of papers, whole or cut."""
        return self.shown is not None and self.shown.papers is not None


def write_contests(ledger: Ledger, size: int, folder: Path, *, public: bool) -> list[Published]:
    """Write a folder for each contest, as of the tree of that size.

    Args:
        public: whether everybody may read it; a panel and a scrutineer are shown everything.
    """
    moment = Moment(known_at_position=size - 1)
    found = []
    with closing(past_views(moment)) as views:  # made anew: kept ones are not under the checkpoint
        for name in contest_names(ledger, size):
            published = _published(ledger, views, name, public=public)
            if published is not None:
                found.append(published)
                _write(published, folder / published.contest.contest)
    return found


def contest_names(ledger: Ledger, size: int) -> list[str]:
    """List the contests defined within the tree of that size."""
    return [stream.partition("/")[2] for stream, _ in ledger.stream_heads(size - 1) if stream.startswith("contest/")]


def _published(ledger: Ledger, views: Views, name: str, *, public: bool) -> Published | None:
    moment = views.moment
    events = [event for _, event in moment.past(ledger.stream(f"contest/{name}"))]
    contest = next((event for event in events if isinstance(event, ContestDefined)), None)
    if contest is None:
        return None
    every_paper = contest.paper_publication == "papers" or not public
    results = list(moment.past(ledger.stream(f"result/{name}")))
    result = fold(result_stream(name), (event for _, event in moment.past(ledger.stream(f"result/{name}"))))
    if not every_paper and (result.elected is None or result.reopened):
        # Of two packs before the last paper came in, the difference would show single papers.
        what = "while a recount goes on" if result.reopened else "before the result is declared"
        return Published(contest, None, why_not=f"Not counted in public {what}.")
    try:
        counted = count_contest(ledger, views, name, moment)
    except RefusedError as refused:
        found = f", found {refused.found}" if every_paper else ""  # numbers of papers, perhaps
        return Published(contest, None, why_not=f"Not counted: {refused.code}{found}.")
    shown = shown_of(counted, every_paper=every_paper)
    figures = tuple(compare(replace(counted, table=shown.table, accounted=shown.whole), results))
    return Published(contest, counted, shown, figures, recountable=every_paper and not counted.certified)


def shown_of(counted: Counted, *, every_paper: bool) -> Shown:
    """Give what may be read of a count: all of it where every paper may be.

    Where `none` are to be published no pack has a file of papers: a panel finds them among the leaves.
    """
    contest, papers = counted.contest, counted.profile.papers
    if every_paper:
        return show_all(counted.table, None if contest.paper_publication == "none" else papers)
    lines = contest.paper_publication == "profile"
    return show_fit(counted.table, papers, counted.rule, contest.smallest_cell, lines=lines)


def _write(published: Published, folder: Path) -> None:
    folder.mkdir(parents=True)
    counted, shown, contest = published.counted, published.shown, published.contest
    body: dict[str, object] = {"contest": contest.contest, "office": contest.office, "not_counted": published.why_not}
    if counted is not None and shown is not None:
        body = result_json(counted, shown)
        if published.has_papers:
            (folder / "papers.csv").write_text(papers_csv(shown), "utf-8")
        if published.recountable and published.has_papers:
            for section in (name for name in counted.table.sections if name not in counted.certified):
                name = "papers.blt" if len(counted.table.sections) == 1 else f"papers-{section}.blt"
                (folder / name).write_text(blt(counted, section), "utf-8")
    (folder / "result.json").write_text(json.dumps(body, ensure_ascii=False, indent=2) + "\n", "utf-8")


def result_json(counted: Counted, shown: Shown) -> dict[str, Any]:
    """Turn a count into a JSON object, as docs/reference/file-format.md describes it.

    Where numbers are held back, so is the digest of the count: they could be guessed and tried against it.
    """
    contest = counted.contest
    body: dict[str, Any] = {
        "contest": contest.contest,
        "count": counted.digest if shown.whole else None,
        "count_rule": contest.count_rule,
        "office": contest.office,
        "paper_publication": contest.paper_publication,
        "provenance": list(counted.provenance),
        "withheld": None,
        **as_json(shown.table, counted.names, counted.rule.decimals),
    }
    if not shown.whole:
        body["withheld"] = {
            "joined_sections": list(shown.joined),
            "smallest_cell": shown.smallest,
            "stages": [stage.number for stage in shown.hidden],
        }
        body["valid"] = dict(shown.table.valid) or None
        body["rejected"] = body["rejected"] or None
    body["stages"] = [_hidden_json(stage) for stage in shown.hidden] + body["stages"]
    return body


def _hidden_json(stage: Stage | STVStage) -> dict[str, Any]:
    bare = {"stage": stage.number, "candidates": None, "excluded": None, "non_transferable": None}
    actions = stage.actions if isinstance(stage, STVStage) else (stage.action,)
    acts = [{"kind": each.kind, "candidates": list(each.candidates), "reason": NO_REASON} for each in actions]
    return bare | ({"actions": acts} if isinstance(stage, STVStage) else {"action": acts[0]})


def papers_csv(shown: Shown) -> str:
    """Write how many papers bear which marks, and of each section how many others there are."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["section", "count", "marks"])
    for section in shown.table.sections:
        for marks, count in sorted((shown.papers or {}).get(section, {}).items()):
            writer.writerow([section, count, marks])
        if section in shown.rest:
            writer.writerow([section, shown.rest[section], REST])
    return out.getvalue()


def blt(counted: Counted, section: str) -> str:
    """Write a section's papers in the BLT format: candidates by number, equal ranks joined by `=`, gaps as `-`."""
    numbers = {candidate: str(number) for number, candidate in enumerate(counted.table.candidates, 1)}
    lines = [f"{len(numbers)} {counted.contest.seats}"]
    for marks, count in sorted(counted.profile.papers.get(section, {}).items()):
        written = ["=".join(numbers[name] for name in rank) or "-" for rank in ranks(marks)]
        lines.append(" ".join([str(count), *written, "0"]))
    lines.append("0")
    lines += [_quoted(candidate.name) for candidate in counted.contest.candidates]
    lines.append(_quoted(f"{counted.contest.office}, {section}"))
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return '"' + text.replace('"', "'") + '"'
