"""The stages whose bills are reckoned."""

from tests.support.blueprints import dev, prod

__all__ = ["dev", "prod"]
