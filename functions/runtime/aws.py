"""AWS clients that start fast: botocore alone, reading no model but those it is asked for."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import botocore
from botocore.config import Config
from botocore.loaders import Loader
from botocore.session import Session

CONNECT_TIMEOUT = 1
READ_TIMEOUT = 2
ATTEMPTS = 3
"""Seconds, and tries of one call; a call that still fails is the message's next try."""


def client_factory(region: str | None = None, profile: str | None = None) -> Callable[[str], Any]:
    """Return a function that makes the client of a service, such as `dynamodb`."""
    session = Session(profile=profile)
    data = str(Path(botocore.__file__).with_name("data"))
    session.register_component(
        "data_loader",
        Loader(extra_search_paths=[data], include_default_search_paths=False),
    )
    config = Config(
        connect_timeout=CONNECT_TIMEOUT,
        read_timeout=READ_TIMEOUT,
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
    )

    def client(service: str) -> Any:
        return session.create_client(service, region_name=region, config=config)

    return client
