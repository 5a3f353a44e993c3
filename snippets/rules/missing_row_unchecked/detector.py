"""A row that may not exist, used without a check: for an unknown id the answer is a 500."""

import ast
from collections import defaultdict
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program, fact
from fastapi_pro.auditing.libraries.call_chains import chained
from fastapi_pro.auditing.libraries.documents import documents
from fastapi_pro.auditing.libraries.error_answers import is_no_500
from fastapi_pro.auditing.libraries.fastapi import (
    Dependency,
    Endpoint,
    Parameter,
    endpoints,
    parameters,
)
from fastapi_pro.auditing.libraries.fastapi_requests import request_functions
from fastapi_pro.auditing.libraries.known_types import selected_argument
from fastapi_pro.auditing.libraries.pydantic import schema_of
from fastapi_pro.auditing.libraries.repositories import is_own_model
from fastapi_pro.auditing.libraries.request_objects import is_brought, requested
from fastapi_pro.auditing.libraries.sqlalchemy_models import Model, column_named, models
from fastapi_pro.auditing.libraries.sqlalchemy_sessions import is_session
from fastapi_pro.auditing.libraries.stores import equal_to, sender_names
from fastapi_pro.auditing.model import limits
from fastapi_pro.auditing.model.flow import reaches

_MAY_BE_NONE = {"first", "one_or_none", "scalar", "scalar_one_or_none"}
_FINDS = {"find_one", "get_or_none"}
"""Methods of collections, documents and Tortoise's models that return None for no match."""
_LOOKUPS = {"get", *_FINDS, *_MAY_BE_NONE}
_FETCHES = {"fetchrow", "fetch_one"}
"""Methods of drivers that return None where their SQL finds no row."""
_CONDITIONS = {"filter", "having", "where"}
_NEEDS_ROW = {"delete", "expunge", "refresh"}
"""The methods of a session that raise for None."""
_ERROR = ("AttributeError", "Exception", "BaseException")


def detect(program: Program) -> Iterator[Hit]:
    """Yield where a row is used, or returned as the answer, that may not exist."""
    if not models(program) and not any(program.calls_named(*_FINDS, *_FETCHES)):
        return
    through = request_functions(program)
    for function in sorted(through, key=lambda function: function.place):
        for use, lookup in () if function.module.is_tool else _uses(function):
            key = next(filter(_is_of_request, map(_plain, _keys(lookup))), None)
            if key is None or _is_asked_before(key, lookup) or is_no_500(use, _ERROR, through):
                continue
            yield use.hit(
                f"{_said(use)} unchecked: where no row has this `{key.text}`, it is None, and the"
                " answer is a 500",
                fix=_fix(use),
            )
    yield from _unchecked_dependencies(program)


def _said(use: Node) -> str:
    function = use.function.name
    if isinstance(use.parent.ast, ast.Return):
        return f"`{function}` answers with `{_short(use)}`"
    return f"`{function}` uses `{_short(use)}`"


def _short(use: Node) -> str:
    call = use.awaited
    return use.name or (f"{call.last_name}(…)" if call.callee else f"….{call.last_name}()")


def _fix(use: Node) -> str:
    name = use.name or "row"
    if use.function in requested(use.program):
        return f"Before it: `if {name} is None: raise HTTPException(404)`"
    return f"Before it, if `{name}` is None: raise an error that is answered with 404"


def _uses(function: Node) -> Iterator[tuple[Node, Node]]:
    """Yield the places of a function that fail where a row is None, with what looks up the row."""
    for statement in function.own(ast.Assign, ast.AnnAssign):
        targets, lookup = statement.targets, statement.assigned.awaited
        is_one = bool(targets[0].name) and _may_be_lookup(lookup)
        if is_one and (use := _first_use(targets[0], statement)):
            yield use, lookup
    for call in function.calls:
        use = call.parent if isinstance(call.parent.ast, ast.Await) else call
        if _fails_for_none(use) and _may_be_lookup(call) and not _is_repeated(call):
            yield use, call


