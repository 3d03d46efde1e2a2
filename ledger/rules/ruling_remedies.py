"""What to do about a ruling that is refused: for each fault of `fairness.ORDER` what to record first, or correct."""

from __future__ import annotations

from collections.abc import Mapping

AT_ANOTHER = "record hold-sitting, and give it with --sitting"
VOTES = "Correct --votes-for, --votes-against and --abstained: one vote of each who sat and did not withdraw"
WITHDRAW = "Let them withdraw (--recused), and the others vote"
ANOTHER_REVIEWER = "Let somebody else review it, and give them with --reviewed-by"
CONDUCT = "Correct conduct in --findings"

REMEDIES: Mapping[str, str] = {
    "not-allocated": "Record allocate-case first, and give that panel with --panel",
    "unknown-sitting": "Record hold-sitting first, and give its id with --sitting",
    "before-sitting": "Correct --effective, or --sitting",
    "sitting-too-early": f"Put the case to a later sitting: {AT_ANOTHER}",
    "sitting-late": f"Put the case to another sitting, and write that down in time: {AT_ANOTHER}",
    "inquorate": f"Put the motion to a quorate sitting: {AT_ANOTHER}",
    "not-a-member": f"Put the case to a sitting of members alone: {AT_ANOTHER}",
    "seated-late": f"Put the case to a sitting after their seat was recorded: {AT_ANOTHER}",
    "counted-twice": f"Put the case to a sitting where nobody sits twice: {AT_ANOTHER}",
    "conflict": WITHDRAW,
    "same-person-referred-and-decided": WITHDRAW,
    "witness-decided": WITHDRAW,
    "votes-exceed-present": VOTES,
    "votes-missing": VOTES,
    "ruling-not-carried": "Give as --outcome what the panel carried, with the votes on that; or put it to it again",
    "review-missing": "Give --check-version and --reviewed-by",
    "reviewer-not-independent": ANOTHER_REVIEWER,
    "reviewer-without-power": "Record delegate-power first, or give another with --reviewed-by",
    "ground-not-of-the-case": "Correct ground in --findings; on another ground, record open-case",
    "ground-not-met": "Say in --findings which ground is met, or give another --outcome, such as no-action",
    "conduct-unfit": CONDUCT,
    "rule-not-in-force-at-conduct": f"{CONDUCT}, or find the ground not-met: none reaches back",
    "not-for-them": "Let those decide it, and say so with --decided-by",
    "notice-not-served": "Record serve-case-notice, wait for the reply, and put the case to a sitting after that",
    "reply-window-open": "Wait, and put the case to a sitting after that; or record take-interim-measure, and give "
    "--interim-reason",
    "interim-measure-missing": "Record take-interim-measure first; or leave out --interim-reason",
    "ground-not-in-notice": "Record serve-case-notice first, or leave the ground out of --findings",
    "reply-not-considered": "Put each reply to a sitting after it, and say: --replies {replies} --late-replies {late}",
    "unknown-evidence": "Record add-evidence first, or correct --evidence",
    "evidence-withdrawn": "Leave it out of --evidence",
    "evidence-too-late": "Leave it out of --evidence, or put it to a later sitting, given with --sitting",
    "evidence-not-disclosed": "Record serve-case-notice first, with that --evidence; or leave it out",
    "evidence-below-standard": "Record add-evidence and serve-case-notice first, and give it with --evidence; or give "
    "another --outcome",
    "new-evidence-missing": "Record add-evidence first, and give it with --evidence",
    "reasons-insufficient": "Write that into --reasons",
    "effect-missing": "Say it of one at least: --effects '{effects}'",
    "effect-unfit": "Correct action in --effects, or --papers",
    "unknown-entry": "Correct number in --effects",
    "entry-not-live": "Leave it out of --effects",
    "entry-live": "Leave it out of --effects",
    "appeal-route-missing": "Give --appeal; or --no-appeal, with a hash of: pollbook rules --hashes",
    "appeal-route-unclear": "Give --appeal or --no-appeal",
}
ALONE: Mapping[str, Mapping[str, str]] = {
    "officer": dict.fromkeys(
        ("conflict", "same-person-referred-and-decided", "witness-decided"), "Let another officer decide it"
    ),
    "auto": dict.fromkeys(("conflict", "same-person-referred-and-decided", "witness-decided"), ANOTHER_REVIEWER),
}  # what nobody withdraws from: one person decided


def remedy_of(code: str, decided_by: str, values: Mapping[str, object]) -> str:
    """Say what to do about a fault of a ruling.

    Args:
        code: one of `fairness.ORDER`.
        decided_by: panel, officer or auto.
        values: what the texts name: `replies` and `late` ones on the case, `effects` that would do, as JSON.
    """
    text = ALONE.get(decided_by, {}).get(code, REMEDIES[code])
    return text.format(**values)
