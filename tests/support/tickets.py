"""A contract as it was kept, and all that may become of it."""

from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal

import msgspec

from events.envelope import Fact

KEY = ("TicketSold", 1)
Price = Annotated[int, msgspec.Meta(ge=0, le=900)]
Named = Annotated[str, msgspec.Meta(min_length=1)]
Code = Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$")]


class Seat(msgspec.Struct, frozen=True, kw_only=True):
    row: Code
    number: int


class Base(Fact, frozen=True, kw_only=True):
    sources: ClassVar[tuple[str, ...]] = ("box",)
    slots: ClassVar[tuple[str, ...]] = ("ticket",)


class TicketSold(Base, frozen=True, kw_only=True):
    price: Price
    seats: Annotated[tuple[Seat, ...], msgspec.Meta(min_length=1, max_length=8)]
    at: Annotated[datetime, msgspec.Meta(tz=True)]
    kind: Literal["full", "reduced"]
    holder: str | None = None
    row: Seat | None = None
    gate: str = "north"


def varied(
    *, namespace: dict[str, Any] | None = None, without: tuple[str, ...] = (), **fields: Any
) -> type[Fact]:
    """Return TicketSold with some fields removed, changed or added: a type, or type and default."""
    kept: dict[str, Any] = {
        field.name: (field.name, field.type)
        if field.required
        else (field.name, field.type, field.default)
        for field in msgspec.structs.fields(TicketSold)
        if field.name not in without
    }
    for name, given in fields.items():
        kept[name] = (name, *given) if isinstance(given, tuple) else (name, given)
    made: Any = msgspec.defstruct(
        "TicketSold",
        list(kept.values()),
        bases=(Base,),
        frozen=True,
        kw_only=True,
        namespace=namespace or {},
    )
    return made  # type: ignore[no-any-return]  # derived from Base, which mypy does not see


def seats(seat: Any, least: int = 1, most: int = 8) -> Any:
    return Annotated[tuple[seat, ...], msgspec.Meta(min_length=least, max_length=most)]


def seat(*fields: tuple[str, Any] | tuple[str, Any, Any]) -> Any:
    return msgspec.defstruct("Place", list(fields), frozen=True, kw_only=True)


SEAT = [("row", Code), ("number", int)]

