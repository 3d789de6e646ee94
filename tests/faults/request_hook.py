"""A hook on the SDK's requests to moto: it numbers each call and applies its fault."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any
from unittest.mock import patch

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import BotoCoreError, ClientError, ReadTimeoutError
from botocore.model import OperationModel
from greenlet import getcurrent
from moto.core.botocore_stubber import MockRawResponse
from moto.core.models import botocore_stubber
from moto.sns.exceptions import InvalidParameterValue
from moto.sns.models import SNSBackend

from functions import names
from functions.runtime.aws.client import client_factory
from functions.runtime.main import InvocationFailed
from tests.faults.injection import PERMANENT_CONFLICT, Fault, UnknownOperation, applicable
from tests.faults.recorded_state import RecordedState

type Do = Callable[[], AWSResponse]


class Died(BaseException):
    """The worker's process is gone; none of its code runs any more."""


def attempt[T](work: Callable[[], T]) -> T | None:
    """Do some work; return None if it dies or fails."""
    try:
        return work()
    except (Died, InvocationFailed, ClientError, BotoCoreError):
        return None


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call of the SDK: the function, its trigger, the call's number in the run, its subject."""

    function: str
    trigger: str
    nth: int
    operation: str
    about: str

    def __str__(self) -> str:
        call = f"{self.function} on {self.trigger}, call {self.nth}"
        return f"{call}: {self.operation} ({self.about})"


@dataclass
class _Run:
    """One run of a function, and its last call: parameters, fault, and how often it was sent."""

    function: str
    trigger: str
    calls: list[Call] = field(default_factory=list)
    params: Mapping[str, Any] = field(default_factory=dict)
    fault: Fault | None = None
    sends: int = 0
    conflicting: set[tuple[str, str]] = field(default_factory=set)


class RequestHook:
    """The requests that the functions of one world send to AWS.

    `in_flight` are requests whose sender has given up or died. `before_request` is called before
    every request, to let other workers run.
    """

    def __init__(self, recorded: RecordedState) -> None:
        self.recorded = recorded
        self.choose_fault: Callable[[Call], Fault | None] = lambda _: None
        self.before_request: Callable[[], object] = lambda: None
        self.in_flight: list[Do] = []
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

    def build(self, params: Mapping[str, Any], model: OperationModel) -> None:
        """Begin a call, and choose its fault."""
        run = self._runs.get(getcurrent())
        if run is None:
            return
        operation = f"{model.service_model.service_name}.{model.name}"
        call = Call(
            function=run.function,
            trigger=run.trigger,
            nth=len(run.calls) + 1,
            operation=operation,
            about=_about(params),
        )
        run.calls.append(call)
        self.calls.append(call)
        item = (operation, call.about)
        fault = PERMANENT_CONFLICT if item in run.conflicting else self.choose_fault(call)
        if fault == PERMANENT_CONFLICT:
            run.conflicting.add(item)
        assert fault in (None, *applicable(operation)), (call, fault)
        run.params, run.fault, run.sends = params, fault, 0

    def send(self, event_name: str, request: AWSPreparedRequest) -> AWSResponse | None:
        """Send a request, with the fault of its call; the SDK may send it several times."""
        run = self._runs.get(getcurrent())
        if run is None:
            return botocore_stubber(event_name, request)
        run.sends += 1
        if run.sends == 1 and run.fault:
            self.recorded.on_fault(run.function, run.params)
        self.before_request()
        do = partial(self._do, event_name, request, run.calls[-1], run.params)
        return self._apply(run, do, request)

    def _apply(self, run: _Run, do: Do, request: AWSPreparedRequest) -> AWSResponse:
        """Send the request or not, and respond or not; the SDK retries if it gets no response."""
        fault, first = run.fault, run.sends == 1
        if fault in ("die after", "lost") or (fault == "done twice" and first):
            do()
        elif fault in ("die, done later", "lost, done later") and first:
            self.in_flight.append(do)
        match fault:
            case "die before" | "die after" | "die, done later":
                raise Died
            case "lost" | "lost, done later":
                raise ReadTimeoutError(endpoint_url=request.url)
            case "done twice" if first:
                raise ReadTimeoutError(endpoint_url=request.url)
            case "throttled":
                return _refusal(request, "ThrottlingException", "Rate exceeded")
            case "conflict" | "permanent conflict":
                return _conflict(request, run.params)
            case "partial":
                return _in_part(do, run.params)
            case _:
                return do()

    def _do(
        self, event_name: str, request: AWSPreparedRequest, call: Call, params: Mapping[str, Any]
    ) -> AWSResponse:
        response = botocore_stubber(event_name, request)
        assert response is not None
        try:
            if response.status_code == 200:
                self.recorded.on_response(call.operation, params, response)
        except Exception as error:  # else the SDK would take it for a fault
            raise UnknownOperation(f"{call} was not understood") from error
        return response


