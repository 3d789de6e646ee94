"""Proofs of consumers: the module `proof` in a consumer's folder, if it has one."""

from functools import cache
from importlib import import_module
from importlib.util import find_spec

from functions.framework.proof import Proof
from functions.framework.service import Service

NO_PROOF = Proof()
"""The proof of a consumer without one: its row alone says what must hold."""


def proof_of(service: Service) -> Proof:
    """Return the proof of a service; `NO_PROOF` if its folder has none.

    Raises:
        TypeError: `PROOF` in its module is no proof.
    """
    return _proof_in(f"{service.code_package}.proof")


@cache
def _proof_in(module: str) -> Proof:
    try:
        found = find_spec(module)
    except ModuleNotFoundError:  # a consumer without a folder, such as one that a test invents
        found = None
    if found is None:
        return NO_PROOF
    proof = import_module(module).PROOF
    if not isinstance(proof, Proof):
        raise TypeError(f"{module}.PROOF is {proof!r}, not a Proof")
    return proof
