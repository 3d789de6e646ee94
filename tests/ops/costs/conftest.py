"""The stages of the bills."""

from tests.support.blueprints import dev, prod

__all__ = ["dev", "prod"]
