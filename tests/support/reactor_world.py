"""A consumer with one reaction, whatever a test wants it to be."""

from collections.abc import Callable

from events.contracts.checkout import OrderPlaced
from events.contracts.inventory import StockReleased, StockVoided
from events.envelope import Fact
from functions.framework.reaction import Decision, On, Steps
from functions.framework.service import Adapter, Consumer
from functions.runtime.handlers.reactor import Reactor
from functions.runtime.memory.log import MemoryLog
from tests.support.builders import Clock, placed
from tests.support.watched import WatchedLog

PLACED = placed()
VOIDED = StockVoided()
RELEASED = StockReleased(lines=())


def void(*_: object) -> StockVoided:
    return VOIDED


def nothing(*_: object) -> None:
    return None


def log_with_placed() -> WatchedLog:
    """Return a log that holds the order and has noted no call yet."""
    log = WatchedLog()
    log.append(PLACED)
    log.calls.clear()
    return log


def reactor(
    log: MemoryLog,
    react: Callable[..., Steps | Decision],
    *,
    states: tuple[type[Fact], ...] = (),
    history: bool = False,
    outside: object = None,
    now: bool = False,
    name: str = "inventory",
    clock: Clock | None = None,
) -> Reactor:
    """Return a reactor of a consumer with this one reaction to OrderPlaced."""
    on = On(
        event=OrderPlaced,
        react=react,
        states=states,
        history=history,
        outside=outside is not None,
        now=now,
    )
    adapters = (Adapter(name="usual", build=lambda _: outside),) if outside is not None else ()
    consumer = Consumer(name=name, on=(on,), adapters=adapters)
    return Reactor(consumer=consumer, log=log, clock=clock or Clock(), outside=outside)
