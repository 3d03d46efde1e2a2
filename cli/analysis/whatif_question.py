"""The words of `pollbook whatif` read as a question."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from cli.cases.oversight import Wanted
from cli.source import small_text
from ledger.decision import fold
from ledger.errors import UsageError, nearest
from ledger.rules.count_rule import CountRule
from ledger.rules.question import Elector, Question, Rejected, RulingNamed, RulingSet, SectionPapers
from ledger.storage.store import Ledger
from ledger.streams.election import Election
from projections.counting import Counted

RULE: TypeAdapter[CountRule] = TypeAdapter(CountRule)
Part = TypeVar("Part")
ALGORITHM = "sha256:"
HASH_MIN = 4  # characters that tell one rule from another: an election has a few


@dataclass(frozen=True, slots=True)
class Asked:
    """What was written: each option as often as it was given."""

    reverse: Sequence[str]
    restore: Sequence[str]
    remove: Sequence[str]
    leave_out: Sequence[str]
    categories: Sequence[str]
    rejected: Sequence[str]
    section: str | None
    unknown: Sequence[str]
    rule: str | None
    rulings: RulingSet | None = None


def question_of(words: Asked, ledger: Ledger, counted: Counted) -> Question:
    """Read the words.

    Raises:
        UsageError: `bad-part`: one of them is not written as it ought to be; `unknown-rule`.
    """
    if words.section is not None and not words.rejected:
        remedy = "To leave a section out: --leave-out-section"
        expected = "--accept-rejected, whose papers are then of this section only"
        raise UsageError("bad-part", "--section", expected=expected, found="none", remedy=remedy)
    return Question(
        accept_rejected=_parts(
            "--accept-rejected", "a reason", words.rejected, lambda text: Rejected(reason=text, section=words.section)
        ),
        count_rule=_rule(words.rule, ledger, counted) if words.rule is not None else None,
        leave_out=tuple(words.leave_out),
        leave_out_categories=tuple(words.categories),
        remove=_parts("--remove", "KEY/N: a person's key and the number of the entry", words.remove, _elector),
        restore=_parts("--restore", "KEY/N: a person's key and the number of the entry", words.restore, _elector),
        reverse=_parts("--reverse-ruling", "CASE/N: a case and the number of the ruling", words.reverse, _ruling),
        rulings=words.rulings,
        unknown=_parts("--more-papers", "SECTION=NUMBER", words.unknown, _more),
    )


def asked_of(options: Mapping[str, Any]) -> Asked:
    """Give what was written, from the options by name.

    Raises:
        UsageError: `bad-moment`; `bad-part`: what is no name.
    """
    listed = ("reverse", "restore", "remove", "leave_out", "category", "rejected")
    reverse, restore, remove, leave_out, categories, rejected = (options[name] or [] for name in listed)
    return Asked(
        reverse=reverse,
        restore=restore,
        remove=remove,
        leave_out=leave_out,
        categories=categories,
        rejected=rejected,
        section=options["section"],
        unknown=options["unknown"] or [],
        rule=options["rule"],
        rulings=_set_of(options),
    )


def _set_of(options: Mapping[str, Any]) -> RulingSet | None:
    """Give the set of rulings that the options let through; None where none was given."""
    names = ("late", "told", "ground", "panel", "clause", "source", "outcome", "since", "until")
    if not any(options[name] for name in names):
        return None
    asked = Wanted(since=options["since"], until=options["until"]).filter()
    try:
        return RulingSet(
            appeal="late-allowed" if options["late"] else None,
            ground=options["ground"],
            outcome=options["outcome"],
            panel=options["panel"],
            rule=options["clause"],
            since=asked.since or None,
            source=options["source"],
            told="after-close" if options["told"] else None,
            until=asked.until or None,
        )
    except ValidationError as error:
        first = error.errors()[0]
        where, found = "--" + ".".join(map(str, first["loc"])), repr(first["input"])
        remedy = "See: pollbook rulings --help"
        raise UsageError("bad-part", where, expected="an id in lower case", found=found, remedy=remedy) from None


def _parts(option: str, form: str, words: Sequence[str], read: Callable[[str], Part]) -> tuple[Part, ...]:
    found = []
    for word in words:
        try:
            found.append(read(word))
        except ValueError:
            remedy = "See: pollbook whatif --help"
            raise UsageError("bad-part", option, expected=form, found=repr(word), remedy=remedy) from None
    return tuple(found)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise ValueError(text)
    return int(text)


def _elector(text: str) -> Elector:
    person, _, number = text.rpartition("/")
    return Elector(person=person, number=_number(number))


def _ruling(text: str) -> RulingNamed:
    case, _, number = text.rpartition("/")
    return RulingNamed(case=case, ruling=_number(number))


def _more(text: str) -> SectionPapers:
    section, _, papers = text.partition("=")
    return SectionPapers(section=section, papers=_number(papers))


def _rule(word: str, ledger: Ledger, counted: Counted) -> Any:
    """Give a rule that was adopted for the election, by its hash or how it begins, or one from a file."""
    if not word or (len(word) - len(ALGORITHM) < HASH_MIN and word.startswith(ALGORITHM)):
        expected = f"a file, or {ALGORITHM} and {HASH_MIN} or more characters of a rule's hash"
        remedy = f"See: pollbook show election/{counted.contest.election}"
        raise UsageError("bad-part", "--count-rule", expected=expected, found=repr(word), remedy=remedy)
    if not word.startswith(ALGORITHM):
        try:
            return RULE.validate_json(small_text(Path(word)))
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"])) or "the rule"
            remedy = "See docs/reference/rules.md"
            expected = "a count rule as JSON"
            found_now = f"{where}: {first['msg']}"
            raise UsageError("bad-part", "--count-rule", expected=expected, found=found_now, remedy=remedy) from None
    stream = f"election/{counted.contest.election}"
    rules = fold(Election(stream), (event for _, event in ledger.stream(stream))).rules
    found = [name for name in rules if name.startswith(word)]
    if len(found) != 1:
        text = f"{word}{nearest(word, rules)}" if not found else f"{word}, which begins several"
        remedy = f"See: pollbook show {stream}"
        expected = "a rule adopted for the election"
        raise UsageError("unknown-rule", "--count-rule", expected=expected, found=text, remedy=remedy)
    return rules[found[0]]
