"""Bill: its lines, and what changes them."""

from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest

from functions.map import CONSUMERS
from ops.cli.options import Options
from ops.costs import show
from ops.costs.bill import Bill, bill
from ops.costs.bill_line import total
from ops.costs.counted_run import CountedRun
from ops.stage import prices
from ops.stage.templates import TABLE, Blueprint
from tests.support.blueprints import changed, configured

MILLION = 1_000_000


def numbers(made: Bill) -> dict[str, float]:
    return {line.what: line.number for line in (*made.idle, *made.busy, *made.keeping)}


def test_an_idle_queue_has_five_pollers_of_twenty_seconds(dev: Blueprint) -> None:
    polled = sum(line.number for line in bill("dev", dev, 1).idle if "polled" in line.what)

    assert polled == len(CONSUMERS) * 5 * 3 * 60 * 730


def test_a_million_orders_write_a_million_budgets(prod: Blueprint) -> None:
    writes = numbers(bill("prod", prod, MILLION))["DynamoDB, writes"]
    run = CountedRun()
    run.order()

    # Payment's sandbox is not on prod; the carrier is one on every stage.
    sandboxes = sum(n for name, n in run.usage.sandbox_writes.items() if name != "payment")
    assert sandboxes >= 1
    assert writes == MILLION * (run.usage.writes.total() + sandboxes)


@pytest.mark.parametrize(
    ("kind", "price"),
    [
        ("AWS::CloudWatch::Alarm", prices.ALARM),
        ("AWS::CloudWatch::Dashboard", prices.DASHBOARD),
    ],
)
def test_more_resources_in_the_templates_cost_more(dev: Blueprint, kind: str, price: float) -> None:
    more = deepcopy(dev)
    resources: dict[str, Any] = more.stacks[0].template["Resources"]
    resources |= {f"More{number}": {"Type": kind, "Properties": {}} for number in range(3)}
    before, after = (bill("dev", each, 1).idle for each in (dev, more))

    assert total(after) - total(before) == pytest.approx(3 * price)


def test_a_stage_with_real_cards_has_a_secret_and_waits_for_its_provider(
    dev: Blueprint, prod: Blueprint
) -> None:
    sandbox, real = (numbers(bill("any", each, MILLION)) for each in (dev, prod))

    assert (sandbox.get("secrets"), real["secrets"]) == (None, 1)
    assert real["Lambda, their duration"] > sandbox["Lambda, their duration"]
    assert real["DynamoDB, writes"] < sandbox["DynamoDB, writes"]


def test_a_stage_with_a_sender_pays_for_its_mails(dev: Blueprint) -> None:
    sending = configured(dev, "email", adapter="ses", sender="shop@example.com")

    before, after = (bill("dev", each, MILLION) for each in (dev, sending))

    assert numbers(after)["mails"] == 2 * MILLION
    assert "mails" not in numbers(before)
    assert total(after.busy) > total(before.busy) + 2 * MILLION * prices.MAIL


def test_only_a_stage_with_point_in_time_recovery_pays_for_it(prod: Blueprint) -> None:
    lacking = changed(prod, TABLE, lambda each: each.pop("PointInTimeRecoverySpecification", None))
    without, kept = (numbers(bill("any", each, 1)) for each in (lacking, prod))

    assert "DynamoDB, point-in-time recovery" in kept
    assert "DynamoDB, point-in-time recovery" not in without


def test_another_architecture_has_another_price(dev: Blueprint) -> None:
    def on(architecture: str) -> float:
        stacks = []
        for stack in dev.stacks:
            text = str(stack.template).replace("'arm64'", f"'{architecture}'")
            stacks.append(replace(stack, template=eval(text)))
        return total(bill("dev", Blueprint(tuple(stacks)), MILLION).busy)

    assert on("x86_64") > on("arm64") == total(bill("dev", dev, MILLION).busy)


def test_it_fits_eighty_columns_with_the_region_and_date_of_its_prices(
    prod: Blueprint,
) -> None:
    shown = list(show.lines(bill("prod", prod, 20 * MILLION)))

    assert max(map(len, shown)) <= 80
    assert prices.AS_OF in shown[0]
    assert prices.REGION in shown[0]
    assert sum(line.strip().startswith("total") for line in shown) == 3


def test_it_prints_json(
    dev: Blueprint, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(show, "stage_templates", lambda *_: dev)

    show.show(Options(stage="dev", json=True), orders=7, context=())

    assert capsys.readouterr().out.startswith('{"stage":"dev","orders":7,"idle":[{"what":')
