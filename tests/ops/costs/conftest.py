"""The stages whose bills are reckoned."""

from tests.blueprints import dev, prod

__all__ = ["dev", "prod"]
