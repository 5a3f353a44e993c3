"""Endpoints that load a row by its id and forget the owner, beside others that compare it."""

import ast
import re
from collections import defaultdict
from collections.abc import Collection, Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program, fact
from fastapi_pro.auditing.libraries.call_chains import whole
from fastapi_pro.auditing.libraries.fastapi import Endpoint, Parameter, http_endpoints
from fastapi_pro.auditing.libraries.fastapi_requests import answering
from fastapi_pro.auditing.libraries.foreign_keys import foreign_keys, table_name
from fastapi_pro.auditing.libraries.guarded_routers import refuses
from fastapi_pro.auditing.libraries.http_errors import raised_status
from fastapi_pro.auditing.libraries.open_routes import check_of, open_routes
from fastapi_pro.auditing.libraries.request_values import inputs
from fastapi_pro.auditing.libraries.sqlalchemy_models import (
    Model,
    model_named,
    model_selected,
    models,
)
from fastapi_pro.auditing.libraries.sqlalchemy_rows import row_of
from fastapi_pro.auditing.libraries.stores import sent_sql, touched

_CALLER = re.compile(r"user|account|current|principal|caller|member|\bme\b", re.IGNORECASE)
_OWNER = re.compile(
    r"^(user|owner|author|creator|created_by|account|customer|member)(_?id|_?uuid)?$"
)
_ROLE = re.compile(r"admin|superuser|staff|role|permission|scope|authori[sz]e|policy|can_|access")
_DRIVERS = ("asyncpg", "databases", "psycopg", "aiosqlite")
_CHANGES = {"put", "patch", "delete"}
_FORBIDDEN = 403
_LONGEST = 60  # characters of a condition
_PARAMETER = re.compile(r"\{(\w+)")


def detect(program: Program) -> Iterator[Hit]:
    """Yield the endpoints that forget the owner or the role, where one of their router asks."""
    yield from _without_owner(program)
    yield from _without_owner_above(program)
    if program.saying(*_DRIVERS):
        yield from _without_owner_in_sql(program)
    yield from _without_role(program)


def _without_role(program: Program) -> Iterator[Hit]:
    """Yield changes that anybody may make, beside a read of the same that asks for a role."""
    for listed in _by_router(program).values():
        asking = {e: test for e in listed if (test := _role_test(e.function))}
        for endpoint in listed if len(asking) > 1 else ():
            reads = [e for e in asking if e.method == "get" and _key(e) == _key(endpoint)]
            is_change = endpoint.method in _CHANGES and endpoint not in asking and _key(endpoint)
            if is_change and reads and not _asks_for_role(endpoint, reads[0]):
                yield endpoint.call.hit(
                    f"`{endpoint.name}` asks for no role: any caller may do it; `{reads[0].name}`,"
                    f" which only reads, refuses callers by `{_short(asking[reads[0]])}`"
                )


def _key(endpoint: Endpoint) -> list[str]:
    """Return the parameters of an endpoint's path."""
    return _PARAMETER.findall(endpoint.path or "")


@fact
def _by_router(program: Program) -> dict[Node, list[Endpoint]]:
    found: dict[Node, list[Endpoint]] = defaultdict(list)
    for endpoint in http_endpoints(program):
        if not endpoint.call.module.is_tool and endpoint not in open_routes(program):
            found[endpoint.router].append(endpoint)
    return found


def _role_test(function: Node) -> Node | None:
    """Return the condition on the caller's role with which a function refuses callers, if any."""
    for branch in function.own(ast.If):
        refusals = [s for s in branch.body if isinstance(s.ast, ast.Raise)]
        members = [attribute.member for attribute in branch.test.walk(ast.Attribute)]
        named = [*members, *(name.name for name in branch.test.walk(ast.Name))]
        is_role = any(map(_ROLE.search, named)) and not any(map(_OWNER.match, members))
        if is_role and any(raised_status(statement) == _FORBIDDEN for statement in refusals):
            return branch.test
    return None


