"""Caches for moto and botocore: values that they compute anew at each call, and never change."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from botocore import useragent
from moto.core import responses, utils
from moto.core.serialize import AttributePickerContext, XFormedAttributePicker
from moto.sqs import models

_compute = XFormedAttributePicker.get_possible_keys
_known: dict[tuple[int, type, str], tuple[Any, Sequence[str]]] = {}


def install() -> None:
    """Cache names that depend on service models and classes alone."""
    XFormedAttributePicker.get_possible_keys = _possible_keys  # type: ignore[assignment,method-assign]
    underscores = cache(utils.camelcase_to_underscores)
    vars(responses)["camelcase_to_underscores"] = underscores
    vars(models)["camelcase_to_underscores"] = underscores
    vars(responses)["method_names_from_class"] = cache(utils.method_names_from_class)
    name = "sanitize_user_agent_string_component"
    vars(useragent)[name] = cache(vars(useragent)[name])


def _possible_keys(
    picker: XFormedAttributePicker, context: AttributePickerContext
) -> Sequence[str]:
    where = (id(context.shape), type(context.obj), context.key)
    known = _known.get(where)
    if known is None:
        # The shape is kept, so that no other can get its id.
        known = _known[where] = (context.shape, tuple(_compute(picker, context)))
    return known[1]
