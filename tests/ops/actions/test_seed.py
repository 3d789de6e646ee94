"""`fanfare seed`: write the demo catalogue into a stage, once."""

from collections.abc import Callable

import pytest

from functions.checkout.catalogue import CATALOGUE, Catalogue
from functions.framework.ports import Record
from functions.inventory.reactions import AVAILABLE, STOCK
from functions.inventory.service import SERVICE as INVENTORY
from functions.map import API
from ops.actions.seed import fill, seed, summary
from ops.cli.errors import CommandError, ExitCode
from ops.cli.options import Options
from ops.stage.connection import Connection
from ops.stage.demo_catalogue import articles, sold_out
from testkit.builders import resources


def test_there_are_twelve_products_one_of_them_sold_out() -> None:
    assert len(articles()) == len({article.sku for article in articles()}) == 12
    assert [article for article in articles() if not article.stock] == [sold_out()]


def test_checkout_offers_all_seeded_products(here: Connection) -> None:
    fill(here)

    offered = Catalogue(here.records(API, CATALOGUE), resources()).products()

    assert {(product.sku, product.price) for product in offered} == {
        (article.sku, article.price) for article in articles()
    }


def test_inventory_has_the_stock_of_all_seeded_products(here: Connection) -> None:
    fill(here)

    counted = {record.key: record.values[AVAILABLE] for record in stock(here)}

    assert counted == {article.sku: article.stock for article in articles()}


def test_seeding_again_adds_nothing_and_leaves_the_stock_as_it_is(here: Connection) -> None:
    assert fill(here) == 12
    sold = here.records(INVENTORY, STOCK)
    sold.put(Record(key="CUP-MUTE", values={AVAILABLE: 7}, version=1))

    assert fill(here) == 0

    left = sold.get("CUP-MUTE")
    assert left is not None
    assert left.values[AVAILABLE] == 7


def test_the_number_of_new_products_is_printed(
    here: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    assert seed(here, Options(), yes=False) is ExitCode.DONE
    assert seed(here, Options(json=True), yes=False) is ExitCode.DONE

    assert capsys.readouterr().out == f'{summary(12)}\n{{"products":12,"new":0}}\n'


def test_the_real_shop_is_not_seeded_by_accident(stage: Callable[[str], Connection]) -> None:
    prod = stage("prod")

    with pytest.raises(CommandError, match="--yes") as refused:
        seed(prod, Options(stage="prod"), yes=False)

    assert refused.value.code is ExitCode.REFUSED
    assert list(stock(prod)) == []
    assert seed(prod, Options(stage="prod"), yes=True) is ExitCode.DONE
    assert len(list(stock(prod))) == 12


def stock(connection: Connection) -> list[Record]:
    return list(connection.records(INVENTORY, STOCK).all())