BREAKING: list[tuple[str, type[Fact], str]] = [
    ("removed", varied(without=("price",)), "`$.price` was removed"),
    ("an optional one removed", varied(without=("gate",)), "`$.gate` was removed"),
    ("renamed", varied(without=("price",), cost=Price),
     "`$.price` was removed (is `cost` its new name?)"),
    ("renamed, with a default", varied(without=("holder",), owner=(str | None, None)),
     "`$.holder` was removed (is `owner` its new name?)"),
    ("another type", varied(price=str), "`$.price` was integer and is string"),
    ("a number instead of an integer", varied(price=float), "`$.price` was integer and is number"),
    ("may be null now", varied(price=Price | None), "was integer and is integer or null"),
    ("may not be null any more", varied(holder=(str, "")),
     "`$.holder` was null or string and is string"),
    ("another type inside a union", varied(holder=(int | None, None)),
     "`$.holder` was null or string and is integer or null"),
    ("a minimum raised", varied(price=Annotated[int, msgspec.Meta(ge=1, le=900)]),
     "`$.price` is narrowed: `minimum` was 0 and is 1"),
    ("a maximum lowered", varied(price=Annotated[int, msgspec.Meta(ge=0, le=899)]),
     "`$.price` is narrowed: `maximum` was 900 and is 899"),
    ("a maximum raised", varied(price=Annotated[int, msgspec.Meta(ge=0, le=901)]),
     "`$.price` is widened: `maximum` was 900 and is 901"),
    ("a minimum gone", varied(price=Annotated[int, msgspec.Meta(le=900)]),
     "`$.price` is widened: `minimum` was 0 and is nothing"),
    ("a minimum that came", varied(holder=(Named | None, None)),
     "`$.holder` is narrowed: `minLength` was nothing and is 1"),
    ("fewer elements", varied(seats=seats(Seat, most=7)),
     "`$.seats` is narrowed: `maxItems` was 8 and is 7"),
    ("no elements allowed", varied(seats=seats(Seat, least=0)), "`$.seats` is widened: `minItems`"),
    ("other elements", varied(seats=seats(str)), "`$.seats[]` was object and is string"),
    ("no list any more", varied(seats=Seat), "`$.seats` was array and is object"),
    ("removed from an element", varied(seats=seats(seat(SEAT[0]))),
     "`$.seats[].number` was removed"),
    ("required in an element", varied(seats=seats(seat(*SEAT, ("floor", int)))),
     "`$.seats[].floor` was added without a default"),
    ("changed in an element", varied(seats=seats(seat(SEAT[0], ("number", str)))),
     "`$.seats[].number` was integer and is string"),
    ("changed in what may be null", varied(row=(seat(("row", str), SEAT[1]) | None, None)),
     "`$.row.row` must match nothing, and it was ^[A-Z]{3}$"),
    ("another pattern", varied(seats=seats(seat(
        ("row", Annotated[str, msgspec.Meta(pattern="^[A-Z]{2}$")]), SEAT[1]))),
     "`$.seats[].row` must match ^[A-Z]{2}$, and it was ^[A-Z]{3}$"),
    ("unknown members refused", varied(row=(msgspec.defstruct(
        "Strict", SEAT, frozen=True, kw_only=True, forbid_unknown_fields=True) | None, None)),
     "`$.row` takes further properties: False"),
    ("a time without a zone", varied(at=datetime), "`$.at` has the format nothing"),
    ("a time as text", varied(at=int), "`$.at` was string and is integer"),
    ("a choice added", varied(kind=Literal["full", "reduced", "free"]),
     "`$.kind` takes free as well"),
    ("a choice removed", varied(kind=Literal["full"]), "`$.kind` no longer takes reduced"),
    ("a choice replaced", varied(kind=Literal["full", "half"]),
     "`$.kind` no longer takes reduced and takes half as well"),
    ("any text for a choice", varied(kind=str), "`$.kind` was one of some values and is string"),
    ("required added", varied(seller=str), "`$.seller` was added without a default"),
    ("optional made required", varied(gate=str), "`$.gate` was not required and is now"),
    ("required made optional", varied(price=(Price, 0)),
     "`$.price` was required and is not any more"),
    ("another default", varied(gate=(str, "south")),
     "`$.gate` means south if it is left out, and meant north"),
    ("a source removed", varied(namespace={"sources": ()}),
     "`$` may be stated by none, and it was box"),
    ("a source added", varied(namespace={"sources": ("box", "web")}),
     "`$` may be stated by box, web, and it was box"),
    ("another slot", varied(namespace={"slots": ("seat",)}),
     "`$` may fill the slots seat, and it was ticket"),
    ("a slot before the usual one", varied(namespace={"slots": ("seat", "ticket")}),
     "`$` may fill the slots seat, ticket"),
    ("a fixed number of elements", varied(seats=tuple[Seat, Seat]), "`$.seats` "),
    ("a union of more", varied(holder=(str | int | None, None)),
     "`$.holder` was null or string and is integer or null or string"),
]  # fmt: skip

ADDITIVE: list[tuple[str, type[Fact], str]] = [
    ("a property", varied(seller=(str, "box")), "`$.seller` was added"),
    ("a property that may be null", varied(seller=(str | None, None)), "`$.seller` was added"),
    ("several", varied(seller=(str, ""), till=(int, 0)), "`$.till` was added"),
    ("in an element", varied(seats=seats(seat(*SEAT, ("floor", int, 0)))),
     "`$.seats[].floor` was added"),
    ("in what may be null", varied(row=(seat(*SEAT, ("floor", int, 0)) | None, None)),
     "`$.row.floor` was added"),
]  # fmt: skip
