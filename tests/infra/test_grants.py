"""Grants of a row that is not in the map; those of the map's are proved in tests/privilege."""

from tests.iam.policies import roles
from tests.infra.conftest import LISTENER
from tests.support.assembly import Assembly
from tests.support.template import Templates, table_arn


def test_a_consumer_that_only_listens_may_not_touch_the_log(listening: Assembly) -> None:
    role = roles(Templates(listening.stacks))[LISTENER.name]

    assert not [grant for grant in role.grants if grant.concerns(table_arn("fanfare-dev-log"))]
    assert {grant.action.partition(":")[0] for grant in role.grants} == {"logs", "sqs"}
