"""The verbs of tamper evidence, added to the others; each imports what it needs when it is called."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.privacy.purpose import OpenerOption, PurposeOption

SEAL = "Seal and check"

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
PolicyFile = Annotated[
    Path | None, typer.Option("--policy", metavar="FILE", help="Trust policy: whose signatures are asked for.")
]
NeededPolicy = Annotated[Path, typer.Option("--policy", metavar="FILE", help="Trust policy, from elsewhere.")]
Out = Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write to a file instead of the screen.")]
Folder = Annotated[Path, typer.Option("--folder", metavar="DIR", help="The witness's own folder.")]
LogKey = Annotated[str, typer.Option("--log-key", metavar="KEY", help="The log's public key, from its keeper.")]

witness = typer.Typer(
    name="witness",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    help="Be a witness: cosign only what continues the log you saw.\n\n"
    "A witness remembers what a log showed it, and needs no ledger.",
)

key = typer.Typer(
    name="key",
    add_completion=False,
    rich_markup_mode=None,
    help="Show the log's key, rotate it, make officers' keys.",
)


def add_verbs(app: typer.Typer) -> None:
    """Add the verbs to the program."""
    for verb in (checkpoint, prove, check_receipt, verify, compare, monitor, publish):
        app.command(verb.__name__.replace("_", "-"), rich_help_panel=SEAL)(verb)
    app.add_typer(key, rich_help_panel=SEAL)
    app.add_typer(witness, rich_help_panel=SEAL)


def checkpoint(
    context: typer.Context,
    add: Annotated[
        Path | None, typer.Option("--add-cosignature", metavar="FILE", help="Add a witness's line to it.")
    ] = None,
    request: Annotated[
        int | None,
        typer.Option("--for-witness", metavar="SIZE", min=0, help="Write a request to a witness who has seen SIZE."),
    ] = None,
    policy: Annotated[
        Path | None, typer.Option("--policy", metavar="FILE", help="Check the witness's line by this trust policy.")
    ] = None,
    heads: Annotated[bool, typer.Option("--heads", help="Record the heads of all streams first.")] = False,
    actor: Annotated[str, typer.Option("--as", envvar="POLLBOOK_ACTOR", metavar="ACTOR", help="Who records.")] = "",
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Sign the tree as it stands, and print the checkpoint.

    Witnesses work by files: write a request with --for-witness, and add the line that comes back with
    --add-cosignature.
    """
    from cli.seal.receipts import read_policy
    from cli.seal.sealing import checkpoint as run
    from cli.seal.sealing import record_heads

    if heads:
        record_heads(context.obj, actor)
    run(context.obj, add, request, out, read_policy(policy) if policy else None, as_json=as_json)


