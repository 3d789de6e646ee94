"""A hook on the SDK's requests to moto: it numbers each call and applies its fault."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any, Protocol

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ReadTimeoutError
from greenlet import getcurrent
from moto.core.models import botocore_stubber

from functions import names
from functions.runtime.aws.client import client_factory
from tests.faults import responses
from tests.faults.injection import (
    DESCRIPTIONS,
    PERMANENT_CONFLICT,
    Fault,
    UnknownOperation,
    applicable,
)

STAGE = names.prefixed("dev", "")
TAKES_EFFECT_LATER = ("die, done later", "lost, done later")
"""Faults with which a request takes effect when nobody waits for it any more."""


class Died(BaseException):
    """The worker's process is gone; none of its code runs any more."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call of the SDK: the function, its trigger, the call's number in the run, its subject."""

    function: str
    trigger: str
    nth: int
    operation: str
    about: str

    def __str__(self) -> str:
        """Return it in plain words."""
        what = f"{self.operation} ({self.about})"
        return f"{self.function} on {self.trigger}, call {self.nth}: {what}"


@dataclass(frozen=True, kw_only=True)
class InjectedFault:
    """A fault that was injected: the step, the call or other target, and the fault."""

    step: int
    target: Call | str
    fault: Fault

    def __str__(self) -> str:
        """Return it in plain words."""
        return f"step {self.step}, {self.target}: {DESCRIPTIONS[self.fault]}"


type ChooseFault = Callable[[Call], Fault | None]


class HookListener(Protocol):
    """A listener to calls and their faults."""

    def on_response(
        self, operation: str, request: AWSPreparedRequest, response: AWSResponse
    ) -> None:
        """AWS has responded to a call."""
        ...

    def on_fault(self, call: Call, request: AWSPreparedRequest) -> None:
        """A call is about to meet a fault."""
        ...


@dataclass
class _SdkCall:
    """A call that is under way: how often it was sent, and its fault."""

    call: Call
    fault: Fault | None
    sends: int = 0


@dataclass
class _Run:
    """One run of a function."""

    function: str
    trigger: str
    calls: int = 0
    sdk_calls: dict[str, _SdkCall] = field(default_factory=dict)
    conflicting: set[tuple[str, str]] = field(default_factory=set)


class RequestHook:
    """The requests that the functions of one world send to AWS.

    `in_flight` are requests whose sender has given up or died. `before_request` is called before
    every request, to let other workers run.
    """

    def __init__(self, listener: HookListener) -> None:
        self.listener = listener
        self.choose_fault: ChooseFault = lambda _: None
        self.before_request: Callable[[], object] = lambda: None
        self.in_flight: list[Callable[[], object]] = []
        self.calls: list[Call] = []
        self._runs: dict[Any, _Run] = {}

    @contextmanager
    def running(self, function: str, trigger: str) -> Iterator[None]:
        """Attribute all calls of this greenlet to a function's run."""
        self._runs[getcurrent()] = _Run(function, trigger)
        try:
            yield
        finally:
            del self._runs[getcurrent()]

    def send(self, event_name: str, request: AWSPreparedRequest) -> AWSResponse | None:
        """Send a request, with the fault of its call."""
        run = self._runs.get(getcurrent())
        if run is None:
            return botocore_stubber(event_name, request)
        sdk_call = self._call_of(run, event_name, request)
        sdk_call.sends += 1
        if sdk_call.sends == 1 and sdk_call.fault:
            self.listener.on_fault(sdk_call.call, request)
        self.before_request()
        return self._apply(sdk_call, partial(self._do, event_name, sdk_call.call), request)

    def _call_of(self, run: _Run, event_name: str, request: AWSPreparedRequest) -> _SdkCall:
        """Return the call that a request belongs to: the SDK's retries have the same id."""
        invocation = str(request.headers["amz-sdk-invocation-id"])
        if invocation in run.sdk_calls:
            return run.sdk_calls[invocation]
        run.calls += 1
        operation = event_name.removeprefix("before-send.")
        service, _, name = operation.partition(".")
        operation = f"{service.lower().replace('-', '')}.{name}"
        possible = applicable(operation)
        call = Call(
            function=run.function,
            trigger=run.trigger,
            nth=run.calls,
            operation=operation,
            about=_about(operation, request),
        )
        self.calls.append(call)
        item = (operation, call.about)
        fault = PERMANENT_CONFLICT if item in run.conflicting else self.choose_fault(call)
        if fault == PERMANENT_CONFLICT:
            run.conflicting.add(item)
        assert fault is None or fault in possible, (call, fault)
        run.sdk_calls[invocation] = _SdkCall(call, fault)
        return run.sdk_calls[invocation]

    def _apply(
        self,
        sdk_call: _SdkCall,
        do: Callable[[AWSPreparedRequest], AWSResponse],
        request: AWSPreparedRequest,
    ) -> AWSResponse:
        """Send the request or not, and respond or not; the SDK retries if it gets no response."""
        operation, fault = sdk_call.call.operation, sdk_call.fault
        if fault in ("die after", "lost") or (fault == "done twice" and sdk_call.sends == 1):
            do(request)
        elif fault in TAKES_EFFECT_LATER and sdk_call.sends == 1:
            self.in_flight.append(partial(do, request))
        match fault:
            case "die before" | "die after" | "die, done later":
                raise Died
            case "lost" | "lost, done later":
                raise ReadTimeoutError(endpoint_url=request.url)
            case "done twice" if sdk_call.sends == 1:
                raise ReadTimeoutError(endpoint_url=request.url)
            case "throttled":
                return responses.throttle(request, operation.partition(".")[0])
            case "conflict" | "permanent conflict":
                return responses.conflict(request, operation)
            case "partial":
                return _in_part(do, request)
            case _:
                return do(request)

    def _do(self, event_name: str, call: Call, request: AWSPreparedRequest) -> AWSResponse:
        response = botocore_stubber(event_name, request)
        assert response is not None
        try:
            self.listener.on_response(call.operation, request, response)
        except Exception as error:  # else the SDK would take it for a fault
            raise UnknownOperation(f"{call} was not understood") from error
        return response


