"""A read model that its own consumer serves, in memory and under moto."""

from copy import replace

import pytest

from functions.framework.http import Caller
from testkit.builders import ISSUER, verified
from testkit.pytest_plugin import NewStory
from testkit.story import Story
from tests.support.example_loyalty import EXAMPLE, OF_A_CUSTOMER, OF_AN_ORDER

ROBIN = "auth0|robin"


def test_a_consumer_serves_what_its_queue_has_brought(new_story: NewStory) -> None:
    story = new_story(also=[EXAMPLE])
    order = story.place()
    path = {"id": order}

    assert story.request(OF_AN_ORDER, path=path).problem == "no-points"
    story.settle()
    assert story.request(OF_AN_ORDER, path=path).body == {"points": 288}

    story.pause(EXAMPLE.name)
    later = story.place()
    story.settle()
    assert story.request(OF_AN_ORDER, path=path).status == 200
    assert story.request(OF_AN_ORDER, path={"id": later}).problem == "no-points"


def test_a_customer_sees_the_rows_of_the_tokens_subject_only(new_story: NewStory) -> None:
    story = new_story(also=[EXAMPLE], issuer=ISSUER)
    story.place(customer=Caller(issuer=ISSUER, subject=ROBIN).customer)
    story.place()
    story.settle()
    customer = story.customer(EXAMPLE.name)

    assert customer.request(OF_A_CUSTOMER).problem == "unauthenticated"
    for subject, points in ((ROBIN, 288), ("auth0|kim", 0)):
        customer.context = verified(subject)
        assert customer.request(OF_A_CUSTOMER).body == {"points": points}


def test_a_call_of_an_endpoint_that_the_row_does_not_grant_fails_the_request() -> None:
    (table,) = EXAMPLE.tables
    less = replace(EXAMPLE, tables=(replace(table, access=table.access - {"page"}),))
    customer = Story(also=[less], issuer=ISSUER).customer(EXAMPLE.name)
    customer.context = verified(ROBIN)

    with pytest.raises(AssertionError, match=r"grants get, put\. Add 'page' to the table's access"):
        customer.request(OF_A_CUSTOMER)
