"""A contract as it was stored, with breaking and additive changes to it."""

from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal

import msgspec

from events.envelope import Fact

KEY = ("TicketSold", 1)
Price = Annotated[int, msgspec.Meta(ge=0, le=900)]
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


def varied(*, without: str = "", **fields: Any) -> Any:
    """Return TicketSold without a field, or with changed or added ones: type, or type, default."""
    kept = {
        field.name: (field.type,) if field.required else (field.type, field.default)
        for field in msgspec.structs.fields(TicketSold)
        if field.name != without
    }
    kept |= {name: each if isinstance(each, tuple) else (each,) for name, each in fields.items()}
    described = [(name, *each) for name, each in kept.items()]
    return msgspec.defstruct("TicketSold", described, bases=(Base,), frozen=True, kw_only=True)


def stated(**changes: tuple[str, ...]) -> Any:
    """Return TicketSold with other sources or slots."""
    return type("TicketSold", (TicketSold,), dict(changes))


def within(kind: Any, **limits: Any) -> Any:
    """Return a type with other limits."""
    return Annotated[kind, msgspec.Meta(**limits)]


def seats(seat: Any, least: int = 1, most: int = 8) -> Any:
    return within(tuple[seat, ...], min_length=least, max_length=most)


def seat(*fields: tuple[Any, ...], **options: Any) -> Any:
    return msgspec.defstruct("Place", list(fields), frozen=True, kw_only=True, **options)


ROW, NUMBER = ("row", Code), ("number", int)

BREAKING: list[tuple[type[Fact], str]] = [
    (varied(without="price"), "`$.price` was removed"),
    (varied(without="gate"), "`$.gate` was removed"),
    (varied(without="price", cost=Price), "`$.price` was removed (is `cost` its new name?)"),
    (varied(without="holder", owner=(str | None, None)),
     "`$.holder` was removed (is `owner` its new name?)"),
    (varied(price=str), "`$.price` was integer and is string"),
    (varied(price=float), "`$.price` was integer and is number"),
    (varied(price=Price | None), "was integer and is integer or null"),
    (varied(holder=(str, "")), "`$.holder` was null or string and is string"),
    (varied(holder=(int | None, None)), "`$.holder` was null or string and is integer or null"),
    (varied(price=within(int, ge=1, le=900)), "`$.price` is narrowed: `minimum` was 0 and is 1"),
    (varied(price=within(int, ge=0, le=899)),
     "`$.price` is narrowed: `maximum` was 900 and is 899"),
    (varied(price=within(int, ge=0, le=901)), "`$.price` is widened: `maximum` was 900 and is 901"),
    (varied(price=within(int, le=900)), "`$.price` is widened: `minimum` was 0 and is nothing"),
    (varied(holder=(within(str, min_length=1) | None, None)),
     "`$.holder` is narrowed: `minLength` was nothing and is 1"),
    (varied(seats=seats(Seat, most=7)), "`$.seats` is narrowed: `maxItems` was 8 and is 7"),
    (varied(seats=seats(Seat, least=0)), "`$.seats` is widened: `minItems`"),
    (varied(seats=seats(str)), "`$.seats[]` was object and is string"),
    (varied(seats=Seat), "`$.seats` was array and is object"),
    (varied(seats=seats(seat(ROW))), "`$.seats[].number` was removed"),
    (varied(seats=seats(seat(ROW, NUMBER, ("floor", int)))),
     "`$.seats[].floor` was added without a default"),
    (varied(seats=seats(seat(ROW, ("number", str)))),
     "`$.seats[].number` was integer and is string"),
    (varied(row=(seat(("row", str), NUMBER) | None, None)),
     "`$.row.row` must match nothing, and it was ^[A-Z]{3}$"),
    (varied(seats=seats(seat(("row", within(str, pattern="^[A-Z]{2}$")), NUMBER))),
     "`$.seats[].row` must match ^[A-Z]{2}$, and it was ^[A-Z]{3}$"),
    (varied(row=(seat(ROW, NUMBER, forbid_unknown_fields=True) | None, None)),
     "`$.row` takes further properties: False"),
    (varied(at=datetime), "`$.at` has the format nothing"),
    (varied(at=int), "`$.at` was string and is integer"),
    (varied(kind=Literal["full", "reduced", "free"]), "`$.kind` takes free as well"),
    (varied(kind=Literal["full"]), "`$.kind` no longer takes reduced"),
    (varied(kind=Literal["full", "half"]),
     "`$.kind` no longer takes reduced and takes half as well"),
    (varied(kind=str), "`$.kind` was one of some values and is string"),
    (varied(seller=str), "`$.seller` was added without a default"),
    (varied(gate=str), "`$.gate` was not required and is now"),
    (varied(price=(Price, 0)), "`$.price` was required and is not any more"),
    (varied(gate=(str, "south")), "`$.gate` means south if it is left out, and meant north"),
    (stated(sources=()), "`$` may be stated by none, and it was box"),
    (stated(sources=("box", "web")), "`$` may be stated by box, web, and it was box"),
    (stated(slots=("seat",)), "`$` may fill the slots seat, and it was ticket"),
    (stated(slots=("seat", "ticket")), "`$` may fill the slots seat, ticket"),
    (varied(seats=tuple[Seat, Seat]), "`$.seats` "),
    (varied(holder=(str | int | None, None)),
     "`$.holder` was null or string and is integer or null or string"),
]  # fmt: skip

ADDITIVE: list[tuple[type[Fact], str]] = [
    (varied(seller=(str, "box")), "`$.seller` was added"),
    (varied(agent=(str | None, None)), "`$.agent` was added"),
    (varied(seller=(str, ""), till=(int, 0)), "`$.till` was added"),
    (varied(seats=seats(seat(ROW, NUMBER, ("floor", int, 0)))), "`$.seats[].floor` was added"),
    (varied(row=(seat(ROW, NUMBER, ("floor", int, 0)) | None, None)), "`$.row.floor` was added"),
]  # fmt: skip
