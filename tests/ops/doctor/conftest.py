"""The stages that are looked at."""

from tests.blueprints import dev, prod

__all__ = ["dev", "prod"]
