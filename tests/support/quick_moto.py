"""What moto works out anew for each answer, remembered: a good part of what its calls cost."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from moto.core import responses, utils
from moto.core.serialize import AttributePickerContext, XFormedAttributePicker

_work_out = XFormedAttributePicker.get_possible_keys
_known: dict[tuple[int, type, str], tuple[Any, Sequence[str]]] = {}


def remember() -> None:
    """Let moto remember by which names an attribute may go, and how a name is written in Python.

    Both depend on the AWS service's model and on classes alone, which are the same all the while.
    """
    XFormedAttributePicker.get_possible_keys = _possible_keys  # type: ignore[assignment,method-assign]
    vars(responses)["camelcase_to_underscores"] = cache(utils.camelcase_to_underscores)


def _possible_keys(
    picker: XFormedAttributePicker, context: AttributePickerContext
) -> Sequence[str]:
    where = (id(context.shape), type(context.obj), context.key)
    known = _known.get(where)
    if known is None:
        # The shape is kept, so that no other can get its id.
        known = _known[where] = (context.shape, tuple(_work_out(picker, context)))
    return known[1]
