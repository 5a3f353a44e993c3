"""What FastAPI sees of a program: routes, parameters, dependencies, lifespans."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from fastapi_pro.auditing.model.legacy import (
    FUNCTIONS,
    At,
    Module,
    Program,
    Type,
    annotation_type,
    argument,
    default_of,
    keyword,
    located,
    parse_annotation,
    type_of,
)

METHODS = {
    "get",
    "post",
    "put",
    "patch",
    "delete",
    "options",
    "head",
    "trace",
    "api_route",
    "websocket",
}
_ROUTERS = {"fastapi.FastAPI", "fastapi.APIRouter"}
DEPENDS = {"fastapi.Depends", "fastapi.Security"}


@dataclass(frozen=True, slots=True, eq=False)
class Param:
    """A parameter of an endpoint or dependency.

    `annotation` is what `Annotated`, `| None` and aliases hide; `metadata` are the arguments of all
    the `Annotated` around it, and the default where that is a call such as `Query(10)`.
    """

    name: str
    module: Module
    arg: ast.arg
    annotation: At | None
    metadata: tuple[At, ...]
    default: ast.expr | None

    def marker(self, program: Program, *names: str) -> At | None:
        """Return the call of one of these library functions in the metadata."""
        for at in reversed(self.metadata):
            if program.call_name(at.module, at.node) in names:
                return at
        return None


@dataclass(frozen=True, slots=True, eq=False)
class Dependency:
    """One `Depends(...)`: where it stands, what it calls, and its `scope=`, if any."""

    module: Module
    call: ast.Call
    target: At | None
    scope: str | None


@dataclass(frozen=True, slots=True, eq=False)
class Route:
    """An endpoint. `call` is its decorator, or the call of `add_api_route`."""

    module: Module
    function: At
    call: ast.Call
    method: str
    path: str | None

    @property
    def node(self) -> ast.FunctionDef | ast.AsyncFunctionDef:
        """The function's own node."""
        assert isinstance(self.function.node, FUNCTIONS)
        return self.function.node


def unwrap(
    program: Program, module: Module, annotation: ast.AST | None
) -> tuple[At | None, tuple[At, ...]]:
    """Return what an annotation is below `Annotated`, `| None` and aliases, and the metadata."""
    metadata: list[At] = []
    at = At(module, annotation) if annotation is not None else None
    for _ in range(12):
        if at is None:
            break
        node = located(at.module, at.node, parse_annotation(at.node))
        inner: ast.AST | None = None
        if isinstance(node, ast.Subscript):
            name = program.name_of(at.module, node.value)
            elements = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
            if name == "typing.Annotated" and elements:
                metadata = [At(at.module, e) for e in elements[1:]] + metadata
                inner = elements[0]
            elif name in ("typing.Optional", "typing.Union", "sqlalchemy.orm.Mapped"):
                inner = next((e for e in elements if not _is_none(e)), None)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            sides = [side for side in (node.left, node.right) if not _is_none(side)]
            inner = sides[0] if len(sides) == 1 else None
        elif isinstance(node, (ast.Name, ast.Attribute)):
            origin = program.resolve(at.module, node)
            if isinstance(origin, At) and isinstance(
                origin.node, (ast.Subscript, ast.BinOp, ast.Name, ast.Attribute)
            ):
                at = origin
                continue
        if inner is None:
            return At(at.module, node), tuple(metadata)
        at = At(at.module, inner)
    return at, tuple(metadata)