def _may_be_lookup(value: Node) -> bool:
    """Say whether a value may be a row that was looked up: a first, cheap check."""
    if not value.is_call:
        return False
    if value.member in _LOOKUPS or value.member in _FETCHES:
        return True
    return bool(value.callee) and (_fetches_one(value) or bool(_keys_of_function(value.callee)))


def _fetches_one(call: Node) -> bool:
    """Say whether a call sends SQL for one row: by asyncpg, or by a function that returns it."""
    if call.member in _FETCHES:
        return True
    is_sent = bool(call.callee) and call.last_name in sender_names(call.program)
    return is_sent and any(v.value.awaited.member in _FETCHES for v in call.callee.returned)


def _is_repeated(lookup: Node) -> bool:
    """Say whether a lookup was made before, as in `if not query.first(): raise`."""
    calls = (call for call in lookup.function.calls if call.member == lookup.member)
    return any(c.position < lookup.position and c.owner.text == lookup.owner.text for c in calls)


def _first_use(row: Node, statement: Node, depth: int = 0) -> Node:
    """Return the first place that reads a variable, if it fails there for None; else nothing."""
    function = row.function
    named = function.program.once(_variables, function.ast, function).get(row.name, ())
    later = (name for name in named if name.position > row.position)
    first = next((name for name in later if not statement.holds(name)), row.at(None))
    fails = first and first.is_read and _fails_for_none(first, depth) and not _is_tested(first)
    return first if fails and reaches(statement, first) else row.at(None)


def _variables(function: Node) -> dict[str, list[Node]]:
    """Return where a function names each of its variables, in the order of the source."""
    found: dict[str, list[Node]] = defaultdict(list)
    for name in sorted(function.own(ast.Name), key=lambda name: name.position):
        found[name.name].append(name)
    return found


def _fails_for_none(row: Node, depth: int = 0) -> bool:
    """Say whether a place raises where a row is None: `row.email`, `session.delete(row)`."""
    above = row.parent
    match above.ast:
        case ast.Attribute() | ast.keyword(arg=None):
            return True
        case ast.Subscript(value=value):
            return value is row.ast
        case ast.Return():
            return row.function in _strict(row.program)
        case ast.Call(args=[first, *_]) if first is row.ast and _raises(above):
            return True
        case ast.Call() | ast.keyword():
            call = above if above.is_call else above.parent
            return depth <= limits.CALLS and _fails_in_callee(row, call, depth)
    return False


def _raises(call: Node) -> bool:
    """Say whether a call of a library raises if it is given None first."""
    is_removed = call.member in _NEEDS_ROW and is_session(call.owner)
    return is_removed or call.called in ("builtins.setattr", "builtins.dict")


def _fails_in_callee(row: Node, call: Node, depth: int) -> bool:
    """Say whether the function that is given a row uses it unchecked: `serialised(row)`."""
    taken = (p for p in call.callee.parameters if p.passed(call) == row)
    return any(bool(_first_use(parameter, parameter, depth + 1)) for parameter in taken)


@fact
def _strict(program: Program) -> set[Node]:
    """Return the endpoints that must answer with an object of a schema: None is a 500."""
    return {e.function for e in endpoints(program) if schema_of(_response(e).definition)}


def _response(endpoint: Endpoint) -> Node:
    return endpoint.call.keyword("response_model") or endpoint.function.returns


def _is_tested(name: Node) -> bool:
    """Say whether a condition in the same expression looks at a variable: `row.x if row else 0`."""
    for above in name.ancestors:
        if isinstance(above.ast, ast.stmt):
            return False
        test = getattr(above.ast, "test", None)
        tests = [test] if test is not None else getattr(above.ast, "ifs", [])
        if any(n.name == name.name for one in tests for n in above.at(one).walk(ast.Name)):
            return True
    return False


