"""Locks that a process keeps: in a module, or one for each key in a dictionary of a module."""

import ast

from fastapi_pro.auditing.libraries.process_state import is_container, variable
from fastapi_pro.auditing.model import limits
from fastapi_pro.auditing.model.node import Node

_LOCKS = {"asyncio.Lock", "threading.Lock", "threading.RLock"}
_GETS = ("get", "setdefault")


def lock_of(held: Node, depth: int = 0) -> Node:
    """Return the module's lock, or dictionary of locks, that `with` takes what it holds from."""
    nothing = held.at(None)
    if not held or depth > limits.CALLS:
        return nothing
    found = variable(held)
    if found.called in _LOCKS:
        return found
    keyed = held.generic or (held.owner if held.is_call and held.member in _GETS else nothing)
    if keyed:
        kept = variable(keyed)
        return kept if kept and _holds_locks(kept, keyed) else nothing
    if held.is_call:
        taken = (lock_of(value.awaited, depth + 1) for value in held.callee.returned)
        return next(filter(None, taken), nothing)
    bound = held.bound
    if bound is None or bound.kind != "assign" or not held.function:
        return nothing
    values = (held.at(b.node).awaited for b in held.function.bindings(held.name))
    return next((lock for v in values if (lock := lock_of(v, depth + 1))), nothing)


def _holds_locks(kept: Node, keyed: Node) -> bool:
    """Say whether a dictionary is one of locks: by what is put into it, where it is used."""
    if kept.called == "collections.defaultdict":
        return bool(kept.args) and kept.args[0].library_name in _LOCKS
    if not is_container(kept):
        return False
    function = keyed.function or keyed.at(keyed.module.tree)
    return any(call.called in _LOCKS for call in function.own(ast.Call))