def prove(
    context: typer.Context,
    what: Annotated[
        str | None, typer.Argument(metavar="STREAM|POSITION", help="One event, or every event of a stream.")
    ] = None,
    subject: Annotated[
        str | None, typer.Option("--subject", metavar="ID", help="All there is on one person, in one file.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="PATH", help="Name of the receipt or bundle, or a folder.")
    ] = None,
) -> None:
    """Write a receipt: proof that an event is in the record.

    Two files, PATH.tlog-proof and PATH.leaf; for a stream a folder of them. With --subject one file,
    ID.bundle: every event on that person, what the vault holds for them, and the proof that nothing is
    missing, up to the heads recorded last by: pollbook checkpoint --heads. Anybody can check them later, with
    no ledger at hand.
    """
    from cli.seal.receipts import prove as run

    run(context.obj, what, subject, out)


def check_receipt(
    file: Annotated[Path, typer.Argument(help="A .tlog-proof file, its .leaf file beside it; or a .bundle file.")],
    policy: NeededPolicy,
    as_json: Json = False,
) -> None:
    """Check a receipt or a bundle against a trust policy.

    Of a bundle it prints what happened, and up to which position that is all there is.
    """
    from cli.seal.receipts import check_receipt as run

    run(file, policy, as_json=as_json)


def verify(
    context: typer.Context,
    policy: PolicyFile = None,
    kept: Annotated[
        Path | None, typer.Option("--kept", metavar="FILE", help="A checkpoint that you kept from earlier.")
    ] = None,
    within: Annotated[
        int | None, typer.Option("--cosigned-within", metavar="HOURS", min=1, help="How fresh cosignatures must be.")
    ] = None,
    pack: Annotated[
        Path | None, typer.Option("--pack", metavar="DIR", help="Check a panel pack, and nothing else.")
    ] = None,
    purpose: PurposeOption = "",
    actor: OpenerOption = "",
    as_json: Json = False,
) -> None:
    """Reread everything, check it all, and print every finding.

    Ends with exit code 3 if there is any finding.

    With --pack it checks a folder from pollbook panel-pack: that no file was changed, and, where the ledger is here,
    that every page follows from it. Where the pack holds private texts, comparing them asks why, and is recorded.
    """
    if pack is not None:
        from cli.cases.check_panel_pack import verify_pack

        verify_pack(context.obj, pack, policy, (purpose, actor), as_json=as_json)
        return
    from cli.seal.verification import verify_ledger

    verify_ledger(context.obj, policy, kept, within, as_json=as_json)


def compare(
    first: Annotated[Path, typer.Argument(help="A checkpoint.")],
    second: Annotated[Path, typer.Argument(help="Another, from somebody else.")],
    policy: PolicyFile = None,
    as_json: Json = False,
) -> None:
    """Compare two checkpoints: of one size, they have one root."""
    from cli.seal.verification import compare as run

    run(first, second, policy, as_json=as_json)


def monitor(
    pack: Annotated[Path, typer.Argument(help="A published folder.")],
    policy: NeededPolicy,
    state: Annotated[Path, typer.Option("--state", metavar="FILE", help="Where the last checkpoint is kept.")],
    as_json: Json = False,
) -> None:
    """Check that a published folder continues what you saw.

    Made for cron: exit code 0 if it does, 3 if it does not.
    """
    from cli.seal.verification import monitor as run

    run(pack, policy, state, as_json=as_json)


def publish(
    context: typer.Context,
    out: Annotated[Path, typer.Argument(help="A folder that is not there yet.")],
    audience: Annotated[str, typer.Option("--audience", help="public, panel or scrutineer.")] = "public",
) -> None:
    """Write a static folder that strangers can check and recount."""
    from cli.seal.publishing import publish_pack

    publish_pack(context.obj, out, audience)


@key.callback(invoke_without_command=True)
def key_shown(context: typer.Context, as_json: Json = False) -> None:
    """Print the log's public key, for policies and witnesses; or see the commands."""
    if context.invoked_subcommand is None:
        from cli.seal.signing import show_log_key

        show_log_key(context.obj, as_json=as_json)


@key.command("make")
def key_make(
    context: typer.Context,
    officer: Annotated[str, typer.Argument(help="Whose key it is: the office that records with it.")],
    file: Annotated[Path, typer.Argument(help="Where the secret key is written; nobody else may read it.")],
    after: Annotated[
        Path | None, typer.Option("--after", metavar="FILE", help="The secret key that it replaces.")
    ] = None,
) -> None:
    """Make an officer's signing key, and print the command that enrols it."""
    from cli.seal.signing import make_officer_key

    make_officer_key(context.obj, officer, file, after)


@key.command("rotate-log")
def key_rotate_log(
    context: typer.Context,
    actor: Annotated[str, typer.Option("--as", envvar="POLLBOOK_ACTOR", metavar="ACTOR", help="Who records.")] = "",
    lost: Annotated[
        str | None, typer.Option("--lost", metavar="KEY", help="The public key whose secret half is gone.")
    ] = None,
    exposed: Annotated[bool, typer.Option("--exposed", help="Others may have read the old key.")] = False,
) -> None:
    """Give the log a new signing key, and say so in the record.

    One checkpoint is signed by both keys. With --lost only the new key signs, and whoever trusts the log has to be told
    so in person.
    """
    from cli.seal.signing import rotate_log_key

    rotate_log_key(context.obj, actor, lost, exposed=exposed)


@witness.command("init")
def witness_init(
    name: Annotated[str, typer.Argument(help="The witness's name, such as witness.example/w1.")], folder: Folder
) -> None:
    """Make a witness: a key, and an empty memory."""
    from cli.seal.witness import witness_init as run

    run(folder, name)


@witness.command("cosign")
def witness_cosign(
    request: Annotated[Path, typer.Argument(help="The file from: pollbook checkpoint --for-witness SIZE")],
    log_key: LogKey,
    folder: Folder,
    trust_first: Annotated[
        bool, typer.Option("--trust-first", help="Take a log never seen before at its word, this once.")
    ] = False,
    out: Out = None,
) -> None:
    """Cosign a checkpoint that continues the last one seen; answer with one line."""
    from cli.seal.witness import witness_cosign as run

    run(folder, request, log_key, out, trust_first=trust_first)


@witness.command("seen")
def witness_seen(log_key: LogKey, folder: Folder) -> None:
    """Say which tree of a log this witness cosigned last."""
    from cli.seal.witness import witness_seen as run

    run(folder, log_key)