def _keys(lookup: Node, depth: int = 0) -> list[Node]:
    """Return what a row is looked up by that may not exist; nothing where there is always one."""
    if depth > limits.CALLS:
        return []
    if _fetches_one(lookup):
        return [key for key in equal_to(lookup) if key]
    if callee := lookup.callee:
        found = _keys_of_function(callee, depth)
        passed = (_passed(key, callee, lookup) for key in found)
        return [key for key in passed if key]
    if lookup.member in _FINDS:
        return [*_matched(lookup)]
    if lookup.member == "get" and lookup.owner.definition in documents(lookup.program):
        return lookup.args[:1]
    if lookup.member == "get" and lookup.owner.member == "query":
        return lookup.args[:1] if _is_table(selected_argument(lookup.owner)) else []
    if lookup.member == "get":
        is_of_table = is_session(lookup.owner) and _is_table(lookup.argument(0, "entity"))
        return [lookup.argument(1, "ident")] if is_of_table else []
    if lookup.member in _MAY_BE_NONE and (_model(lookup.type_class) or _finds_own_model(lookup)):
        return list(_compared(lookup))
    return []


def _matched(lookup: Node) -> Iterator[Node]:
    """Yield what `find_one({"_id": key})`, `find_one(User.id == key)` or `id=key` look for."""
    for given in lookup.given:
        entries = given.value.entries
        yield from (value for _, value in entries) if entries else [given]
        yield from _operands(given)


def _is_table(expr: Node) -> bool:
    return is_own_model(expr) or _model(expr.definition) is not None


def _finds_own_model(lookup: Node) -> bool:
    """Say whether a query is for rows of the `self.model` of a repository for all models."""
    made = (c for c in chained(lookup) if c.member == "query" or c.called == "sqlalchemy.select")
    return any(len(call.args) == 1 and is_own_model(call.args[0]) for call in made)


def _model(cls: Node) -> Model | None:
    return models(cls.program).get(cls) if cls else None


def _keys_of_function(function: Node, depth: int = 0) -> list[Node]:
    """Return the keys of what a function looks up and returns, if it may return None."""
    return function.program.once(_keys_of, (function.ast, depth), function, depth)


def _keys_of(function: Node, depth: int) -> list[Node]:
    returned = [value.awaited for value in function.returned]
    if function.is_generator or not returned:
        return []
    says_none = any(value.is_none for value in returned)
    found: list[Node] = []
    for value in (value for value in returned if not value.is_none):
        if value.name and not says_none and _is_looked_at(value):
            return []
        lookup = value.value.awaited
        keys = _keys(lookup, depth + 1)
        if not keys or any(_is_asked_within(key, lookup) for key in keys):
            return []
        found += keys
    return found


def _is_looked_at(row: Node) -> bool:
    """Say whether a function does more with a variable than to bind and to return it."""
    reads = [n for n in row.function.own(ast.Name) if n.name == row.name and n.is_read]
    return any(name != row for name in reads)


def _passed(key: Node, function: Node, call: Node) -> Node:
    """Return what a call gives for a key of the function that it calls, if it gives it."""
    parameter = _root(key).definition
    return parameter.passed(call) if parameter in function.parameters else key.at(None)


def _root(expr: Node) -> Node:
    """Return the `data` of `data.owner.id` and of `data["owner"]`."""
    while expr.owner or expr.index:
        expr = expr.owner or expr.generic
    return expr


def _compared(lookup: Node) -> Iterator[Node]:
    """Yield what the conditions of a query compare columns with."""
    for call in chained(lookup):
        if call.member == "filter_by":
            yield from call.keywords.values()
        for condition in call.args if call.member in _CONDITIONS else ():
            yield from _operands(condition)


def _operands(condition: Node) -> Iterator[Node]:
    """Yield what columns must be equal to."""
    for compare in condition.walk(ast.Compare):
        if len(compare.operands) == 2 and isinstance(compare.ast.ops[0], ast.Eq):  # type: ignore[attr-defined]
            yield from (one for one in compare.operands if not _is_column(one))


def _is_column(expr: Node) -> bool:
    return is_own_model(expr.owner) or column_named(expr) is not None


