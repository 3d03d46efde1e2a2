"""The verb of what-if questions; it imports what it needs when it is called."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.counting.count_verbs import COUNT, AsOf, Contest, Json, KnownAt
from cli.privacy.purpose import OpenerOption, PurposeOption

Words = list[str] | None
Reverse = Annotated[
    Words, typer.Option("--reverse-ruling", metavar="CASE/N", help="Had this ruling gone the other way; repeat it.")
]
Restore = Annotated[
    Words, typer.Option("--restore", metavar="KEY/N", help="Had this entry, put off the roll, been on it.")
]
Remove = Annotated[Words, typer.Option("--remove", metavar="KEY/N", help="Had this entry not been on the roll.")]
LeaveOut = Annotated[
    Words, typer.Option("--leave-out-section", metavar="NAME", help="Without the papers of this section.")
]
Category = Annotated[
    Words, typer.Option("--leave-out-category", metavar="NAME", help="Without electors of this category.")
]
Rejected = Annotated[
    Words,
    typer.Option("--accept-rejected", metavar="REASON", help="Had papers rejected for this reason been accepted."),
]
Only = Annotated[
    str | None, typer.Option("--section", metavar="NAME", help="With --accept-rejected: only of this section.")
]
More = Annotated[
    Words, typer.Option("--more-papers", metavar="SECTION=NUMBER", help="With so many more papers, marked anyhow.")
]
Late = Annotated[
    bool,
    typer.Option(
        "--late-allowed-appeals",
        help="Reverse every ruling whose appeal was upheld once the poll had closed, or with no remedy possible.",
    ),
]
Told = Annotated[
    bool,
    typer.Option("--told-after-close", help="Reverse every ruling told once the poll had closed."),
]
Ground = Annotated[str | None, typer.Option("--ground", metavar="ID", help="Reverse every ruling on this ground.")]
Panel = Annotated[
    str | None, typer.Option("--panel", metavar="ID", help="Reverse every ruling of this panel; or officer, or auto.")
]
Clause = Annotated[
    str | None,
    typer.Option("--rule", metavar="HASH", help="Reverse every ruling under this clause: its hash, or its beginning."),
]
Source = Annotated[
    str | None,
    typer.Option(
        "--source",
        metavar="NAME",
        help="Reverse every ruling of cases found by: complaint, match, search, press, random-audit.",
    ),
]
OutcomeOf = Annotated[
    str | None,
    typer.Option(
        "--outcome",
        metavar="NAME",
        help="Reverse every ruling of outcome: admit, refuse, remove, suspend, restore, no-action, refer-up.",
    ),
]
Since = Annotated[
    str | None, typer.Option("--from", metavar="DATE", help="Reverse every ruling made on that day or later.")
]
Until = Annotated[
    str | None, typer.Option("--to", metavar="DATE", help="Reverse every ruling made on that day or before.")
]
Rule = Annotated[
    str | None,
    typer.Option("--count-rule", metavar="HASH|FILE", help="By another rule, a rehearsal: adopted, or as JSON."),
]
Limit = Annotated[int, typer.Option("--time-limit", metavar="SECONDS", min=0, help="Stop the search then, and say so.")]
Audience = Annotated[
    str,
    typer.Option(
        "--audience", metavar="WHO", help="public: no small number, nobody named; or scrutineer: all, and logged."
    ),
]


def add_verbs(app: typer.Typer) -> None:
    """Add the verb to the program."""
    app.command("whatif", rich_help_panel=COUNT)(whatif)


def whatif(
    context: typer.Context,
    contest: Contest,
    reverse: Reverse = None,
    restore: Restore = None,
    remove: Remove = None,
    leave_out: LeaveOut = None,
    category: Category = None,
    rejected: Rejected = None,
    section: Only = None,
    unknown: More = None,
    rule: Rule = None,
    late: Late = False,
    told: Told = False,
    ground: Ground = None,
    panel: Panel = None,
    clause: Clause = None,
    source: Source = None,
    outcome: OutcomeOf = None,
    since: Since = None,
    until: Until = None,
    time_limit: Limit = 60,
    audience: Audience = "public",
    purpose: PurposeOption = "",
    actor: OpenerOption = "",
    as_of: AsOf = None,
    known_at: KnownAt = None,
    as_json: Json = False,
) -> None:
    """Tell whether it could have changed the result.

    Exact, where the papers are known: they are counted again. Bounded, where only their number is: proof that they
    could not, or papers that do, with the share that it takes. Or it says why it cannot say.

      pollbook whatif leader --accept-rejected not-stated --section affiliates

      pollbook whatif leader --leave-out-section registered

      pollbook whatif leader --late-allowed-appeals

    Of rulings and entries only a scrutineer is told, logged: --audience scrutineer --purpose scrutiny --as scrutineer.

    Options that reverse every ruling of a kind reverse, together, those that all of them let through. Ids: of
    sections, pollbook count CONTEST; of reasons, pollbook account CONTEST; of rulings, pollbook rulings ELECTION; keys
    of people, pollbook roll ELECTION.
    """
    from cli.analysis.whatif import asked_of, show_whatif

    asked = asked_of(context.params)  # each option of the question, by its name above
    show_whatif(context.obj, contest, asked, time_limit, (as_of, known_at), (audience, purpose, actor), as_json=as_json)
