"""Grants of a consumer that is not in the map; tests/iam covers those of the map."""

from tests.iam.policies import roles
from tests.infra.conftest import LISTENER
from tests.support.assembly import Assembly
from tests.support.template import Templates, table_arn


def test_a_consumer_without_history_and_facts_has_no_grants_on_the_log(
    listening: Assembly,
) -> None:
    role = roles(Templates(listening.stacks))[LISTENER.name]

    assert not [grant for grant in role.grants if grant.concerns(table_arn("fanfare-dev-log"))]
    assert {grant.action.partition(":")[0] for grant in role.grants} == {"logs", "sqs"}
