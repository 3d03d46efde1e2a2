"""`pollbook application`: one application, what was found of it, and every test of the franchise with its reason."""

from __future__ import annotations

from typing import Any

from cli.look import moment_from, require_known
from cli.office import opened
from cli.place import Place
from cli.privacy.access import opening, purpose_named
from cli.screen import say, say_json, say_wrapped, table
from ledger.decision import State, fold
from ledger.errors import RefusedError
from ledger.record import Record
from ledger.rules.eligibility import Facts, Verdict, evaluate_all
from ledger.streams.application import Application, application_stream
from ledger.streams.application_events import ApplicationReceived
from ledger.streams.case import case_stream, docket_stream
from ledger.streams.franchise import franchise_stream
from ledger.streams.refused_application import holding
from projections.moment import Moment

Explained = tuple[list[Verdict], str]  # what each test says; why there is none


def show_application(
    place: Place, key: str, as_of: str | None, known_at: str | None, asked: tuple[str, str], *, as_json: bool
) -> None:
    """Show one application by its key: `asked` is for which purpose, and who asks.

    Raises:
        UsageError: `bad-moment`, `purpose-required`.
        RefusedError: `unknown-application`.
    """
    moment = moment_from(as_of, known_at)
    purpose_named(asked[0])
    with opened(place) as ledger:
        require_known(moment, ledger)
        application = _as_of(ledger, application_stream(key.removeprefix("application/")), moment)
        if not isinstance(application, Application) or application.received is None:
            raise RefusedError(
                "unknown-application",
                f"application/{key.removeprefix('application/')}",
                expected=f"an application on record ({moment.says()})",
                found="none",
                remedy="Give its key; pollbook application-key finds it by the receipt number",
            )
        verdicts, why = explain(ledger, application, moment)
        held = open_cases(ledger, application, moment)
    with opening(place, "application", *asked) as now:
        now.log(1, application.key)
    if as_json:
        say_json(_plain(application, verdicts, why, held))
        return
    _say(application)
    _say_checks(application)
    _say_tests(application, verdicts, why, held)


def explain(ledger: Record, application: Application, moment: Moment) -> Explained:
    """Say of every test of the application's category whether it is passed, by the franchise in force."""
    received = application.received
    if not isinstance(received, ApplicationReceived):
        return [], "it was received late: no test is asked"
    adopted = _as_of(ledger, franchise_stream(received.election), moment)
    category = adopted.rule.takes(received.category, None) if adopted.rule else None
    if category is None:
        return [], f"no franchise of election {received.election} takes applications of category {received.category}"
    checks = tuple(sorted((name, each.outcome) for name, each in application.checks.items()))
    return list(evaluate_all(category, Facts(application.stream, declared=True, checks=checks))), ""


def open_cases(ledger: Record, application: Application, moment: Moment) -> list[str]:
    """Give the ids of the open cases about an application, which is not admitted meanwhile."""
    docket = _as_of(ledger, docket_stream(application.election, application.key), moment)
    return holding(application.stream, [_as_of(ledger, case_stream(each), moment) for each in docket.cases])


def _as_of(ledger: Record, state: Any, moment: Moment) -> Any:
    found: State = fold(state, (event for _, event in moment.past(ledger.stream(state.stream))))
    return found


def _stands(application: Application) -> str:
    if application.late:
        return "received late"
    if application.ended == "admitted" and application.admitted:
        return f"admitted to section {application.admitted.section}, {application.admitted.decided_by}"
    if application.refusal is not None:
        return f"refused, by ruling {application.refusal.ruling} on {application.refusal.basis}"
    return application.ended or "open"


def _say(application: Application) -> None:
    received = application.received
    assert received is not None  # noqa: S101  # the caller refused where there is none
    say(f"{application.stream}: {_stands(application)}")
    where = f"category {received.category}, election {received.election}"
    say_wrapped(f"received {received.received} by {received.channel}, {where}")
    if isinstance(received, ApplicationReceived):
        paid = "paid" if not application.short else f"{application.short} short"
        fee = f"fee {received.fee_due} {received.currency}, version {received.fee_version}"
        failed = f"; {application.failed} payments failed" if application.failed else ""
        say_wrapped(f"{fee}; {application.money} is there: {paid}{failed}")
    for ground, cure in sorted(application.cures.items()):
        deadline = cure.invited.deadline
        answered = "lapsed" if cure.lapsed else "answered" if cure.supplied else "open"
        late = ", late" if cure.supplied and cure.supplied.late else ""
        say_wrapped(
            f"to be put right: {ground}, by {deadline.local} {deadline.zone} ({deadline.utc}): {answered}{late}"
        )
    for ground in application.referrals:
        say_wrapped(f"referred: {ground}")
    if application.refusal is not None:
        grounds = ", ".join(application.refusal.grounds)
        say_wrapped(f"refused: {grounds}, told at {application.refusal.effective}")


def _say_checks(application: Application) -> None:
    if not application.checks:
        say("no check was run")
        return
    rows = [
        (name, each.outcome, "-" if each.score is None else f"{each.score / 100:g}", each.version, each.against or "-")
        for name, each in sorted(application.checks.items())
    ]
    say()
    say(table(("check", "found", "score, %", "version", "against"), rows, right=(2,)))
    run = application.run
    if run and run.edition:
        say_wrapped(f"last run {run.recorded}, electoral register {run.edition}, compared by {run.matcher}")
    elif run:
        say_wrapped(f"last run {run.recorded}, compared by {run.matcher}")


def _say_tests(application: Application, verdicts: list[Verdict], why: str, held: list[str]) -> None:
    say()
    if why:
        say_wrapped(f"tests: {why}")
        return
    for verdict in verdicts:
        say_wrapped(f"{verdict.outcome:<12}{verdict.code}: {verdict.why}")
    missing = [each.code for each in verdicts if each.outcome != "passed"]
    if application.refusal is not None:
        return
    waits = [*missing, *(f"referral {ground}" for ground in application.referrals), *(f"case {each}" for each in held)]
    say_wrapped(f"not to be admitted before: {', '.join(waits)}" if waits else "every test is passed")


def _plain(application: Application, verdicts: list[Verdict], why: str, held: list[str]) -> dict[str, Any]:
    received = application.received
    checks = {
        name: each.model_dump(mode="json", exclude_none=True) for name, each in sorted(application.checks.items())
    }
    said = received.model_dump(mode="json", exclude_none=True, exclude={"identity", "blind"}) if received else {}
    return {
        "application": application.key,
        "stands": _stands(application),
        "received": said,
        "money": application.money,
        "short": application.short,
        "checks": checks,
        "referrals": application.referrals,
        "open_cases": held,
        "refused_by": application.refusal and f"{application.refusal.basis}/{application.refusal.ruling}",
        "tests": [each._asdict() for each in verdicts],
        "untested": why or None,
    }
