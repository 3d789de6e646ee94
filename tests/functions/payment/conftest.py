"""Stripe's stand-in, once a process, and the gateways that the contract is about."""

from collections.abc import Iterator

import pytest

from tests.support.gateways import SandboxWorld, StripeWorld, World
from tests.support.localstripe.start import localstripe


@pytest.fixture(scope="session")
def stripe_address() -> Iterator[str]:
    with localstripe() as address:
        yield address


@pytest.fixture(params=["sandbox", "stripe"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    if request.param == "sandbox":
        yield SandboxWorld()
        return
    world = StripeWorld(request.getfixturevalue("stripe_address"))
    yield world
    world.end()
