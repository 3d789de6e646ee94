"""A simulated shop as the proof of one consumer sees it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import override

from events.history import History
from functions.framework.ports import Record, Rows
from functions.framework.proof import Proof, Shop
from functions.framework.service import Consumer
from simulation.state import ShopState


class ShopOf(Shop):
    """The shop of one consumer: its own tables by their names, and the state of its proof."""

    def __init__(self, shop: ShopState, consumer: Consumer, proof: Proof) -> None:
        self.shop = shop
        self.consumer = consumer
        self.proof = proof
        self.pieces = shop.pieces
        self.state = proof.state()
        self.mails = shop.mails
        self.mail_ids = shop.mail_ids
        self._rows: dict[str, Rows] = {}
        for table in consumer.possible_tables:
            if table.owner is None and table.sort is None and table.name in proof.order_of:
                shop.own.items(consumer.name, table.name).order_of = proof.order_of[table.name]
        proof.seed(self)

    @property
    @override
    def facts(self) -> int:
        return self.shop.log.facts

    @override
    def now(self) -> datetime:
        return self.shop.clock()

    @override
    def orders(self) -> Sequence[str]:
        return self.shop.log.orders()

    @override
    def history(self, order: str) -> History:
        return self.shop.log.read(order)

    @override
    def has_handled(self, event: str) -> bool:
        return (self.consumer.name, event) in self.shop.handled

    @override
    def rows(self, table: str) -> Rows:
        found = self._rows.get(table)
        if found is None:
            found = self._rows[table] = self.shop.own.rows(self.consumer.name, table)
        return found

    @override
    def number(self, table: str, key: str, attribute: str) -> int:
        return self.shop.number(self.consumer.name, table, key, attribute)

    @override
    def set_number(self, table: str, key: str, attribute: str, number: int) -> None:
        items = self.shop.own.items(self.consumer.name, table)
        items.add(key, attribute, number - items.number(key, attribute))

    @override
    def versions(self, table: str, order: str) -> Mapping[str, Sequence[Record]]:
        return self.shop.own.items(self.consumer.name, table).by_order.get(order, {})
