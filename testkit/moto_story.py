"""Story under moto: the same as in memory, on DynamoDB, SNS, SQS and SES."""

from typing import Any, override

from testkit.story import Story
from testkit.world import World


class MotoStory(Story):
    """A story under moto, which must be closed at its end: use it as a context manager."""

    @override
    def _make_world(self, **options: Any) -> World:
        try:
            from testkit.moto_world import MotoWorld
        except ModuleNotFoundError as missing:
            raise ModuleNotFoundError(
                f"a story under moto needs the package moto ({missing}): pip install moto"
            ) from missing
        return MotoWorld(**options)
