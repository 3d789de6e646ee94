"""Names: stages share none, and FIFO names have the suffix that AWS requires."""

from functions import names


def test_every_name_of_a_stage_begins_with_the_system_and_the_stage() -> None:
    made = {
        names.prefixed("dev", "bus"),
        names.log_table("dev"),
        names.own_table("dev", "payment", "ledger"),
        names.topic("dev"),
        names.queue("dev", "payment", ordered=False),
        names.undelivered("dev"),
        names.unpublished("dev"),
    }

    assert len(made) == 7
    assert all(name.startswith("fanfare-dev-") for name in made)


def test_fifo_names_end_in_fifo_and_others_do_not() -> None:
    assert names.topic("dev").endswith(".fifo")
    assert names.undelivered("dev").endswith(".fifo")
    assert names.queue("dev", "email", ordered=True) == "fanfare-dev-email.fifo"
    assert names.queue("dev", "email", ordered=True, suffix="-dlq") == "fanfare-dev-email-dlq.fifo"
    assert names.queue("dev", "payment", ordered=False, suffix="-dlq") == "fanfare-dev-payment-dlq"
