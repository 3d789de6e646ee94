"""`fanfare seed`: write the demo catalogue and its stock into the tables of two services."""

from functions.checkout.catalogue import CATALOGUE
from functions.framework.ports import Record, Records
from functions.inventory.reactions import AVAILABLE, STOCK
from functions.inventory.service import SERVICE as INVENTORY
from functions.map import API
from ops.cli.errors import CommandError, ExitCode
from ops.cli.options import Options
from ops.stage.connection import Connection
from ops.stage.demo_catalogue import CURRENCY, Article, articles

GUARDED = "prod"
"""The stage of the real shop."""


def seed(connection: Connection, options: Options, *, yes: bool) -> ExitCode:
    """Seed a stage and print the number of new products."""
    if options.stage == GUARDED and not yes:
        raise CommandError(
            f"This would put demo products into the shop of stage {GUARDED}. To confirm:"
            f" fanfare seed --stage {GUARDED} --yes",
            ExitCode.REFUSED,
        )
    new = fill(connection)
    if options.json:
        options.print_json({"products": len(articles()), "new": new})
    else:
        options.out.print(summary(new))
    return ExitCode.DONE


def summary(new: int) -> str:
    """Return the number of products and the number of new ones, as text."""
    return f"{len(articles())} products ({new} new)"


def fill(connection: Connection) -> int:
    """Write the missing products into a stage's tables; return the number of new ones."""
    stock = connection.records(INVENTORY, STOCK)
    catalogue = connection.records(API, CATALOGUE)
    return sum(_add(article, stock, catalogue) for article in articles())


def _add(article: Article, stock: Records, catalogue: Records) -> bool:
    """Add an article; its stock first, so that no product is for sale without a stock record."""
    pieces: dict[str, str | int] = {AVAILABLE: article.stock}
    stock.put(Record(key=article.sku, values=pieces, version=0))
    offer: dict[str, str | int] = {
        "name": article.name,
        "price": article.price,
        "currency": CURRENCY,
    }
    return catalogue.put(Record(key=article.sku, values=offer, version=0))