def _plain(key: Node) -> Node:
    """Return the `user_id` of `ObjectId(user_id)`."""
    is_converted = key.is_call and len(key.given) == 1 and not key.callee
    return key.given[0] if is_converted else key


def _is_of_request(key: Node) -> bool:
    return bool(_name(key)) and is_brought(key)


def _name(key: Node) -> str:
    """Return what a key is called: the `id` of `event.id` and of `event["id"]`."""
    item = key.index.literal
    return item if isinstance(item, str) else key.last_name


def _is_asked_before(key: Node, place: Node, depth: int = 0) -> bool:
    """Say whether code before a place gets its key too, and may refuse an unknown one.

    A decorator may, an earlier call, and a dependency. What a function is given, all who call it
    must have asked before.
    """
    function, name = place.function, _name(key)
    if depth > limits.CALLS or any(d.func.definition for d in function.decorators):
        return True
    if _is_asked_within(key, place):
        return True
    if function in requested(function.program):
        return any(_takes(dependency, name) for dependency in _dependencies(function))
    parameter = _root(key).definition
    callers = [c for c in function.callers if c.function in request_functions(function.program)]
    passed = [(parameter.passed(call), call) for call in callers]
    return all(not _is_of_request(k) or _is_asked_before(k, c, depth + 1) for k, c in passed)


def _is_asked_within(key: Node, place: Node) -> bool:
    """Say whether an earlier call of the same function gets a key, too, for another query."""
    own = {*chained(place)}
    earlier = (c for c in place.function.calls if c.position < place.position and c not in own)
    return any(_asks(call, _name(key)) for call in earlier if not call.holds(place))


def _asks(call: Node, name: str) -> bool:
    """Say whether a call gets a key, and its function or its result may tell that there is no row.

    A library's result counts if something is done with it: `ObjectId(key)` only converts the key.
    """
    if call.callee:
        return any(_name(_plain(part)) == name for part in call.given)
    is_plain = call.called.startswith("builtins.") or call.last_name[:1].isupper()
    is_dropped = isinstance(call.statement.ast, ast.Expr)
    named = (n for part in call.given for n in part.walk(ast.Name, ast.Attribute, ast.Subscript))
    return not is_plain and not is_dropped and any(_name(n) == name for n in named)


def _dependencies(function: Node) -> list[Dependency]:
    """Return the dependencies that run before a function that FastAPI calls."""
    endpoint = _endpoints(function.program).get(function)
    if endpoint is not None:
        return endpoint.dependencies
    return [p.dependency for p in parameters(function) if p.dependency is not None]


@fact
def _endpoints(program: Program) -> dict[Node, Endpoint]:
    return {endpoint.function: endpoint for endpoint in endpoints(program)}


def _takes(dependency: Dependency, name: str) -> bool:
    """Say whether a dependency gets a parameter of the path too: by its name, or of the request."""
    attributes = (attribute.member for attribute in dependency.function.own(ast.Attribute))
    return any(p.name == name for p in dependency.parameters) or "path_params" in attributes


def _unchecked_dependencies(program: Program) -> Iterator[Hit]:
    """Yield the dependencies that return a row, or None, to functions that do not check it."""
    filled: dict[Node, list[Parameter]] = defaultdict(list)
    for function in sorted(requested(program), key=lambda function: function.place):
        for parameter in parameters(function):
            if parameter.dependency is not None and parameter.dependency.target.is_function:
                filled[parameter.dependency.target].append(parameter)
    for function, given in filled.items():
        keys = [] if function.module.is_tool else _keys_of_function(function)
        failing = [p for p in given if keys and _first_use(p.node, p.node)]
        if failing:
            first, more = failing[0], len(failing) - 1
            others = f" (and {more} more)" if more else ""
            yield function.hit(
                f"`{function.name}` returns None where no row has this `{keys[0].text}`, and"
                f" `{first.owner}`{others} uses `{first.name}` unchecked: the answer is a 500",
                fix="Raise there if the row is None: 401 for a caller, 404 for what a path names",
            )
