"""localstripe, once a process, and the providers of the contract tests."""

from collections.abc import Iterator

import pytest

from tests.support.gateways import Provider, SandboxProvider, StripeProvider
from tests.support.localstripe.start import localstripe


@pytest.fixture(scope="session")
def stripe_address() -> Iterator[str]:
    with localstripe() as address:
        yield address


@pytest.fixture(params=["sandbox", "stripe"])
def provider(request: pytest.FixtureRequest) -> Iterator[Provider]:
    if request.param == "sandbox":
        yield SandboxProvider()
        return
    provider = StripeProvider(request.getfixturevalue("stripe_address"))
    yield provider
    provider.close()
