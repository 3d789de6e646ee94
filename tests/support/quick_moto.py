"""Caches for moto and botocore: values that they compute anew at each call, and never change."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from botocore import useragent
from moto.core import responses, utils
from moto.core.serialize import (
    AttributePickerContext,
    ResponseSerializer,
    XFormedAttributePicker,
)
from moto.sqs import models

_possible_keys = XFormedAttributePicker.get_possible_keys
_get_value = ResponseSerializer.get_value
_keys: dict[tuple[int, type, str], tuple[Any, Sequence[str]]] = {}


def install() -> None:
    """Cache names that depend on service models and classes alone."""
    XFormedAttributePicker.get_possible_keys = _cached_keys  # type: ignore[assignment,method-assign]
    ResponseSerializer.get_value = _value_of  # type: ignore[assignment,method-assign]
    underscores = cache(utils.camelcase_to_underscores)
    vars(responses)["camelcase_to_underscores"] = underscores
    vars(models)["camelcase_to_underscores"] = underscores
    vars(responses)["method_names_from_class"] = cache(utils.method_names_from_class)
    name = "sanitize_user_agent_string_component"
    vars(useragent)[name] = cache(vars(useragent)[name])


def _cached_keys(picker: XFormedAttributePicker, context: AttributePickerContext) -> Sequence[str]:
    where = (id(context.shape), type(context.obj), context.key)
    known = _keys.get(where)
    if known is None:
        # The shape is kept, so that no other can get its id.
        known = _keys[where] = (context.shape, tuple(_possible_keys(picker, context)))
    return known[1]


def _value_of(serializer: ResponseSerializer, value: Any, key: str, shape: Any) -> Any:
    """Return a member of a dictionary by its known keys; anything else as moto does."""
    known = _keys.get((id(shape), dict, key)) if type(value) is dict else None
    picker = serializer._value_picker
    if known is None or vars(picker)["response_transformers"] or "." in key:
        return _get_value(serializer, value, key, shape)
    return next((value[name] for name in known[1] if name in value), None)
