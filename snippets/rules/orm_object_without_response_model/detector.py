"""An endpoint that returns an ORM object and declares no response schema."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.finding import Hit
from fastapi_pro.auditing.libraries.legacy_fastapi import Route, unwrap
from fastapi_pro.auditing.libraries.legacy_responses import http_routes
from fastapi_pro.auditing.libraries.sqlalchemy_models import (
    SECRET,
    Model,
    model_named,
    model_of,
    model_selected,
    models,
)
from fastapi_pro.auditing.model.legacy import (
    FUNCTIONS,
    At,
    Module,
    Program,
    annotation_type,
    argument,
    callee,
    is_session,
    keyword,
    own_nodes,
    type_of,
)

_RESULTS = ("all", "unique", "first", "one", "one_or_none", "scalars", "fetchall")
_SCALARS = ("scalar_one", "scalar_one_or_none", "scalar")
_QUERIES = ("all", "first", "one", "one_or_none", "get")
_LISTS = {"builtins.list", "collections.abc.Sequence", "collections.abc.Iterable"}


def detect(program: Program) -> Iterator[Hit]:
    """Yield the decorators of the endpoints whose responses are whole rows."""
    seen: set[ast.AST] = set()
    for route in program.fact(http_routes):
        declared = _declares(program, route)
        if declared == "schema" or route.node in seen or not program.fact(models):
            continue
        for node in own_nodes(route.node):
            value = node.value if isinstance(node, ast.Return) else None
            model = _rows(program, route.function.module, value, 0)
            if model is not None:
                seen.add(route.node)
                yield Hit(route.module, route.call, _message(route, model, declared))
                break


def _message(route: Route, model: Model, declared: str) -> str:
    if declared == "Any":
        return (
            f"`{route.node.name}` returns a `{model.name}` as `Any`: Pydantic cannot serialise it,"
            " and the answer is a 500"
        )
    secret = next((f", `{name}` too" for name in model.columns if SECRET.search(name)), "")
    return (
        f"`{route.node.name}` returns a `{model.name}` and declares no response schema: every"
        f" loaded column is sent{secret}"
    )


def _declares(program: Program, route: Route) -> str:
    """Return "nothing", "Any", or "schema" for all that decides what is sent."""
    if any(k.arg is None or k.arg == "response_class" for k in route.call.keywords):
        return "schema"
    given = keyword(route.call, "response_model")
    if given is not None:
        is_none = isinstance(given, ast.Constant) and given.value is None
        return "nothing" if is_none else "schema"
    if route.node.returns is None:
        return "nothing"
    kind = annotation_type(program, route.function.module, route.node.returns)
    return "Any" if kind == "typing.Any" else "schema"


def _rows(program: Program, module: Module, expr: ast.AST | None, depth: int) -> Model | None:
    """Return the model of which an expression is an instance or a list of instances."""
    if expr is None or depth > 6:
        return None
    if isinstance(expr, ast.Call) and _responds(program, module, expr):
        return None
    found = program.value(module, expr) if isinstance(expr, ast.Name) else None
    if found is not None and isinstance(found.node, (ast.Call, ast.Await)):
        return _rows(program, found.module, found.node, depth + 1)
    match expr:
        case ast.Await(value=value):
            return _rows(program, module, value, depth + 1)
        case ast.ListComp(elt=ast.Name(id=name), generators=[ast.comprehension() as only]):
            if isinstance(only.target, ast.Name) and only.target.id == name:
                return _rows(program, module, only.iter, depth + 1)
        case ast.List(elts=[first, *_]):
            return _rows(program, module, first, depth + 1)
        case ast.Call(func=func, args=args):
            if program.name_of(module, func) == "builtins.list" and args:
                return _rows(program, module, args[0], depth + 1)
            many = _queried(program, module, expr) or _annotated(program, module, expr)
            return many or model_of(program, module, expr)
    return model_of(program, module, expr)


def _queried(program: Program, module: Module, call: ast.Call) -> Model | None:
    """Return the model of `session.scalars(select(Model)).all()`, `query(Model).all()`."""
    at, names = At(module, call), list[str]()
    for _ in range(12):
        node: ast.AST = at.node
        if isinstance(node, ast.Await):
            at = At(at.module, node.value)
        elif isinstance(node, ast.Name):
            found = program.value(at.module, node)
            if found is None or not isinstance(found.node, (ast.Call, ast.Await)):
                return None
            at = found
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            name, owner = node.func.attr, node.func.value
            if name in ("execute", "scalars", "exec", "scalar") and is_session(
                program, at.module, owner
            ):
                # execute() gives tuples, unless scalars() and its like take the first of each
                is_scalar = name != "execute" or {"scalars", *_SCALARS} & set(names)
                model = model_selected(program, at.module, argument(node, 0, "statement"))
                return model if is_scalar and names else None
            if name in _QUERIES and (model := model_selected(program, at.module, owner)):
                return model
            if name not in (*_RESULTS, *_SCALARS):
                return None
            names.append(name)
            at = At(at.module, owner)
        else:
            return None
    return None


def _responds(program: Program, module: Module, call: ast.Call) -> bool:
    """Say whether a function of the program returns a response, whatever its annotation says."""
    function = callee(program, module, call)
    return function is not None and any(
        str(type_of(program, function.module, node.value)).startswith("fastapi.responses.")
        for node in own_nodes(function.node)
        if isinstance(node, ast.Return)
    )


def _annotated(program: Program, module: Module, call: ast.Call) -> Model | None:
    """Return the model of a function of the program that is annotated `list[Model]`."""
    function = callee(program, module, call)
    if function is None or not isinstance(function.node, FUNCTIONS):
        return None
    at, _ = unwrap(program, function.module, function.node.returns)
    if at is None or not isinstance(at.node, ast.Subscript):
        return None
    if program.name_of(at.module, at.node.value) not in _LISTS:
        return None
    item, _ = unwrap(program, at.module, at.node.slice)
    return model_named(program, item.module, item.node) if item is not None else None
