"""An endpoint that reads all rows of a table that grows with use."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.fastapi import Endpoint, http_endpoints
from fastapi_pro.auditing.libraries.growing_tables import (
    growing,
    growing_documents,
    is_filled_by_hand,
)
from fastapi_pro.auditing.libraries.known_types import selected_argument
from fastapi_pro.auditing.libraries.rare_work import is_for_few, is_job
from fastapi_pro.auditing.libraries.repositories import repository_model
from fastapi_pro.auditing.libraries.sqlalchemy_models import Model, model_selected
from fastapi_pro.auditing.libraries.stores import collection_name
from fastapi_pro.auditing.model.call_graph import reached

_ASKS = ("exec", "execute", "scalars")
_THROUGH = {"mappings", "scalars", "unique"}
_KEEPS_ALL = {"options", "order_by", "query", "select"}
_KEEPS_QUERY = {
    "all", "order_by", "prefetch_related", "select_related", "sort", "to_list", "project",
}  # fmt: skip
_NARROWS = {"$limit", "$match", "$sample", "$count"}


_EVERY = "`.limit(limit)`, at most 100, and a filter on the last key seen"
_PIPELINE = 'A stage `{"$limit": limit}`, at most 100'
_MOST = 1000
"""Documents that a bounded read may have at most."""


@dataclass(frozen=True, slots=True)
class _Read:
    """What is read whole: the name of the table or collection, and how to read a part of it."""

    name: str
    fix: str


def detect(program: Program) -> Iterator[Hit]:
    """Yield the reads of whole tables that an endpoint makes, once."""
    reads = dict(_whole(program))
    generic = {call.function for call in _reads_of_own(program)}
    if not reads and not generic:
        return
    for endpoint in http_endpoints(program):
        if endpoint.method == "get":
            for function in sorted(reached([endpoint.function]), key=lambda f: f.place):
                for call in function.calls:
                    if read := reads.pop(call, None) or _by_repository(call, generic):
                        yield _hit(endpoint, call, read)


def _hit(endpoint: Endpoint, call: Node, read: _Read) -> Hit:
    return call.hit(
        f"`{endpoint.name}` reads every row of `{read.name}`, a table that grows: the answer gets"
        " slower and larger without limit",
        severity="low" if is_job(endpoint.function) or is_for_few(call.program) else "",
        fix=read.fix,
        cause=f"`{endpoint.name}` in {endpoint.function.module.name}",
    )


def _whole(program: Program) -> Iterator[tuple[Node, _Read]]:
    """Yield the calls that read a whole table or collection, with what they read."""
    for call, model in _whole_tables(program):
        yield call, _Read(model.name, _paged(_statement(call), model))
    yield from _whole_documents(program)
    yield from _whole_collections(program)


def _paged(statement: Node, model: Model) -> str:
    key = f"{model.name}.{model.primary_key.name}" if model.primary_key else "key"
    match _order(statement, model):
        case "newest first":
            return f"`.limit(limit)`, at most 100, and `.where({key} < before)`"
        case "other":
            return "`.limit(limit)`, at most 100, and a `.where()` on what it is ordered by"
    return f"`.order_by({key}).limit(limit)`, at most 100, and `.where({key} > after)`"


def _reads_of_own(program: Program) -> Iterator[Node]:
    """Yield the reads of all rows of the model that a repository is for: `select(self.model)`."""
    for call in _taken_whole(program):
        statement = _statement(call)
        chosen = selected_argument(statement)
        if chosen.owner.name == "self" and _chain(statement) <= _KEEPS_ALL:
            yield call


def _by_repository(call: Node, generic: set[Node]) -> _Read | None:
    """Return what a method of a generic repository reads whole for this call of it."""
    model = repository_model(call.owner) if call.callee in generic else None
    is_whole = model is not None and not call.given and model.cls in growing(call.program)
    return _Read(model.name, _EVERY) if model is not None and is_whole else None


def _whole_documents(program: Program) -> Iterator[tuple[Node, _Read]]:
    """Yield `await User.all()` of Tortoise, `await User.find_all().to_list()` of Beanie."""
    documents = growing_documents(program)
    for call in program.calls_named("all", "find_all", "find") if documents else ():
        cls = call.owner.definition
        if cls not in documents or call.given or call.module.is_tool:
            continue
        if _unbounded(call):
            yield call, _Read(cls.name, _EVERY)


def _whole_collections(program: Program) -> Iterator[tuple[Node, _Read]]:
    """Yield `collection.find()` and pipelines that neither choose nor limit."""
    if not program.saying("motor", "pymongo"):
        return
    filled = {collection_name(c.owner) for c in program.calls_named("insert_one", "insert_many")}
    for call in program.calls_named("find", "aggregate"):
        name = collection_name(call.owner)
        if name not in filled or is_filled_by_hand(name) or call.module.is_tool:
            continue
        first = call.args[0].value if call.args else call.at(None)
        if call.member == "find" and not call.keywords and not first.entries and _unbounded(call):
            is_all = not first or isinstance(first.ast, ast.Dict)
            if is_all:
                yield call, _Read(name, "`.limit(limit)`, at most 100, and a filter on `_id`")
        elif call.member == "aggregate" and _keeps_all(first) and _unbounded(call):
            yield call, _Read(name, _PIPELINE)


def _keeps_all(pipeline: Node) -> bool:
    """Say whether no stage of a pipeline limits or chooses, or counts all together."""
    stages = [key.literal for stage in pipeline.elements for key, _ in stage.value.entries]
    is_written = bool(stages) and len(stages) >= len(pipeline.elements) and None not in stages
    one = any(
        value.entry("_id").is_none
        for stage in pipeline.elements
        for key, value in stage.value.entries
        if key.literal == "$group"
    )
    return is_written and not one and _NARROWS.isdisjoint(map(str, stages))


def _unbounded(call: Node) -> bool:
    """Say whether nothing that is called on a query, here or by its variable, bounds it."""
    query = call
    while query.parent.owner == query and query.parent.parent.func == query.parent:
        query = query.parent.parent
        if not _is_all(query):
            return False
    statement = query.statement
    names = {target.name for target in statement.targets} - {""}
    if statement.assigned.awaited != query.awaited or not names:
        return True
    later = (c for c in call.function.calls if c.owner.name in names)
    return all(map(_is_all, later))


def _is_all(step: Node) -> bool:
    """Say whether a call on a query still reads everything."""
    if step.member == "to_list":
        most = step.argument(0, "length").constant
        return not isinstance(most, int) or most > _MOST
    return step.member in _KEEPS_QUERY


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
    for call in _taken_whole(program):
        statement = _statement(call)
        if not statement or not _chain(statement) <= _KEEPS_ALL:
            continue
        model = model_selected(statement)
        if model is not None and model.cls in growing(program):
            yield call, model


def _taken_whole(program: Program) -> Iterator[Node]:
    """Yield `.all()` of a result, and what is iterated over: `list(await session.scalars(x))`."""
    for call in program.calls_named("all", "fetchall"):
        if call.owner and not call.args and not call.module.is_tool and not _is_switched_off(call):
            yield call
    for call in program.calls_named(*_ASKS):
        if call.args and not call.module.is_tool and _is_iterated(call):
            yield call


def _is_iterated(call: Node) -> bool:
    """Say whether a result is read to its end: by a loop, or by `list()`."""
    result = call.parent if call.is_awaited else call
    while result.parent.member in _THROUGH and result.parent.owner == result:
        result = result.parent.parent
    statement = result.statement
    name = statement.targets[0].name if statement.assigned == result else ""
    uses = [n for n in call.function.own(ast.Name) if n.is_read and n.name == name] if name else []
    return any(map(_is_consumed, [result, *uses]))


def _is_consumed(result: Node) -> bool:
    holder = result.parent
    is_listed = holder.called in ("builtins.list", "builtins.tuple", "builtins.sorted")
    return is_listed or getattr(holder.ast, "iter", None) is result.ast


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
    found = call if call.member in _ASKS else call.owner.awaited.value.awaited
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