def _asks_for_role(endpoint: Endpoint, sibling: Endpoint) -> bool:
    """Say whether an endpoint names a role or owner, refuses, or depends on more than another."""
    if not _dependencies(endpoint) <= _dependencies(sibling):
        return True
    if len(endpoint.function.decorators) > 1:
        return True
    functions = answering(endpoint) - answering(sibling)
    named = {node.last_name for f in functions for node in f.own(ast.Name, ast.Attribute)}
    return refuses(functions) or any(_ROLE.search(n) or _OWNER.match(n) for n in named)


def _short(test: Node) -> str:
    text = test.text
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} …"


def _without_owner(program: Program) -> Iterator[Hit]:
    checks = _checks(program)
    if not checks:
        return
    checking = {e: _checked(e, checks) for e in http_endpoints(program)}
    for endpoint in http_endpoints(program):
        if endpoint in open_routes(program):
            continue  # route-without-check tells of it
        if not (endpoint.path or "").endswith("}") or endpoint.method not in _CHANGES | {"get"}:
            continue
        for model in (m for m in _loaded(endpoint) if m not in checking[endpoint]):
            column = next((c for c in checks.get(model, {})), None)
            sibling = next((s for s in checking if _is_like(s, endpoint, checking[s], model)), None)
            if column and sibling and not _is_guarded(endpoint, sibling, checks[model]):
                done = "shows" if endpoint.method == "get" else "changes"
                done = "deletes" if endpoint.method == "delete" else done
                yield endpoint.call.hit(
                    f"`{endpoint.name}` {done} any `{model.name}` by its id; `{sibling.name}`"
                    f" compares `{column}` with the caller, but this endpoint does not"
                )


def _without_owner_above(program: Program) -> Iterator[Hit]:
    """Yield changes of rows whose owner is that of the row to which they belong, and is not asked.

    A message belongs to a conversation, whose owner others of the router compare.
    """
    checks = _checks(program)
    checking = {e: _checked(e, checks) for e in http_endpoints(program)} if checks else {}
    for endpoint, checked in checking.items():
        is_change = endpoint.method in _CHANGES and (endpoint.path or "").endswith("}")
        for model in (
            _loaded(endpoint) if is_change and endpoint not in open_routes(program) else ()
        ):
            parent = next((p for p in checks if _belongs(model, p)), None)
            if parent is None or parent in checked:
                continue
            near = (s for s in checking if parent in checking[s] and s.router == endpoint.router)
            sibling = next(near, None)
            if sibling and not _asks_above(endpoint, sibling, model, checks[parent]):
                done = "deletes" if endpoint.method == "delete" else "changes"
                yield endpoint.call.hit(
                    f"`{endpoint.name}` {done} any `{model.name}` by its id; `{sibling.name}`"
                    f" compares `{next(iter(checks[parent]))}` of its `{parent.name}` with the"
                    " caller, but this endpoint does not"
                )


def _belongs(model: Model, parent: Model) -> bool:
    """Say whether a row has no owner of its own, and refers to one of another model that has."""
    if any(map(_OWNER.match, model.columns)):
        return False
    return any(key.table == table_name(parent.cls) for key in foreign_keys(model))


def _asks_above(
    endpoint: Endpoint, sibling: Endpoint, model: Model, columns: dict[str, set[Node]]
) -> bool:
    """Say whether an endpoint may look at what a row belongs to, or is guarded otherwise."""
    if _is_guarded(endpoint, sibling, columns):
        return True
    names = {key.column.name for key in foreign_keys(model)} | set(model.relationships)
    functions = answering(endpoint) - answering(sibling)
    parts = (part for f in functions for part in f.own(ast.Attribute, ast.Constant))
    return any(part.member in names or part.literal in names for part in parts)


def _without_owner_in_sql(program: Program) -> Iterator[Hit]:
    """Yield the endpoints whose SQL takes a row by its id alone, where another names the owner."""
    for listed in _by_router(program).values():
        single = [e for e in listed if (e.path or "").endswith("}")]
        sent = {endpoint: _rows_in_sql(endpoint) for endpoint in single}
        for endpoint in single:
            for table in sent[endpoint] if endpoint.method in _CHANGES | {"get"} else ():
                owned = ((s, _owner_of(sent[s].get(table, ()))) for s in single if s != endpoint)
                like = next(((s, o) for s, o in owned if o and _does_like(s, endpoint)), None)
                if like and not _names_owner(endpoint, like[0]):
                    yield endpoint.call.hit(
                        f"`{endpoint.name}` takes any row of `{table}` by its id; `{like[0].name}`"
                        f" compares `{like[1]}` with the caller, but this endpoint does not"
                    )


