"""Responses of AWS that moto never gives: a throttle, a conflict, a batch accepted in part."""

import json
import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from moto.core.botocore_stubber import MockRawResponse

THROTTLED = "ThrottlingException"
_ENTRY = "PublishBatchRequestEntries.member."
_XMLNS = "http://sns.amazonaws.com/doc/2010-03-31/"


def throttle(request: AWSPreparedRequest, service: str) -> AWSResponse:
    """Return a throttling error in the service's own protocol."""
    if service == "sns":
        detail = f"<Type>Sender</Type><Code>{THROTTLED}</Code><Message>Rate exceeded</Message>"
        return _xml(request, 400, f"<ErrorResponse><Error>{detail}</Error></ErrorResponse>")
    headers = {"x-amzn-errortype": THROTTLED} if service == "sesv2" else {}
    return _json(request, {"__type": f"aws#{THROTTLED}", "message": "Rate exceeded"}, headers)


def conflict(request: AWSPreparedRequest, operation: str) -> AWSResponse:
    """Return DynamoDB's error when another transaction holds one of the items.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
    """
    message = "Transaction is ongoing for the item"
    if operation == "dynamodb.PutItem":
        return _json(request, {"__type": "aws#TransactionConflictException", "message": message})
    parts = document(request)["TransactItems"]
    reasons = [{"Code": "None"} for _ in parts]
    reasons[-1] = {"Code": "TransactionConflict", "Message": message}
    refused = {"__type": "aws#TransactionCanceledException", "message": "Transaction cancelled"}
    return _json(request, refused | {"CancellationReasons": reasons})


def entries(request: AWSPreparedRequest) -> dict[str, dict[str, str]]:
    """Return the entries of a PublishBatch request, by their number."""
    found: dict[str, dict[str, str]] = {}
    for name, value in parse_qsl(_text(request)):
        if name.startswith(_ENTRY):
            number, _, field = name.removeprefix(_ENTRY).partition(".")
            found.setdefault(number, {})[field] = value
    return found


def accepted(response: AWSResponse) -> set[str]:
    """Return the ids of the entries of a PublishBatch that the topic accepted."""
    taken = re.search("<Successful>(.*)</Successful>", response.text, re.DOTALL)
    return set(re.findall("<Id>(.*?)</Id>", taken[1])) if taken else set()


def without(request: AWSPreparedRequest, refused: Sequence[str]) -> AWSPreparedRequest:
    """Return a PublishBatch request without the entries of these numbers."""
    kept = [
        (name, value)
        for name, value in parse_qsl(_text(request))
        if not name.startswith(tuple(f"{_ENTRY}{number}." for number in refused))
    ]
    return AWSPreparedRequest(
        request.method, request.url, request.headers, urlencode(kept), request.stream_output
    )


def taken_in_part(
    request: AWSPreparedRequest, taken: set[str], refused: Sequence[str]
) -> AWSResponse:
    """Return the response of a PublishBatch with these ids accepted and these refused."""
    good = "".join(f"<member><Id>{name}</Id><MessageId>m</MessageId></member>" for name in taken)
    bad = "".join(
        f"<member><Id>{name}</Id><Code>InternalError</Code><SenderFault>false</SenderFault></member>"
        for name in refused
    )
    lists = f"<Successful>{good}</Successful><Failed>{bad}</Failed>"
    result = f"<PublishBatchResult>{lists}</PublishBatchResult>"
    body = f'<PublishBatchResponse xmlns="{_XMLNS}">{result}</PublishBatchResponse>'
    return _xml(request, 200, body)


def document(request: AWSPreparedRequest) -> Any:
    """Return a request's JSON."""
    return json.loads(_text(request))


def _text(request: AWSPreparedRequest) -> str:
    body = request.body
    return body.decode() if isinstance(body, bytes) else str(body)


def _json(
    request: AWSPreparedRequest, body: object, headers: dict[str, str] | None = None
) -> AWSResponse:
    sent = {"content-type": "application/x-amz-json-1.0"} | (headers or {})
    return _response(request, 400, sent, json.dumps(body))


def _xml(request: AWSPreparedRequest, status: int, body: str) -> AWSResponse:
    return _response(request, status, {"content-type": "text/xml"}, body)


def _response(
    request: AWSPreparedRequest, status: int, headers: dict[str, str], body: str
) -> AWSResponse:
    return AWSResponse(request.url, status, HTTPHeaders.from_dict(headers), MockRawResponse(body))
