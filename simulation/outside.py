"""The port of a consumer to the outside, one step a call, whatever methods it has."""

from collections.abc import Callable
from functools import partial
from inspect import signature
from typing import Any

from functions.framework.ports import Resources
from functions.framework.service import Consumer
from simulation.attempt import Attempt
from simulation.calls import Call, Unavailable
from simulation.watch import Watch
from simulation.worker import call


def outside_of(watch: Watch, resources: Resources, *, whole: bool) -> object:
    """Return the stepped port of a consumer; None if it has none.

    With `whole`, each call of the port is one step, as at a provider. Otherwise, if the adapter has
    tables, its calls to them are the steps.
    """
    consumer, declared = watch.consumer, watch.proof.outside
    adapter = consumer.adapter(declared.adapter)
    if adapter is None:
        return None
    port = (declared.build or adapter.build)(resources)
    if watch.close:
        check_effects(consumer, port)
    return SteppedOutside(port, watch, stepped=whole or not adapter.tables)


class UnknownEffect(ValueError):
    """A row declares an effect that its port cannot have."""


def check_effects(consumer: Consumer, port: object) -> None:
    """Check that a port has the methods and arguments that the row declares as effects.

    Raises:
        UnknownEffect: it has not.
    """
    for method, key in consumer.effects.items():
        made = getattr(port, method, None)
        where = f"{consumer.name}: effects in its row name {method!r}"
        if not callable(made):
            raise UnknownEffect(f"{where}, but its port {type(port).__name__} has no such method")
        if key is not None and key not in _parameters(made):
            raise UnknownEffect(
                f"{where} with the argument {key!r}, but it takes"
                f" {', '.join(_parameters(made)) or 'no argument with a name'}"
            )


def _parameters(method: Callable[..., Any]) -> tuple[str, ...]:
    try:
        return tuple(signature(method).parameters)
    except ValueError:  # a method of a built-in type
        return ()


class SteppedOutside:
    """A port whose calls stop like those of any other port, and are watched."""

    def __init__(self, port: object, watch: Watch, *, stepped: bool) -> None:
        self._port = port
        self._watch = watch
        self._stepped = stepped

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._port, name)
        if callable(value) and name not in self._watch.proof.outside.local:
            value = self._method(name, value)
        setattr(self, name, value)
        return value

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """Call a port that is a function."""
        return self._method("call", self._port)(*arguments, **named)

    def _method(self, name: str, method: Any) -> Callable[..., Any]:
        step, key = self._call(name), self._watch.consumer.effects.get(name)
        watch = self._watch
        parameters = signature(method) if key is not None and watch.close else None

        def effect(attempt: Attempt | None, arguments: Any, named: Any) -> Any:
            if attempt is None:
                return method(*arguments, **named)
            made = partial(method, *arguments, **named)
            bound = parameters.bind(*arguments, **named).arguments if parameters else {}
            value = repr(bound[key]) if key in bound else None
            watch.effect(name, _in_words(arguments, named), value, attempt)
            if value is not None and self._stepped:
                made = partial(watch.once, name, value, made, attempt)
            try:
                return made()
            except Exception as error:
                watch.port_raised(error, attempt)
                raise

        def stepped(*arguments: Any, **named: Any) -> Any:
            attempt = watch.attempt if watch.close else None
            if not self._stepped:
                return effect(attempt, arguments, named)
            return call(step, effect, attempt, arguments, named)

        return stepped

    def _call(self, method: str) -> Call:
        declared, consumer = self._watch.proof.outside, self._watch.consumer
        name = f"{declared.calls or consumer.name}.{method}"
        error, often = declared.error or Unavailable, declared.rare.get(method, 1)
        if declared.reads is None:
            is_read = bool(consumer.effects) and method not in consumer.effects
        else:
            is_read = method in declared.reads
        if is_read:
            return Call.read(name, error=error, often=often)
        return Call.write(name, error=error, often=often, once=method in declared.once)


LONGEST = 60
"""Characters of an argument in a report."""


def _in_words(arguments: Any, named: Any) -> str:
    """Return the arguments of a call, each cut to a readable length."""
    shown = [repr(each) for each in arguments] + [f"{key}={each!r}" for key, each in named.items()]
    return ", ".join(f"{each[:LONGEST]}…" if len(each) > LONGEST else each for each in shown)
