"""A consumer that answers HTTP requests, in the function that handles its queue."""

import json
from dataclasses import replace
from typing import Any

import pytest

from events.envelope import Event
from functions.framework.chore import TICK, Chore
from functions.framework.http import Caller, Request, Response
from functions.framework.service import Consumer
from functions.runtime.handlers.api import MissingEndpoint
from functions.runtime.memory.application import Application
from testkit.builders import ISSUER, Clock, order_placed, placed, verified
from testkit.customer import Customer
from tests.support.example_loyalty import EXAMPLE, OF_A_CUSTOMER, OF_AN_ORDER, POINTS

SECRET = "tok_of_a_card"
LINE = {"consumer": "exampleloyalty", "route": OF_AN_ORDER}


def deployed(consumer: Consumer = EXAMPLE, issuer: str | None = None) -> Application:
    return Application([consumer], clock=Clock(), issuer=issuer)


def customer(application: Application, subject: str | None = None) -> Customer:
    made = Customer(application.handlers[EXAMPLE.name])
    made.context = verified(subject) if subject else {}
    return made


def ask(application: Application, order: Event[Any]) -> Any:
    return customer(application).request(OF_AN_ORDER, path={"id": order.subject})


def test_a_request_is_answered_from_the_rows_that_the_queue_has_filled() -> None:
    application, order = deployed(), placed()
    before = ask(application, order)

    assert application.handle(EXAMPLE.name, order) == ["done"]

    assert (before.status, before.problem) == (404, "no-points")
    assert (ask(application, order).status, ask(application, order).body) == (200, {"points": 288})


def test_a_request_writes_one_line_as_the_apis_do() -> None:
    application, order = deployed(), placed()

    ask(application, order)

    (line,) = application.observer.lines
    assert line | LINE == line
    assert (line["outcome"], line["status"], line["problem"]) == ("refused", 404, "no-points")
    assert order.subject not in str(line)


def test_an_unknown_route_is_a_404() -> None:
    assert customer(deployed()).request("GET /orders").problem == "no-such-route"


def test_ticks_and_batches_are_no_requests() -> None:
    ticks: list[object] = []

    def run(*given: object) -> tuple[()]:
        ticks.append(given)
        return ()

    chore = Chore(every=60, run=run)
    application = deployed(replace(EXAMPLE, chore=chore))

    application.invoke(EXAMPLE.name, dict(TICK))
    application.handle(EXAMPLE.name, placed())

    assert len(ticks) == 1
    assert application.observer.outcomes == ["done"]
    assert len(list(application.rows(POINTS).all())) == 1


def test_with_an_issuer_only_a_public_route_needs_no_token() -> None:
    application = deployed(issuer=ISSUER)

    assert customer(application).request(OF_A_CUSTOMER).problem == "unauthenticated"
    assert ask(application, placed()).problem == "no-points"


def test_a_customer_reads_the_rows_with_the_key_of_the_token_and_no_others() -> None:
    application = deployed(issuer=ISSUER)
    robin = customer(application, "auth0|robin")
    key = Caller(issuer=ISSUER, subject="auth0|robin").customer
    application.handle(EXAMPLE.name, placed(order_placed(customer=key)))

    assert robin.request(OF_A_CUSTOMER).body == {"points": 288}
    assert customer(application, "auth0|kim").request(OF_A_CUSTOMER).body == {"points": 0}


def test_without_an_issuer_nobody_is_a_customer() -> None:
    assert customer(deployed(), "auth0|robin").request(OF_A_CUSTOMER).problem == "no-points"


def test_an_error_is_a_problem_document_and_its_message_is_in_no_line() -> None:
    def broken(_: Request) -> Response:
        raise RuntimeError(SECRET)

    application = deployed(
        replace(EXAMPLE, endpoints=lambda _: dict.fromkeys(["order", "customer"], broken))
    )
    answer = ask(application, placed())

    assert (answer.status, answer.problem) == (500, "internal")
    assert "Idempotency-Key" not in answer.body["detail"]
    (line,) = application.observer.lines
    assert (line["outcome"], line["error"]) == ("failed", "RuntimeError")
    assert SECRET not in json.dumps([line, answer.body])


def test_a_route_without_its_endpoint_is_refused_when_the_function_is_composed() -> None:
    misspelt = replace(
        EXAMPLE, endpoints=lambda _: dict.fromkeys(["order", "clients"], lambda _: Response())
    )

    with pytest.raises(
        MissingEndpoint, match=r"exampleloyalty: .* customer, .* returns clients, or"
    ):
        deployed(misspelt)