class Clients:
    """AWS clients, made once a process, whose requests pass the hook of the current world."""

    hook: RequestHook

    def __init__(self) -> None:
        self.plain = cache(client_factory())
        self.hooked = cache(partial(self._hooked, client_factory()))

    def _hooked(self, make: Callable[[str], Any], service: str) -> Any:
        client = make(service)
        on = client.meta.events.register
        client.meta.events.unregister("before-send", botocore_stubber)
        on("before-parameter-build", lambda params, model, **_: self.hook.build(params, model))
        on("before-send", lambda event_name, request, **_: self.hook.send(event_name, request))
        return client


def _refusal(
    request: AWSPreparedRequest, code: str, message: str, **details: object
) -> AWSResponse:
    """Return an error that moto never gives: SNS responds in XML, the others in JSON."""
    body = json.dumps({"__type": f"aws#{code}", "message": message, **details})
    if "//sns." in request.url:
        body = f"<ErrorResponse><Error><Code>{code}</Code></Error></ErrorResponse>"
    headers = HTTPHeaders.from_dict({"x-amzn-errortype": code})
    return AWSResponse(request.url, 400, headers, MockRawResponse(body))


def _conflict(request: AWSPreparedRequest, params: Mapping[str, Any]) -> AWSResponse:
    """Return DynamoDB's error when another transaction holds one of the items.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
    """
    message = "Transaction is ongoing for the item"
    if "TransactItems" not in params:
        return _refusal(request, "TransactionConflictException", message)
    reasons = [{"Code": "None"} for _ in params["TransactItems"]]
    reasons[-1] = {"Code": "TransactionConflict", "Message": message}
    code = "TransactionCanceledException"
    return _refusal(request, code, "Transaction cancelled", CancellationReasons=reasons)


def _in_part(do: Do, params: Mapping[str, Any]) -> AWSResponse:
    """Let the topic refuse the first half of a batch, or its only entry."""
    entries = params["PublishBatchRequestEntries"]
    refused = [entry["Message"] for entry in entries[: (len(entries) + 1) // 2]]
    publish = SNSBackend.publish

    def publish_others(backend: SNSBackend, message: str, *rest: Any, **more: Any) -> str:
        if message in refused:
            raise InvalidParameterValue("refused")
        return publish(backend, message, *rest, **more)

    with patch.object(SNSBackend, "publish", publish_others):
        return do()


def _about(params: Mapping[str, Any]) -> str:
    """Return a call's subject in few words: a fact, a table, or the size of a batch."""
    if "PublishBatchRequestEntries" in params:
        return "one" if len(params["PublishBatchRequestEntries"]) == 1 else "several"
    body = next(iter(params["TransactItems"][0].values())) if "TransactItems" in params else params
    table = str(body.get("TableName", "")).removeprefix(names.prefixed("dev", ""))
    fact = body.get("Item", {}).get("type", {}).get("S", "")
    return " ".join(part for part in (table, fact, body.get("IndexName", "")) if part) or "-"
