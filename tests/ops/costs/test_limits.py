"""Throughput limits, from the rows of the map and the stage's adapters."""

import pytest

from functions.map import CONSUMERS
from ops.costs.bill import bill
from ops.costs.counted_run import CountedRun
from ops.stage.templates import Blueprint
from tests.support.blueprints import configured


def rates(blueprint: Blueprint) -> dict[str, float]:
    return {limit.what.partition(",")[0]: limit.rate for limit in bill("any", blueprint, 1).limits}


def test_the_lowest_comes_first_and_every_consumer_of_an_order_has_one(dev: Blueprint) -> None:
    found = rates(dev)
    run = CountedRun()
    run.order()

    assert list(found.values()) == sorted(found.values())
    used = {consumer.name for consumer in CONSUMERS if run.usage.invocations[consumer.name]}
    assert used <= found.keys()


def test_a_new_accounts_quota_is_lower_than_the_apis_throttle(dev: Blueprint) -> None:
    assert rates(dev)["Lambda"] < rates(dev)["API"] == 100


def test_a_service_that_waits_for_a_provider_processes_fewer_orders(
    dev: Blueprint, prod: Blueprint
) -> None:
    assert rates(prod)["payment"] < rates(dev)["payment"] / 5
    assert rates(prod)["inventory"] == rates(dev)["inventory"]


@pytest.mark.parametrize(("sender", "limited"), [(None, False), ("shop@example.com", True)])
def test_ses_is_a_limit_of_a_stage_with_a_sender(
    dev: Blueprint, sender: str | None, limited: bool
) -> None:
    stage = configured(dev, "email", adapter="ses", sender=sender) if sender else dev

    assert ("SES" in rates(stage)) is limited