def _is_none(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def params(program: Program, function: At) -> list[Param]:
    """Return the parameters of a function, `self` and `*args` left out."""
    node, module = function.node, function.module
    if isinstance(node, ast.ClassDef):
        init = program.method(function, "__init__")
        return params(program, init) if init else []
    if not isinstance(node, FUNCTIONS):
        return []
    arguments = [*node.args.posonlyargs, *node.args.args]
    if isinstance(module.parent(node), ast.ClassDef):
        arguments = arguments[1:]
    found = []
    for arg in (*arguments, *node.args.kwonlyargs):
        annotation, metadata = unwrap(program, module, arg.annotation)
        default = default_of(node, arg)
        if isinstance(default, ast.Call):
            metadata = (*metadata, At(module, default))
        found.append(Param(arg.arg, module, arg, annotation, metadata, default))
    return found


def param_type(program: Program, param: Param) -> Type:
    """Return the class of a parameter's annotation."""
    if param.annotation is None:
        return None
    return annotation_type(program, param.annotation.module, param.annotation.node)


def depends(program: Program, param: Param) -> Dependency | None:
    """Return the dependency that fills a parameter, if one does."""
    marker = param.marker(program, *DEPENDS)
    if marker is None:
        return None
    assert isinstance(marker.node, ast.Call)
    found = _dependency(program, marker.module, marker.node)
    if found.target is None and not marker.node.args:
        target = param_type(program, param)
        if isinstance(target, At):
            return Dependency(found.module, found.call, target, found.scope)
    return found


def _dependency(program: Program, module: Module, call: ast.Call) -> Dependency:
    target = program.resolve(module, argument(call, 0, "dependency"))
    if isinstance(target, At) and isinstance(target.node, ast.Call):
        # an instance with __call__, such as Depends(Checker("admin"))
        kind = type_of(program, target.module, target.node)
        target = program.method(kind, "__call__") if isinstance(kind, At) else None
    scope = keyword(call, "scope")
    value = scope.value if isinstance(scope, ast.Constant) else None
    is_callable = isinstance(target, At) and isinstance(target.node, (*FUNCTIONS, ast.ClassDef))
    return Dependency(
        module, call, target if is_callable and isinstance(target, At) else None,
        value if isinstance(value, str) else None,
    )  # fmt: skip


def dependencies(program: Program) -> list[Dependency]:
    """Return every `Depends(...)` and `Security(...)` outside tests; for `program.fact`."""
    return [
        _dependency(program, module, call)
        for module in program.code
        for call in program.calls(module, *DEPENDS)
    ]


def routes(program: Program) -> list[Route]:
    """Return every endpoint outside tests; for `program.fact`."""
    return [route for module in program.code for route in routes_in(program, module)]


def routes_in(program: Program, module: Module) -> list[Route]:
    """Return the endpoints that a module declares."""
    found = []
    for function in module.functions():
        found += [
            _route(program, module, At(module, function), decorator)
            for decorator in function.decorator_list
            if isinstance(decorator, ast.Call) and _is_route(program, module, decorator)
        ]
    for call in module.nodes(ast.Call):
        if isinstance(call.func, ast.Attribute) and call.func.attr in (
            "add_api_route",
            "add_route",
            "add_api_websocket_route",
        ):
            target = program.resolve(module, argument(call, 1, "endpoint"))
            if (
                isinstance(target, At)
                and isinstance(target.node, FUNCTIONS)
                and is_router(program, module, call.func.value)
            ):
                found.append(_route(program, module, target, call))
    return found


def is_router(program: Program, module: Module, expr: ast.expr) -> bool:
    """Say whether an expression is an application or a router."""
    kind = type_of(program, module, expr)
    if isinstance(kind, At):
        return bool(program.bases(kind) & _ROUTERS)
    return kind in _ROUTERS


def is_app(program: Program, module: Module, expr: ast.expr | None) -> bool:
    """Say whether an expression is an application."""
    kind = type_of(program, module, expr)
    return kind == "fastapi.FastAPI" or (
        isinstance(kind, At) and "fastapi.FastAPI" in program.bases(kind)
    )


def _is_route(program: Program, module: Module, decorator: ast.Call) -> bool:
    func = decorator.func
    return (
        isinstance(func, ast.Attribute)
        and func.attr in METHODS
        and is_router(program, module, func.value)
    )


def _route(program: Program, module: Module, function: At, call: ast.Call) -> Route:
    path = program.constant(module, argument(call, 0, "path"))
    assert isinstance(call.func, ast.Attribute)
    method = call.func.attr
    return Route(module, function, call, method, path if isinstance(path, str) else None)


def apps(program: Program) -> list[At]:
    """Return every call that makes an application outside tests; for `program.fact`."""
    own = {cls for cls in program.classes if "fastapi.FastAPI" in program.bases(cls)}
    found = []
    for module in program.code:
        found += [At(module, call) for call in program.calls(module, "fastapi.FastAPI")]
        for call in module.nodes(ast.Call) if own else ():
            if program.resolve(module, call.func) in own:
                found.append(At(module, call))
    return found


def lifespans(program: Program) -> set[At]:
    """Return the functions that run at the start or the end of an application; for `fact`."""
    found: set[At] = set()
    for module in program.modules:
        handlers: list[ast.expr | None] = []
        for key in module.nodes(ast.keyword):
            if key.arg == "lifespan":
                handlers.append(key.value)
            elif key.arg in ("on_startup", "on_shutdown"):
                handlers += key.value.elts if isinstance(key.value, (ast.List, ast.Tuple)) else []
        added = module.calls_by_name.get("add_event_handler", ())
        handlers += [argument(call, 1, "func") for call in added]
        for handler in handlers:
            origin = program.resolve(module, handler)
            if isinstance(origin, At) and isinstance(origin.node, FUNCTIONS):
                found.add(origin)
        for function in module.functions():
            for decorator in function.decorator_list:
                func = decorator.func if isinstance(decorator, ast.Call) else decorator
                is_event = isinstance(func, ast.Attribute) and func.attr == "on_event"
                if is_event or (
                    function.name.endswith("lifespan")
                    and program.name_of(module, decorator) == "contextlib.asynccontextmanager"
                ):
                    found.add(At(module, function))
    return found


def exception_handlers(
    program: Program, modules: Iterable[Module] | None = None
) -> Iterator[tuple[Module, ast.AST, ast.expr, At | None]]:
    """Yield the handlers: module, node, key (an exception or status), function.

    `modules` are those that are looked at, by default all outside tests.
    """
    for module in program.code if modules is None else modules:
        for function in module.functions():
            for decorator in function.decorator_list:
                if (
                    isinstance(decorator, ast.Call)
                    and isinstance(decorator.func, ast.Attribute)
                    and decorator.func.attr == "exception_handler"
                ):
                    key = argument(decorator, 0, "exc_class_or_status_code")
                    if key is not None:
                        yield module, decorator, key, At(module, function)
        for call in module.nodes(ast.Call):
            if isinstance(call.func, ast.Attribute) and call.func.attr == "add_exception_handler":
                key = argument(call, 0, "exc_class_or_status_code")
                if key is not None:
                    yield module, call, key, _as_at(program, module, argument(call, 1, "handler"))
            handlers = program.value(module, keyword(call, "exception_handlers"))
            if handlers is not None and isinstance(handlers.node, ast.Dict):
                for entry, value in zip(handlers.node.keys, handlers.node.values, strict=True):
                    if entry is not None:
                        yield handlers.module, entry, entry, _as_at(program, handlers.module, value)


def _as_at(program: Program, module: Module, expr: ast.AST | None) -> At | None:
    origin = program.resolve(module, expr)
    return origin if isinstance(origin, At) else None
