"""Steps of the tour: a sentence, the commands that show it, and what to look at.

`ORDER` stands for the id of the last order that was placed, `ID` for its first characters, `KEY`
for the key that opens it, `CORRELATION` for the id of the request; `API` is the shop's URL.
"""

from dataclasses import dataclass

from ops.cli.errors import ExitCode


@dataclass(frozen=True)
class Line:
    """A command line: its exit code, and the command that undoes it, if the step ends early."""

    command: str
    code: ExitCode = ExitCode.DONE
    undo: str = ""


@dataclass(frozen=True, kw_only=True)
class Step:
    """A step of the tour."""

    title: str
    text: str
    lines: tuple[Line, ...]
    look: str


PLACE = "fanfare invoke"
_PLACED = Line(PLACE)
_AT_REST = Line("fanfare order ID --wait 30")
_OUTSTANDING = Line("fanfare order ID --wait 2", code=ExitCode.FAILED)
_ASK = Line("curl -si -H 'authorization: Bearer KEY' API/orders/ORDER")

STEPS = (
    Step(
        title="Fan-out",
        text="To place an order is to write one event. Each consumer that subscribes to its type"
        " receives it on a queue of its own and reacts by itself; checkout knows none of them.",
        lines=(_PLACED, _AT_REST),
        look="The branches are the facts that consumers stated, each under its cause. `also to`"
        " names the consumers that received an event and stated no fact.",
    ),
    Step(
        title="A slow consumer",
        text="Messages for a slow consumer wait in its own queue: nobody waits with it.",
        lines=(
            Line("fanfare slow email 5s", undo="fanfare slow email 0s"),
            _PLACED,
            _OUTSTANDING,
            Line("fanfare slow email 0s"),
            _AT_REST,
        ),
        look="The order was dispatched while its mails were outstanding. They came five seconds"
        " late, and that is all.",
    ),
    Step(
        title="A consumer that is off",
        text="A consumer that is off loses nothing: its queue keeps the messages for days.",
        lines=(
            Line("fanfare pause shipping", undo="fanfare resume shipping"),
            _PLACED,
            _OUTSTANDING,
            Line("fanfare resume shipping"),
            _AT_REST,
        ),
        look="Once it is on again, shipping works off its queue, and the order is complete.",
    ),
    Step(
        title="A duplicate",
        text="A message may come twice. Here an order's events are sent to ordering again.",
        lines=(
            _PLACED,
            _AT_REST,
            Line("fanfare replay ordering --order ID --wait 30"),
            Line("fanfare tail --order ID --consumer ordering --since 1m --no-follow"),
        ),
        look="Each repeated message ends as a duplicate: the slot of its decision is filled, so"
        " no fact is new.",
    ),
    Step(
        title="Messages in the wrong order",
        text="Messages may come in any order. Here the list is emptied and receives the last event"
        " of an order first, and its first event last.",
        lines=(
            _PLACED,
            _AT_REST,
            Line("fanfare projection orders --empty", undo="fanfare replay orders"),
            Line("fanfare replay orders --order ID --type DispatchScheduled --wait 30"),
            Line("fanfare projection orders ID --check"),
            Line("fanfare replay orders --order ID --type OrderPlaced --wait 30"),
            Line("fanfare projection orders ID --check"),
            Line("fanfare tail --order ID --consumer orders --since 1m --no-follow"),
            Line("fanfare replay orders --wait 30"),
        ),
        look="The row was complete after the first message, and the later one changed nothing: a"
        " message is the reason to look, and the row is the fold of the log.",
    ),
    Step(
        title="The past",
        text="A read model can be emptied and rebuilt from the log. A new consumer receives the"
        " past in the same way, as docs/add-a-consumer.md shows: `fanfare new consumer loyalty"
        " --table`, `fanfare deploy loyalty`, `fanfare replay loyalty`.",
        lines=(
            Line("fanfare projection orders --empty", undo="fanfare replay orders"),
            Line("fanfare orders"),
            Line("fanfare replay orders --wait 30"),
            Line("fanfare projection orders --check"),
            Line("fanfare orders --limit 3"),
            Line("fanfare replay analytics --dry-run"),
        ),
        look="The list is the same as before, row by row. The last command counts what a consumer"
        " such as analytics would receive if it were new, and sends nothing.",
    ),
    Step(
        title="Asking",
        text="The shop answers at once and finishes later, so the customer asks: Retry-After is"
        " the number of seconds until it pays to ask again.",
        lines=(
            Line("fanfare slow ordering 5s", undo="fanfare slow ordering 0s"),
            _PLACED,
            _ASK,
            Line("fanfare slow ordering 0s"),
            _AT_REST,
            _ASK,
        ),
        look="The first answer has Retry-After, as the order was moving; the second has none.",
    ),
    Step(
        title="One request",
        text="Every event and every log line has the correlation id of the request that began it"
        " all.",
        lines=(
            _PLACED,
            _AT_REST,
            Line("fanfare tail --correlation CORRELATION --since 1m --no-follow"),
        ),
        look="These are the lines of all functions about this one request, by time. On AWS, a"
        " search of the logs for this id finds the same.",
    ),
)
