"""AWS clients that start fast: botocore alone, which loads only the models in use."""

import os
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import botocore
from botocore.config import Config
from botocore.loaders import Loader
from botocore.session import Session

CONNECT_TIMEOUT = 1
READ_TIMEOUT = 2
ATTEMPTS = 3
"""Timeouts in seconds, and attempts of one call; after that the message is retried."""

NOT_RETRIED = {"sesv2": 8}
"""Read timeouts, in seconds, of services whose calls are not idempotent: the SDK does not retry
them. The message is retried."""


def client_factory(
    region: str | None = None,
    profile: str | None = None,
    *,
    read_timeout: int = READ_TIMEOUT,
    credentials: Mapping[str, Any] | None = None,
    endpoint: str | None = None,
) -> Callable[[str], Any]:
    """Return a function that makes the client of a service, such as `dynamodb`.

    `read_timeout`, in seconds, is for callers that wait for more than a table or queue, such as a
    whole invocation. `credentials` have the form of an answer of STS; without them, botocore finds
    its own.
    `endpoint` is the URL of an emulator of AWS: with it, nothing is read from the environment or
    from configuration files, and no proxy is used.
    """
    session = Session(profile=profile, session_vars=_defaults() if endpoint else None)
    if credentials:
        session.set_credentials(
            credentials["AccessKeyId"],
            credentials["SecretAccessKey"],
            credentials.get("SessionToken"),
        )
    session.register_component("data_loader", _loader())
    config = Config(
        connect_timeout=CONNECT_TIMEOUT,
        read_timeout=read_timeout,
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
        proxies={} if endpoint else None,
    )

    def client(service: str) -> Any:
        chosen = config
        if service in NOT_RETRIED:
            once = Config(read_timeout=NOT_RETRIED[service], retries={"total_max_attempts": 1})
            chosen = config.merge(once)
        return session.create_client(
            service, region_name=region, endpoint_url=endpoint, config=chosen
        )

    return client


def _defaults() -> dict[str, tuple[None, None, Any, Any]]:
    """Return botocore's settings with their defaults, and no other source for any of them."""
    settings = {
        name: (None, None, default, convert)
        for name, (_, _, default, convert) in Session.SESSION_VARIABLES.items()
    }
    no_file = (None, None, os.devnull, None)
    return settings | {"config_file": no_file, "credentials_file": no_file}


@cache
def _loader() -> Loader:
    """Return the shared loader of service models, which caches what it has read."""
    data = str(Path(botocore.__file__).with_name("data"))
    return Loader(extra_search_paths=[data], include_default_search_paths=False)
