"""Every function's grants, written out: a change to one of them must be meant."""

from collections import defaultdict

import pytest

from tests.assembly import Assembly
from tests.infra.conftest import LISTENER
from tests.template import ACCOUNT, REGION

LOGS = "<AWS::Logs::LogGroup.Arn>"
LOG = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/fanfare-dev-log"
WRITE_LOGS = {"logs:CreateLogStream", "logs:PutLogEvents"}
WORK_OFF = {
    "sqs:ReceiveMessage",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
    "sqs:ChangeMessageVisibility",
}


def own(table: str) -> str:
    return f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/fanfare-dev-{table}"


def inbox(name: str) -> str:
    return f"arn:aws:sqs:{REGION}:{ACCOUNT}:fanfare-dev-{name}"


GRANTS = {
    "bus": {
        LOGS: WRITE_LOGS,
        "stream of fanfare-dev-log": {
            "dynamodb:DescribeStream",
            "dynamodb:GetRecords",
            "dynamodb:GetShardIterator",
            "dynamodb:ListStreams",
        },
        f"arn:aws:sns:{REGION}:{ACCOUNT}:fanfare-dev-events.fifo": {"sns:Publish"},
        inbox("unpublished"): {"sqs:SendMessage"},
    },
    "checkout": {
        LOGS: WRITE_LOGS,
        LOG: {"dynamodb:PutItem", "dynamodb:Query"},
        own("checkout-catalogue"): {"dynamodb:GetItem", "dynamodb:Scan"},
        own("orders-list"): {"dynamodb:Query"},
    },
    "payment": {
        LOGS: WRITE_LOGS,
        LOG: {"dynamodb:PutItem", "dynamodb:Query"},
        inbox("payment"): WORK_OFF,
        own("payment-ledger"): {"dynamodb:GetItem", "dynamodb:PutItem"},
    },
    "inventory": {
        LOGS: WRITE_LOGS,
        LOG: {"dynamodb:PutItem", "dynamodb:Query"},
        inbox("inventory"): WORK_OFF,
        own("inventory-stock"): {"dynamodb:UpdateItem"},
    },
    "ordering": {
        LOGS: WRITE_LOGS,
        LOG: {"dynamodb:PutItem", "dynamodb:Query"},
        inbox("ordering"): WORK_OFF,
    },
    "shipping": {
        LOGS: WRITE_LOGS,
        LOG: {"dynamodb:PutItem", "dynamodb:Query"},
        inbox("shipping"): WORK_OFF,
        own("shipping-parcels"): {"dynamodb:GetItem", "dynamodb:PutItem"},
    },
    "orders": {
        LOGS: WRITE_LOGS,
        LOG: {"dynamodb:PutItem", "dynamodb:Query"},
        inbox("orders"): WORK_OFF,
        own("orders-list"): {"dynamodb:PutItem"},
        own("orders-list/index/open"): {"dynamodb:Query"},
    },
    "analytics": {
        LOGS: WRITE_LOGS,
        LOG: {"dynamodb:Query"},
        inbox("analytics"): WORK_OFF,
        own("analytics-figures"): {"dynamodb:PutItem", "dynamodb:Query", "dynamodb:DeleteItem"},
    },
}


def granted(assembly: Assembly, part: str) -> dict[str, set[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    (role,) = (
        role.properties
        for role in assembly.resources("AWS::IAM::Role", f"fanfare-dev-{part}")
        if "RoleName" not in role.properties  # those are for people: test_forgetting.py
    )
    for policy in role["Policies"]:
        for statement in policy["PolicyDocument"]["Statement"]:
            assert statement["Effect"] == "Allow"
            actions = statement["Action"]
            found[statement["Resource"]] |= {actions} if isinstance(actions, str) else set(actions)
    return dict(found)


@pytest.mark.parametrize("part", GRANTS)
def test_a_function_may_do_what_it_does_and_nothing_else(dev: Assembly, part: str) -> None:
    assert granted(dev, part) == GRANTS[part]


def test_all_grants_are_written_out_here(dev: Assembly) -> None:
    assert {f"fanfare-dev-{part}" for part in GRANTS} == set(dev.stacks)


def test_a_consumer_that_only_listens_may_not_touch_the_log(listening: Assembly) -> None:
    assert granted(listening, LISTENER.name) == {
        LOGS: WRITE_LOGS,
        inbox("listener.fifo"): WORK_OFF,
    }


def test_there_are_no_grants_but_those_in_the_functions_roles(dev: Assembly) -> None:
    assert dev.resources("AWS::IAM::Policy") == []
    assert dev.resources("AWS::IAM::ManagedPolicy") == []
    for role in dev.resources("AWS::IAM::Role"):
        assert "ManagedPolicyArns" not in role.properties