def _rows_in_sql(endpoint: Endpoint) -> dict[str, frozenset[str]]:
    """Return the tables of which an endpoint's SQL takes rows by what the path names."""
    names = set(_PARAMETER.findall(endpoint.path or ""))
    found: dict[str, frozenset[str]] = {}
    for call in endpoint.function.calls:
        for _, text in sent_sql(call) if _mentions(call, names) else ():
            if (row := touched(text)) and row.columns:
                found[row.table] = found.get(row.table, frozenset()) | row.columns
    return found


def _owner_of(columns: Collection[str]) -> str:
    return next(filter(_OWNER.match, sorted(columns)), "")


def _does_like(sibling: Endpoint, endpoint: Endpoint) -> bool:
    return endpoint.method in _CHANGES or sibling.method == "get"


def _names_owner(endpoint: Endpoint, sibling: Endpoint) -> bool:
    """Say whether an endpoint may compare the owner in Python, by a role, or by a dependency."""
    if _is_guarded(endpoint, sibling, {}):
        return True
    functions = answering(endpoint) - answering(sibling)
    texts = (str(node.literal) for f in functions for node in f.own(ast.Constant))
    return any(_OWNER.match(word) for text in texts for word in re.findall(r"\w+", text))


@fact
def _checks(program: Program) -> dict[Model, dict[str, set[Node]]]:
    """Return the owners' columns that are compared with the caller, and in which functions."""
    found: dict[Model, dict[str, set[Node]]] = defaultdict(lambda: defaultdict(set))
    names = {name for columns in _owning(program).values() for name in columns}
    for node in program.nodes(ast.Compare):
        operands = node.operands
        if len(operands) != 2 or not any(
            _OWNER.match(operand.member) or operand.member in names for operand in operands
        ):
            continue
        if not node.function or node.module.is_tool:
            continue
        for left, right in (operands, operands[::-1]):
            is_owner = _OWNER.match(left.member) and _CALLER.search(right.text)
            if (is_owner and not inputs(right)) or _is_of_caller(left, right):
                model = model_named(left.owner) or row_of(left.owner)
                if model is not None and left.member in model.columns:
                    found[model][left.member].add(node.function)
    return found


@fact
def _owning(program: Program) -> dict[Node, set[str]]:
    """Return the models that a login gives the endpoints, each with the columns that refer to it.

    Whoever logs in may be called a doctor, and what is his `doctor_id`.
    """
    found: dict[Node, set[str]] = {}
    for endpoint in http_endpoints(program):
        if not (check := check_of(endpoint)):
            continue
        for parameter in _all_parameters(endpoint):
            dependency = parameter.dependency
            model = models(program).get(parameter.type) if dependency else None  # type: ignore[arg-type]
            if model is not None and dependency is not None and dependency.name == check:
                found.setdefault(model.cls, set())
    for model in models(program).values() if found else ():
        for key in foreign_keys(model):
            for cls, columns in found.items():
                if table_name(cls) == key.table:
                    columns.add(key.column.name)
    return found


def _all_parameters(endpoint: Endpoint) -> list[Parameter]:
    """Return the parameters of an endpoint and of the class that it is a method of."""
    inner = [p for dependency in endpoint.dependencies for p in dependency.parameters]
    return [*endpoint.parameters, *inner]


def _is_of_caller(owner: Node, key: Node) -> bool:
    """Say whether a column that refers to whoever logs in is compared with their key."""
    caller = key.owner.type_class if key.member else key.at(None)
    return owner.member in _owning(owner.program).get(caller, ())


