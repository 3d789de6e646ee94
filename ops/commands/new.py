"""`fanfare new`: write the files of a consumer or of an event type."""

from typing import Annotated

from cyclopts import App, Parameter

from ops.cli.app import Flag, Injected, app
from ops.cli.errors import ExitCode

new = App(
    name="new",
    help="Write a consumer or an event type into the source, with its tests.",
    help_format="plaintext",
    version_flags=(),
    sort_key=57,
)
app.command(new)


RESERVED = "example"
"""The prefix of the consumers that Fanfare's own tests invent."""


def _unreserved(_: object, name: str) -> None:
    if name.startswith(RESERVED):
        raise ValueError(f"{name!r} is reserved: Fanfare's own tests use names with {RESERVED}.")


@new.command(sort_key=1)
def consumer(
    name: Annotated[str, Parameter(name="NAME", validator=_unreserved)],
    /,
    *,
    table: Flag = False,
    outside: Flag = False,
    states: Annotated[str | None, Parameter(metavar="FACT")] = None,
    ordered: Flag = False,
    on: Annotated[
        list[str] | None, Parameter(negative=(), metavar="TYPE", consume_multiple=True)
    ] = None,
    dry_run: Flag = False,
    options: Injected,
) -> ExitCode:
    """Write a consumer: its folder, its row in functions/map.py, and its tests.

    It works at once and its tests are green; replace the examples in it. The
    options combine. Either all files are written or none. `make contracts` then
    updates the documents: it runs here, but not after --states, so that you can
    first replace the fact's example field.

    Args:
        name: Name of the consumer, such as loyalty: small letters and digits.
        table: It keeps a table: a projection with one row for each order.
        outside: It acts outside, through a port with a fake as its first adapter.
        states: It states a fact of its own of this type, such as OrderFlagged.
        ordered: It receives the events of one order one at a time (a FIFO queue).
        on: Event types that it subscribes to; the default is OrderConfirmed.
        dry_run: Only list the files.
        options: Options of all commands.
    """
    from ops.scaffold.command import new_consumer

    return new_consumer(
        options,
        name,
        on=on or (),
        table=table,
        outside=outside,
        states=states,
        ordered=ordered,
        dry_run=dry_run,
    )


@new.command(sort_key=2)
def event(
    name: Annotated[str, Parameter(name="NAME")],
    /,
    *,
    of: Annotated[str, Parameter(metavar="SERVICE")],
    dry_run: Flag = False,
    options: Injected,
) -> ExitCode:
    """Write an event type of a service: its contract, its sample, its row.

    Its field is an example: replace it in the contract and in the sample. Then run
    `make contracts`, which stores the schema and seals the sample; from then on a
    change needs a new version (docs/contracts.md).

    Args:
        name: Name of the type, such as OrderFlagged: a noun and what happened to it.
        of: Service that states it.
        dry_run: Only list the files.
        options: Options of all commands.
    """
    from ops.scaffold.command import new_event

    return new_event(options, name, service=of, dry_run=dry_run)
