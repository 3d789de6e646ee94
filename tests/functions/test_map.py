"""The map as a whole: what is heard is stated by somebody, in slots of their own."""

from itertools import chain

import pytest

from events.codec import CONTRACTS
from functions import map as the_map
from functions.framework.service import Consumer

CONSUMERS = pytest.mark.parametrize(
    "consumer", the_map.CONSUMERS, ids=lambda consumer: consumer.name
)


def test_every_service_has_a_name_of_its_own() -> None:
    names = [service.name for service in the_map.SERVICES]

    assert len(set(names)) == len(names)


@CONSUMERS
def test_a_consumer_hears_published_types_only(consumer: Consumer) -> None:
    assert set(consumer.subscribed_types) <= set(CONTRACTS)


@CONSUMERS
def test_a_consumer_states_facts_of_its_own_only(consumer: Consumer) -> None:
    for fact in chain.from_iterable(on.states for on in consumer.on):
        assert consumer.name in fact.sources


@CONSUMERS
def test_who_acts_on_the_outside_is_not_replayable(consumer: Consumer) -> None:
    assert not (consumer.replayable and any(on.outside for on in consumer.on))


@CONSUMERS
def test_a_reaction_that_acts_on_the_outside_reads_the_log_first(consumer: Consumer) -> None:
    assert all(on.history for on in consumer.on if on.outside)


def test_every_fact_that_is_stated_today_can_be_stated_by_a_service_of_the_map() -> None:
    services = {service.name for service in the_map.SERVICES}

    stated = {name for name, contract in CONTRACTS.items() if services & set(contract.sources)}
    assert stated == set(CONTRACTS)


def test_a_table_is_looked_at_as_its_owner_keeps_it() -> None:
    owned = {(s.name, table.name): table for s in the_map.SERVICES for table in s.tables}
    for service in the_map.SERVICES:
        for seen in service.tables:
            if seen.owner:
                table = owned[seen.owner, seen.name]
                assert (seen.key, seen.sort) == (table.key, table.sort)
                assert seen.access <= {"get", "list", "page"}


def test_a_route_is_said_to_take_a_customers_token_unless_it_is_public() -> None:
    for route in the_map.API.routes:
        assert ("jwt" in route.bearer) is not route.public


def test_every_route_has_an_endpoint_and_the_direct_invocation_too() -> None:
    endpoints = {route.endpoint for route in the_map.API.routes}

    assert the_map.API.direct in endpoints
    assert len({route.key for route in the_map.API.routes}) == len(the_map.API.routes)
