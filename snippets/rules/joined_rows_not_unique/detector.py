"""Rows of a query that joins a list, of which nobody drops the copies."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.call_chains import RUNS, chained
from fastapi_pro.auditing.libraries.sqlalchemy_models import model_named, model_selected
from fastapi_pro.auditing.libraries.sqlalchemy_rows import leads_to_many

_TAKES = ("all", "fetchall", "fetchmany", "one", "one_or_none", "scalar_one", "scalar_one_or_none")
_JOINS = ("contains_eager", "joinedload")
_JOINED = ('"joined"', "'joined'")
_ITERATES = (ast.For, ast.AsyncFor, ast.comprehension)


def detect(program: Program) -> Iterator[Hit]:
    """Yield the calls, and the loops, that take such rows from a result."""
    if not program.saying(*_JOINS, *_JOINED):
        return
    for call in program.calls_named(*_TAKES, "scalars", "exec"):
        is_taken = call.member in _TAKES or _is_iterated(call)
        joined = _joined(call) if is_taken and not call.module.is_tool else ""
        if joined:
            yield call.hit(
                f"this raises InvalidRequestError as soon as a row is found: the query joins the"
                f" list `{joined}`, and its result wants `unique()` first"
            )


def _is_iterated(call: Node) -> bool:
    """Say whether a loop is over what a call returns."""
    found = call.parent if call.is_awaited else call
    return isinstance(found.parent.ast, _ITERATES) and found.parent.ast.iter is found.ast


def _joined(call: Node) -> str:
    """Return the list that the query behind a result joins, "" if it drops the copies."""
    calls = [*chained(call)]
    members = {one.last_name for one in calls}
    if members & {"unique", "query"} or members.isdisjoint(RUNS) or "select" not in members:
        return ""
    options = [option for one in calls if one.member == "options" for option in one.args]
    loads = [load for option in options for load in option.walk(ast.Call)]
    return next((name for load in loads if (name := _by_option(load))), "") or _by_default(
        calls[-1], options
    )


def _by_option(load: Node) -> str:
    """Return the list of `joinedload(Order.lines)`; one behind `selectinload` is loaded apart."""
    chain = [*chained(load)]
    if any(one.last_name not in _JOINS for one in chain):
        return ""
    given = load.argument(0, "keys")
    owner = model_named(given.owner)
    return given.text if owner and leads_to_many(owner, given.member) else ""


def _by_default(select: Node, options: list[Node]) -> str:
    """Return a list of the selected model with `lazy="joined"`, unless an option names it."""
    model = model_selected(select)
    if model is None:
        return ""
    named = {part.member for option in options for part in option.walk(ast.Attribute)}
    joined = (n for n, r in model.relationships.items() if n not in named and r.lazy == "joined")
    return next((f"{model.name}.{name}" for name in joined if leads_to_many(model, name)), "")
