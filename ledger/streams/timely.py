"""How long an act on a case may be dated back in a ledger that is kept live: one table, asked at the desk.

Rules, and what time runs from or what takes something away, count from when they are on record, with an hour to write
it down: else a window could be over before anybody knew of it. What was decided or heard may be recorded within a week.
What the person did has a month: a reply or an appeal that came in time stays in time, though it is recorded late. Who
leaves a body, and an interest that ends, is not dated back at all: else a sitting would lose a member, or a bar would
fall, once it is known what was decided. A seat may be dated back to when it was taken: `fair_panel` asks since when it
is on record.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ledger.decision import Act
from ledger.errors import refused
from ledger.rules.local_time import seconds_between
from ledger.streams.body import Fault
from ledger.streams.founding import Founding

SECONDS_PER_HOUR = 3_600
NOT_BACK, AT_ONCE, A_WEEK, A_MONTH = 0, 1, 7 * 24, 30 * 24  # hours
HOURS: Mapping[str, int] = {
    **dict.fromkeys(("unseat-member", "withdraw-interest"), NOT_BACK),
    **dict.fromkeys(("adopt-ground", "adopt-procedure"), AT_ONCE),
    **dict.fromkeys(("open-case", "allocate-case", "reopen-case", "close-case", "add-evidence"), AT_ONCE),
    **dict.fromkeys(("serve-case-notice", "take-interim-measure", "notify-ruling", "correct-ruling"), AT_ONCE),
    **dict.fromkeys(("grant-leave", "refuse-leave", "assign-reviewers", "disclose-evidence-pack"), AT_ONCE),
    **dict.fromkeys(("order-remedy", "do-remedy"), AT_ONCE),
    **dict.fromkeys(("make-ruling", "hold-hearing", "determine-appeal", "recuse-member"), A_WEEK),
    **dict.fromkeys(("hold-sitting", "withdraw-evidence", "lift-interim-measure"), A_WEEK),
    **dict.fromkeys(("receive-reply", "lodge-appeal", "withdraw-appeal"), A_MONTH),
}  # verb -> hours from when it takes effect to when it is recorded, at most


def timely_faults(founding: Founding, verb: str, effective: str, recorded: str) -> Iterator[Fault]:
    """Find an act that is dated back too far, in a live ledger (`dated-back`); none of verbs that HOURS has not."""
    hours = HOURS.get(verb)
    if not founding.is_live or hours is None or effective >= recorded:
        return
    if seconds_between(effective, recorded) > hours * SECONDS_PER_HOUR:
        unit = "hour" if hours == 1 else "hours"
        expected = f"within {hours} {unit} of when it takes effect" if hours else "from when it is recorded on"
        yield "dated-back", f"{verb} {expected}", f"{effective}, at {recorded}"


def require_timely(founding: Founding, verb: str, act: Act) -> None:
    """Refuse an act on a case that is dated back too far in a live ledger (`dated-back`)."""
    for code, expected, found in timely_faults(founding, verb, act.effective, act.now):
        remedy = "Leave effective out: it counts from now; say in the text when it happened"
        raise refused(code, verb, expected, found, remedy)