def _checked(endpoint: Endpoint, checks: dict[Model, dict[str, set[Node]]]) -> set[Model]:
    """Return the models whose owner an endpoint compares, itself or by what it calls."""
    if endpoint.method not in _CHANGES | {"get"} or "{" not in (endpoint.path or ""):
        return set()
    functions = answering(endpoint)
    return {
        model
        for model, columns in checks.items()
        if any(not functions.isdisjoint(found) for found in columns.values())
    }


def _is_like(sibling: Endpoint, endpoint: Endpoint, checked: set[Model], model: Model) -> bool:
    """Say whether another endpoint of the router does the like, and compares the owner.

    What everybody may read is often changed by the owner alone: only reading is like reading.
    """
    if model not in checked or sibling.router != endpoint.router:
        return False
    is_single = (sibling.path or "").endswith("}")
    return is_single and (endpoint.method in _CHANGES or sibling.method == "get")


def _loaded(endpoint: Endpoint) -> list[Model]:
    """Return the models of which an endpoint loads a row by a parameter of its path."""
    names = set(_PARAMETER.findall(endpoint.path or ""))
    found: list[Model] = []
    for statement in endpoint.function.own(ast.Assign, ast.AnnAssign):
        call = statement.assigned.awaited
        target = statement.targets[0]
        if not call.is_call or not target.name or not _mentions(call, names):
            continue
        model = models(endpoint.function.program).get(call.type_class)
        if model is not None and model not in found and not call.func.definition.is_class:
            found.append(model)
    for call in endpoint.function.calls:
        model = _changed_by_statement(call)
        if model is not None and model not in found and _mentions(whole(call), names):
            found.append(model)
        for taken in _taking(call, names):
            found += [model for model in _loaded_by(taken, taken.name) if model not in found]
    return found


def _taking(call: Node, names: set[str]) -> list[Node]:
    """Return the parameters, of the method that a call runs, that are given a path's parameter."""
    parameters = call.callee.parameters if call.owner else []
    return [parameter for parameter in parameters if parameter.passed(call).name in names]


def _loaded_by(parameter: Node, name: str) -> list[Model]:
    """Return the models of which a method of a service loads a row by its parameter."""
    found = []
    for statement in parameter.function.own(ast.Assign, ast.AnnAssign):
        call = statement.assigned.awaited
        model = models(call.program).get(call.type_class) if call.is_call else None
        if model is not None and _mentions(call, {name}) and not call.func.definition.is_class:
            found.append(model)
    return found


def _changed_by_statement(call: Node) -> Model | None:
    """Return the model of `delete(Model)`, `update(Model)` and `query(Model).filter().delete()`."""
    if call.called in ("sqlalchemy.delete", "sqlalchemy.update"):
        return model_named(call.argument(0, "table"))
    is_query = call.member in ("delete", "update") and call.owner.is_call
    return model_selected(call.owner) if is_query else None


def _mentions(call: Node, names: set[str]) -> bool:
    """Say whether a call, or the statement that it is given by name, mentions one of names."""
    parts = [call, *(given.value for given in call.given if given.name)]
    return any(name.name in names for part in parts for name in part.walk(ast.Name))


def _is_guarded(endpoint: Endpoint, sibling: Endpoint, columns: dict[str, set[Node]]) -> bool:
    """Say whether an endpoint names an owner or a role, or depends on more than its sibling."""
    if not _dependencies(endpoint) <= _dependencies(sibling):
        return True
    functions = answering(endpoint) - answering(sibling)
    members = [attribute.member for f in functions for attribute in f.own(ast.Attribute)]
    members += [key for f in functions for call in f.calls for key in call.keywords]
    names = [name.name for f in functions for name in f.own(ast.Name)]
    is_owned = any(member in columns or _OWNER.match(member) for member in members)
    return is_owned or any(_ROLE.search(name) for name in members + names)


def _dependencies(endpoint: Endpoint) -> set[Node | str]:
    """Return what an endpoint depends on; of what is not the program's, the text."""
    listed = [p.dependency for p in endpoint.parameters if p.dependency is not None]
    own = endpoint.call.keyword("dependencies").elements
    found = {d.target or d.call.text for d in [*listed, *endpoint.dependencies]}
    return found | {given.text for given in own if not given.is_call}
