"""The map as a whole: subscribed types are published, and facts have their own service."""

from events.codec import CONTRACTS
from functions import map as the_map


def test_every_contract_has_a_publishing_service_in_the_map() -> None:
    services = {service.name for service in the_map.SERVICES}

    stated = {name for name, contract in CONTRACTS.items() if services & set(contract.sources)}
    assert stated == set(CONTRACTS)


def test_a_table_of_another_service_is_declared_as_its_owner_does() -> None:
    owned = {(s.name, table.name): table for s in the_map.SERVICES for table in s.tables}
    for service in the_map.SERVICES:
        for seen in service.tables:
            if seen.owner:
                table = owned[seen.owner, seen.name]
                assert (seen.key, seen.sort) == (table.key, table.sort)
                assert seen.access <= {"get", "list", "page"}
