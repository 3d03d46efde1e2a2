"""`pollbook recount`: the papers of a margin's or a verdict's certificate, counted again from the record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from cli.analysis.certificate_file import Certificates, Verdict, read_certificates
from cli.analysis.rankings import elected_names
from cli.analysis.whatif import of_public, require_audience
from cli.look import counted_at, moment_from, root_at
from cli.office import opened
from cli.place import Place
from cli.privacy.access import log_opening
from cli.screen import say, say_json, say_wrapped
from ledger.errors import EvidenceError, refused
from projections.counting import Counted
from projections.margin.claimed import public_body, verdict_said
from projections.margin.claimed import unlike as margin_unlike
from projections.margin.published import digest_of
from projections.margin.recount import Moved
from projections.moment import Moment
from projections.whatif.again import counted_again
from projections.whatif.asked import asked
from projections.whatif.changed import Changed
from projections.whatif.claimed import unlike as verdict_unlike
from projections.whatif.found import Elected
from projections.whatif.rechecked import Claim, Rechecked, recheck
from projections.whatif.seen import RecordSeen
from projections.whatif.small import is_small, require_for_public

NOT_SHOWN = (
    "No recount shows a break-even, nor that no fewer papers do it: where they were published, pollbook verify "
    "searches again."
)
AS_SCRUTINEER = "Ask as scrutineer: --audience scrutineer --purpose scrutiny --as scrutineer"
ASK_AGAIN = "Do not rely on it; ask the question again"


def recount(place: Place, file: Path, as_of: str | None, who: tuple[str, str, str], *, as_json: bool) -> None:
    """Count a file's certificates again, and say of each whether it holds.

    Args:
        as_of: the day that the file was asked about, if any.
        who: for which audience, for which purpose, and who asks; the public is not asked.

    Raises:
        RefusedError: `not-a-certificate`, `another-count`, `another-record`, `no-certificate`, `reveals-ballot`, and
            what a count raises.
        EvidenceError: `certificate-differs`: one of them does not hold; `digest-differs`: the file is not as it was
            printed; `answer-differs`: what it says beside them is not what the record gives.
    """
    audience, purpose, actor = who
    require_audience(audience, purpose)
    said = read_certificates(file)
    moment = moment_from(as_of, str(said.position))
    counted, _ = counted_at(place, said.contest, moment)
    _require_public(counted, audience)
    if counted.digest != said.count:
        remedy = f"Ask again: pollbook margin {said.contest} --json; of an earlier day, add --as-of"
        raise refused("another-count", file.name, f"the count {counted.digest}", said.count, remedy)
    if (root := root_at(place, said.position)) != said.root:
        remedy = "It was taken from another record, or this one is not as it was: pollbook verify"
        raise refused("another-record", file.name, f"root {root} over {said.position + 1} events", said.root, remedy)
    if said.stands != (stands := tuple(sorted(counted.table.elected))):
        raise refused(
            "another-count", file.name, f"elected: {', '.join(stands)}", ", ".join(said.stands) or "nobody", ASK_AGAIN
        )
    _require_some(file, said)
    faults = list(_faults(place, counted, said, (moment, audience)))
    if audience == "scrutineer":
        log_opening(place, "recount", len(said.claims) or 1, purpose, actor)
    found = _found(counted, said)
    if as_json:
        say_json(_json(counted, found, faults))
    else:
        _say(counted, file, found, faults)
    _require_holds(file, found, faults)


def _require_holds(file: Path, found: list[Rechecked], faults: list[tuple[str, str]]) -> None:
    for each in found:
        if each.why:
            wrong = sum(bool(other.why) for other in found)
            raise EvidenceError(
                "certificate-differs",
                file.name,
                expected="certificates that recount to what they say",
                found=f"{wrong} of {len(found)} that do not: {each.claim.name}: {each.why}",
                remedy=ASK_AGAIN,
            )
    for code, why in faults:
        raise EvidenceError(
            code, file.name, expected="what the record and the file itself give", found=why, remedy=ASK_AGAIN
        )


def _faults(
    place: Place, counted: Counted, said: Certificates, asked_by: tuple[Moment, str]
) -> Iterator[tuple[str, str]]:
    """Say, with a code each, in what a file is not what was printed, or not what the record gives; nothing is searched.

    Raises:
        RefusedError: `reveals-ballot`, and what `asked` raises.
    """
    basis, table = counted.basis, counted.table
    body = public_body(basis, said.body) if said.verdict is None else said.body
    if (digest := digest_of(body)) != said.digest:
        yield "digest-differs", f"{digest}, where it says {said.digest}"
    if said.verdict is not None:
        changed = _changed(place, counted, said, asked_by)
        why = [*verdict_unlike(basis, table, said.question, changed, body)]
    elif said.question.margin is None:
        why = ["its question asks for no margin"]
    else:
        why = [*margin_unlike(basis, table, said.question.margin, said.body)]
        if (verdict := verdict_said(body)) != said.whole:
            why.append(f"it says {said.whole} where its lines are {verdict}")
    for each in why:
        yield "answer-differs", each


def _changed(place: Place, counted: Counted, said: Certificates, asked_by: tuple[Moment, str]) -> Changed:
    """Turn the question into numbers; the public is not told of few papers."""
    moment, audience = asked_by
    if audience != "scrutineer" == said.audience and said.question.leave_out_categories:
        where, found = f"recount in contest {said.contest}", "one of categories, as a scrutineer was answered"
        raise refused("reveals-ballot", where, "a question as the public was answered", found, AS_SCRUTINEER)
    with opened(place) as ledger:
        seen = RecordSeen(ledger, moment) if audience == "scrutineer" else of_public(ledger, said.contest)
        changed = asked(seen, counted.basis, counted.table, said.question, counted.position)
    if audience != "scrutineer":
        require_for_public(counted.basis, counted.table, said.question, changed)
        if is_small(counted.basis, counted.table, changed):
            where = f"recount in contest {counted.contest.contest}"
            expected = f"at least {counted.contest.smallest_cell} papers that differ, or none"
            raise refused("reveals-ballot", where, expected, "fewer", AS_SCRUTINEER)
    return changed


def _require_public(counted: Counted, audience: str) -> None:
    """Refuse the public recounts of papers that are not published: whoever tries many learns how they are marked."""
    published = counted.contest.paper_publication
    if published != "papers" and audience != "scrutineer":
        where = f"recount in contest {counted.contest.contest}"
        raise refused("reveals-ballot", where, "a contest whose papers are published", published, AS_SCRUTINEER)


def _require_some(file: Path, said: Certificates) -> None:
    if said.claims or (said.verdict is not None and said.verdict.verdict == "exact" and said.verdict.recount):
        return
    hidden = f"; of {said.hidden} numbers they are not shown to the public" if said.hidden else ""
    remedy = "What no papers show is searched again: ask the question again, or publish it, and verify does"
    raise refused("no-certificate", file.name, "papers to be counted again", f"none{hidden}", remedy)


def _found(counted: Counted, said: Certificates) -> list[Rechecked]:
    basis = counted.basis
    if said.verdict is None:
        return [recheck(basis, said.stands, claim) for claim in said.claims]
    changed = Changed(tuple(said.verdict.papers.left_out), said.verdict.question.count_rule)
    basis = changed.basis(basis)
    if said.claims:
        return [recheck(basis, said.stands, claim) for claim in said.claims]
    return [_again(counted, changed, said.stands, said.verdict)]


def _again(counted: Counted, changed: Changed, stands: Elected, said: Verdict) -> Rechecked:
    """Count known papers again, without a section or by another rule."""
    basis = changed.basis(counted.basis)
    again = counted_again(basis, stands)
    claim = Claim("the recount", Moved(), "could", tuple(tuple(each) for each in said.elected_then))
    if again.table is None:
        return Rechecked(claim, None, again.why)
    rechecked = Rechecked(claim, again.elected)
    if (again.elected, again.effect) != (claim.elected, said.effect):
        return replace(rechecked, why="somebody else is elected than it says")
    digest = basis.digest(again.table)
    return rechecked if digest == said.recount else replace(rechecked, why=f"it is the count {digest}")


def _say(counted: Counted, file: Path, found: list[Rechecked], faults: list[tuple[str, str]]) -> None:
    say_wrapped(
        f"Recount of {file.name}, in {counted.contest.office} ({counted.contest.contest}), of the papers up to event "
        f"{counted.position}"
    )
    say_wrapped(f"Elected: {elected_names(counted, counted.table.elected)}.")
    say()
    for each in found:
        moved = each.claim.moved
        numbers = [
            f"{number} {word}"
            for word, side in (("less", moved.removed), ("more", moved.added))
            if (number := sum(sum(rankings.values()) for rankings in side.values()))
        ]
        papers = f": {' and '.join(numbers)}" if numbers else ""
        elected = "" if each.elected is None else f" Then elected: {_either(counted, each.elected)}."
        holds = "It does not hold: " + each.why if each.why else "As it says"
        say_wrapped(f"{each.claim.name[0].upper()}{each.claim.name[1:]}{papers}.{elected} {holds}.")
    say()
    say(f"{sum(not each.why for each in found)} of {len(found)} recount to what they say.")
    for code, why in faults:
        say_wrapped(f"The file itself ({code}): {why}.")
    say_wrapped(NOT_SHOWN)


def _either(counted: Counted, ways: tuple[Elected, ...]) -> str:
    return " or ".join(elected_names(counted, each) for each in ways)


def _json(counted: Counted, found: list[Rechecked], faults: list[tuple[str, str]]) -> dict[str, object]:
    return {
        "contest": counted.contest.contest,
        "position": counted.position,
        "count": counted.digest,
        "certificates": [
            {
                "name": each.claim.name,
                "papers": each.claim.moved.papers,
                "elected": None if each.elected is None else [list(way) for way in each.elected],
                "holds": not each.why,
                "why": each.why,
            }
            for each in found
        ],
        "file": [{"code": code, "why": why} for code, why in faults],
        "not_shown": NOT_SHOWN,
    }
