"""An endpoint that reads all rows of a table that grows with use."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.fastapi import Endpoint, http_endpoints
from fastapi_pro.auditing.libraries.growing_tables import growing
from fastapi_pro.auditing.libraries.rare_work import is_for_few, is_job
from fastapi_pro.auditing.libraries.sqlalchemy_models import Model, model_selected
from fastapi_pro.auditing.model.call_graph import reached

_ASKS = ("exec", "execute", "scalars")
_THROUGH = {"mappings", "scalars", "unique"}
_KEEPS_ALL = {"options", "order_by", "query", "select"}


def detect(program: Program) -> Iterator[Hit]:
    """Yield the reads of whole tables that an endpoint makes, once."""
    reads = dict(_whole_tables(program))
    if not reads:
        return
    for endpoint in http_endpoints(program):
        if endpoint.method == "get":
            for function in sorted(reached([endpoint.function]), key=lambda f: f.place):
                for call in function.calls:
                    if model := reads.pop(call, None):
                        yield _hit(endpoint, call, model)


def _hit(endpoint: Endpoint, call: Node, model: Model) -> Hit:
    key = f"{model.name}.{model.primary_key.name}" if model.primary_key else "key"
    paged = f"`.order_by({key}).limit(limit)`, at most 100, and `.where({key} > after)`"
    match _order(_statement(call), model):
        case "newest first":
            paged = f"`.limit(limit)`, at most 100, and `.where({key} < before)`"
        case "other":
            paged = "`.limit(limit)`, at most 100, and a `.where()` on what it is ordered by"
    return call.hit(
        f"`{endpoint.name}` reads every row of `{model.name}`, a table that grows: the answer gets"
        " slower and larger without limit",
        severity="low" if is_job(endpoint.function) or is_for_few(call.program) else "",
        fix=paged,
        cause=f"`{endpoint.name}` in {endpoint.function.module.name}",
    )


def _order(statement: Node, model: Model) -> str:
    """Return how a statement is ordered: "newest first", "other", "" where by the key or not."""
    key = model.primary_key.name if model.primary_key else ""
    for _ in range(12):
        statement = statement.value
        if statement.last_name == "order_by":
            first = statement.argument(0, "")
            if len(statement.args) != 1:
                return "other"
            if first.member == "desc" or first.called == "sqlalchemy.desc":
                column = first.owner if first.member == "desc" and not first.args else first.args[0]
                return "newest first" if column.member == key else "other"
            return "" if first.member == key else "other"
        statement = statement.owner
    return ""


def _whole_tables(program: Program) -> Iterator[tuple[Node, Model]]:
    """Yield the `.all()` of statements that select a growing model, and nothing but order it."""
    for call in program.calls_named("all", "fetchall"):
        if not call.owner or call.args or call.module.is_tool or _is_switched_off(call):
            continue
        statement = _statement(call)
        if not statement or not _chain(statement) <= _KEEPS_ALL:
            continue
        model = model_selected(statement)
        if model is not None and model.cls in growing(program):
            yield call, model


def _is_switched_off(call: Node) -> bool:
    """Say whether a call is under `if everything:`, a parameter that is false and nobody gives."""
    function = call.function
    for above in call.ancestors:
        if isinstance(above.ast, ast.If) and any(s.holds(call) for s in above.body):
            for parameter in function.parameters:
                if parameter.name == above.test.name and parameter.default.literal is False:
                    calls = function.callers
                    return bool(calls) and not any(
                        parameter.passed(one) or one.has_unpacking for one in calls
                    )
    return False


def _statement(call: Node) -> Node:
    """Return the statement of `(await session.execute(statement)).scalars().all()`."""
    found = call.owner.awaited.value.awaited
    for _ in range(8):
        if found.member in _ASKS and found.args:
            return found.args[0]
        if found.member not in _THROUGH:
            return found if "query" in _chain(found) else call.at(None)
        found = found.owner.awaited.value.awaited
    return call.at(None)


def _chain(statement: Node) -> set[str]:
    """Return the names of the calls that make a statement; "?" where there may be others."""
    names: set[str] = set()
    for _ in range(12):
        bound = statement.bound
        if bound is not None and len(statement.function.bindings(statement.name)) != 1:
            return {"?"}
        statement = statement.value
        if not statement.is_call:
            break
        names.add(statement.last_name)
        if statement.last_name in ("select", "query"):
            return names
        statement = statement.owner
    return {"?"}
