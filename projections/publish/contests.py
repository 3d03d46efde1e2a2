"""What a pack says of each contest: the result, and the papers as the contest's publication rule allows."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from pathlib import Path

from ledger.errors import RefusedError
from ledger.store import Ledger
from ledger.streams.contest import ContestDefined
from ledger.streams.marks import ranks
from projections.catch_up import Views
from projections.count.render import as_json, as_text
from projections.counting import Counted, count_contest
from projections.moment import Moment


@dataclass(frozen=True, slots=True)
class Published:
    """A contest in a pack: its definition, and its count or why there is none."""

    contest: ContestDefined
    counted: Counted | None
    why_not: str = ""

    @property
    def recountable(self) -> bool:
        """Whether a stranger can recount it from the pack."""
        return self.counted is not None and self.contest.paper_publication == "papers"

    def table(self) -> str:
        """Give the stage table as plain text, with where the papers come from."""
        if self.counted is None:
            return self.why_not
        provenance = "".join(f"Papers: {words}.\n" for words in self.counted.profile.provenance)
        return provenance + as_text(self.counted.table, self.counted.names, self.counted.rule.decimals, 80)


def write_contests(ledger: Ledger, views: Views, size: int, folder: Path) -> list[Published]:
    """Write a folder for each contest, as of the tree of that size."""
    moment = Moment(known_at_position=size - 1)
    found = []
    for name in contest_names(ledger, size):
        published = _published(ledger, views, name, moment, size)
        if published is None:
            continue
        found.append(published)
        _write(published, folder / published.contest.contest)
    return found


def contest_names(ledger: Ledger, size: int) -> list[str]:
    """List the contests defined within the tree of that size."""
    return [stream.partition("/")[2] for stream, _ in ledger.stream_heads(size - 1) if stream.startswith("contest/")]


def _published(ledger: Ledger, views: Views, name: str, moment: Moment, size: int) -> Published | None:
    events = [event for _, event in moment.past(ledger.stream(f"contest/{name}"))]
    contest = next((event for event in events if isinstance(event, ContestDefined)), None)
    if contest is None:
        return None
    now = ledger.head().size == size
    try:
        return Published(contest, count_contest(ledger, views, name, Moment() if now else moment))
    except RefusedError as refused:
        return Published(contest, None, f"Not counted: {refused.code}, found {refused.found}.")


def _write(published: Published, folder: Path) -> None:
    folder.mkdir(parents=True)
    counted = published.counted
    contest = published.contest
    body: dict[str, object] = {"contest": contest.contest, "office": contest.office, "not_counted": published.why_not}
    if counted is not None:
        body = {
            "contest": contest.contest,
            "count": counted.digest,
            "count_rule": contest.count_rule,
            "office": contest.office,
            "paper_publication": contest.paper_publication,
            "provenance": list(counted.profile.provenance),
            **as_json(counted.table, counted.names, counted.rule.decimals),
        }
        if contest.paper_publication != "none":
            _write_papers(counted, folder)
    (folder / "result.json").write_text(json.dumps(body, ensure_ascii=False, indent=2) + "\n", "utf-8")


def _write_papers(counted: Counted, folder: Path) -> None:
    """Write how many papers bear which marks; where only the profile is public, cells below the smallest are joined."""
    smallest = 1 if counted.contest.paper_publication == "papers" else counted.contest.smallest_cell
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["section", "count", "marks"])
    for section in counted.table.sections:
        few = 0
        for marks, count in sorted(counted.profile.papers.get(section, {}).items()):
            if count >= smallest:
                writer.writerow([section, count, marks])
            else:
                few += count
        if few:
            writer.writerow([section, few, f"(fewer than {smallest} alike each)"])
    (folder / "papers.csv").write_text(out.getvalue(), "utf-8")
    if smallest == 1:
        for section in counted.table.sections:
            name = "papers.blt" if len(counted.table.sections) == 1 else f"papers-{section}.blt"
            (folder / name).write_text(blt(counted, section), "utf-8")


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
