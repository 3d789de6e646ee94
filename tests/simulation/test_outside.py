"""The port to the outside: the effects that a row declares are methods of the port."""

from collections.abc import Mapping
from types import SimpleNamespace

import pytest

from events.contracts.ordering import OrderConfirmed
from functions.framework.reaction import On
from functions.framework.service import Adapter, Consumer
from simulation.outside import UnknownEffect, check_effects

FAKE = Adapter(name="fake", build=lambda _: None)
ON = On(event=OrderConfirmed, react=lambda *_: None, history=True, outside=True)
PORT = SimpleNamespace(print=lambda order: order, name="fake")


def printer(effects: Mapping[str, str | None]) -> Consumer:
    return Consumer(name="exampleprinter", on=(ON,), adapters=(FAKE,), effects=effects)


@pytest.mark.parametrize("effects", [{}, {"print": None}, {"print": "order"}])
def test_effects_are_methods_and_arguments_of_the_port(effects: Mapping[str, str | None]) -> None:
    check_effects(printer(effects), PORT)


@pytest.mark.parametrize(
    ("effects", "words"),
    [
        ({"draw": None}, "exampleprinter: effects in its row name 'draw', but its port"),
        ({"name": None}, "has no such method"),
        ({"print": "key"}, "with the argument 'key', but it takes order"),
    ],
)
def test_an_effect_that_the_port_cannot_have_is_refused(
    effects: Mapping[str, str | None], words: str
) -> None:
    with pytest.raises(UnknownEffect, match=words):
        check_effects(printer(effects), PORT)
