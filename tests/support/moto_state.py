"""State of moto's backends: a copy takes a tenth of the time of the calls that made it."""

import copyreg
from collections.abc import Mapping
from copy import deepcopy
from threading import Condition, RLock
from types import MappingProxyType
from typing import Any
from unittest.mock import patch

from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.table import StreamRecord
from moto.ses.models import ses_backends
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends

from events.envelope import Event
from functions.framework.ports import Record, Row
from tests.support.template import ACCOUNT, REGION

BACKENDS: tuple[Any, ...] = (dynamodb_backends, sqs_backends, sns_backends, ses_backends)

SHARED = (Event, Record, Row, StreamRecord, Condition, type(RLock()))
"""Types that copies share: values, which never change, and locks, which are free between calls."""

_SHARED = dict.fromkeys(SHARED, lambda _: "the same object")
NOTHING: Mapping[int, object] = MappingProxyType({})


def copied[T](value: T, kept: Mapping[int, object] = NOTHING) -> T:
    """Return a copy of state; it shares the objects in `kept`, by their identity."""
    with patch.dict(copyreg.dispatch_table, _SHARED):
        return deepcopy(value, dict(kept))


def backends() -> list[Any]:
    """Return the backends of the region: with `copied` their state can be kept."""
    return [each[ACCOUNT][REGION] for each in BACKENDS]


def replace_backends(state: list[Any]) -> None:
    """Make these the backends of the region."""
    for each, backend in zip(BACKENDS, state, strict=True):
        each[ACCOUNT][REGION] = backend
