"""Invariants of any consumer: they follow from its row."""


def attempts_share_their_keys() -> None:
    """All attempts on an event call outside with the same keys, so a repeated call has no effect.

    A key that is made anew in each attempt repeats the effect.
    """


def a_repeated_call_changes_nothing() -> None:
    """A call outside with a key that was used before changes nothing."""


def a_handled_event_acts_no_more() -> None:
    """An event that was handled to its end has no further effect outside.

    Its method has no key, so the reaction has to look at a slot before it calls.
    """


def a_row_is_not_ahead() -> None:
    """A row of a projection is the fold of facts that the log has."""


def a_row_is_not_behind() -> None:
    """A row of a projection is the fold of the log once all events of its order are handled."""


def a_replay_changes_nothing() -> None:
    """A replay of all events, in another order and a new process, changes no row and no fact.

    A row counts once what its event adds, however often and in whatever order events come.
    """


def a_decision_needs_no_memory() -> None:
    """A reaction decides by its event and the log, not by what its process handled before."""


def every_reaction_ends() -> None:
    """Every reaction ends within seconds of real time."""