class Clients:
    """AWS clients, made once a process, whose requests pass the hook of the current world."""

    def __init__(self) -> None:
        self.hook: RequestHook | None = None
        self._make = client_factory()
        self.plain = cache(client_factory())
        self._made: dict[str, Any] = {}

    def __call__(self, service: str) -> Any:
        """Return the client of a service."""
        if service not in self._made:
            made = self._made[service] = self._make(service)
            made.meta.events.unregister("before-send", botocore_stubber)
            made.meta.events.register("before-send", self._send)
        return self._made[service]

    def _send(self, event_name: str, request: AWSPreparedRequest, **_: Any) -> Any:
        assert self.hook is not None
        return self.hook.send(event_name, request)


def _in_part(
    do: Callable[[AWSPreparedRequest], AWSResponse], request: AWSPreparedRequest
) -> AWSResponse:
    """Let the topic refuse the first half of a batch, or its only entry."""
    entries = responses.entries(request)
    refused = list(entries)[: (len(entries) + 1) // 2]
    taken: set[str] = set()
    if len(refused) < len(entries):
        taken = responses.accepted(do(responses.without(request, refused)))
    return responses.taken_in_part(request, taken, [entries[number]["Id"] for number in refused])


def _about(operation: str, request: AWSPreparedRequest) -> str:
    """Return a call's subject in few words: a fact, a table, or the size of a batch."""
    if operation == "sns.PublishBatch":
        return "one" if len(responses.entries(request)) == 1 else "several"
    body = responses.document(request)
    if operation == "dynamodb.TransactWriteItems":
        body = next(iter(body["TransactItems"][0].values()))
    table = str(body.get("TableName", "")).removeprefix(STAGE)
    fact = body.get("Item", {}).get("type", {}).get("S", "")
    return " ".join(part for part in (table, fact, body.get("IndexName", "")) if part) or "-"
