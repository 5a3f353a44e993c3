"""What FastAPI sees of a program: endpoints, parameters, dependencies, applications."""

import ast
from dataclasses import dataclass
from functools import cached_property

from fastapi_pro.auditing.libraries import inclusions
from fastapi_pro.auditing.libraries.known_types import DEPENDS
from fastapi_pro.auditing.model import limits
from fastapi_pro.auditing.model.call_graph import methods_of
from fastapi_pro.auditing.model.module import Module
from fastapi_pro.auditing.model.node import Node, Type, inherits
from fastapi_pro.auditing.model.program import Program, fact

METHODS = {
    "get", "post", "put", "patch", "delete", "options", "head", "trace", "api_route", "websocket",
}  # fmt: skip
_ADDS = ("add_api_route", "add_route", "add_api_websocket_route")
_BY_METHODS = ("add_api_route", "api_route")
_NOT_HTTP = ("websocket", "add_route", "add_api_websocket_route")
_APP = "fastapi.FastAPI"
_ROUTERS = (_APP, "fastapi.APIRouter")
LISTS = {
    "builtins.list",
    "collections.abc.Sequence",
    "collections.abc.Iterable",
    "collections.abc.Collection",
}
_OPTIONAL = ("typing.Optional", "typing.Union", "sqlalchemy.orm.Mapped")


@dataclass(frozen=True, eq=False)
class Parameter:
    """A parameter of an endpoint or dependency; `node` is its `ast.arg`.

    `annotation` is the type without `Annotated`, `| None` and aliases. `metadata` are the arguments
    of every `Annotated` around it, and the default if that is a call such as `Query(10)`.
    """

    node: Node
    annotation: Node
    metadata: tuple[Node, ...]

    @property
    def name(self) -> str:
        """The name of the parameter."""
        return self.node.name

    @property
    def owner(self) -> str:
        """The name of its function, or of the class whose `__init__` that is."""
        function = self.node.function
        is_init = function.name == "__init__" and function.parent.is_class
        return function.parent.name if is_init else function.name

    @property
    def default(self) -> Node:
        """What it is by default."""
        return self.node.default

    @property
    def type(self) -> Type:
        """The class of the annotation."""
        return self.annotation.annotated

    @property
    def is_filled_otherwise(self) -> bool:
        """Whether the program fills it by a call: a function that returns `Depends`."""
        return any(item.is_call and not item.called for item in self.metadata)

    def marker(self, *names: str) -> Node:
        """Return the call of one of these library functions in the metadata."""
        found = [item for item in self.metadata if item.called in names]
        return found[-1] if found else self.node.at(None)

    def options(self, *names: str) -> list[Node]:
        """Return what the calls of its metadata, such as `Query(...)`, are given by these names."""
        return options(self.metadata, *names)

    @cached_property
    def dependency(self) -> "Dependency | None":
        """The dependency that fills it, if one does."""
        marker = self.marker(*DEPENDS)
        if not marker:
            return None
        found = _dependency(marker)
        is_of_annotation = not found.target and not marker.args
        if is_of_annotation and isinstance(self.type, Node):
            return Dependency(found.call, self.type, found.scope)
        return found


@dataclass(frozen=True, eq=False)
class Dependency:
    """One `Depends(...)`: its call, the function or class that it calls, and its `scope=`."""

    call: Node
    target: Node
    scope: str | None

    @property
    def name(self) -> str:
        """What to call it: the name of the function or class, of an instance the text given."""
        name = self.target.name
        return name if name and name != "__call__" else self.call.argument(0, "dependency").text

    @property
    def function(self) -> Node:
        """What runs: the function, or the `__init__` of the class."""
        return self.target.method("__init__") if self.target.is_class else self.target

    @property
    def parameters(self) -> list[Parameter]:
        """The parameters that FastAPI fills for it."""
        return parameters(self.target)


@dataclass(frozen=True, eq=False)
class Endpoint:
    """A function that answers requests. `call` is its decorator, or the call of `add_api_route`."""

    function: Node
    call: Node

    @property
    def name(self) -> str:
        """The name of the function."""
        return self.function.name

    @property
    def method(self) -> str:
        """The HTTP method, "api_route" if there are several, "websocket", or what adds it."""
        if self.call.member not in _BY_METHODS:
            return self.call.member
        methods = self.call.keyword("methods")
        named = [each.constant for each in methods.value.elements] if methods else ["GET"]
        return str(named[0]).lower() if len(named) == 1 else "api_route"

    @property
    def path(self) -> str | None:
        """The path where it is a literal."""
        path = self.call.argument(0, "path").constant
        return path if isinstance(path, str) else None

    @property
    def router(self) -> Node:
        """The call that makes its router or application."""
        return self.call.owner.value

    def options(self, name: str) -> list[Node]:
        """Return an option of its router, and of what includes that."""
        return [given for given in inclusions.options(self.router, name) if given]

    @property
    def is_http(self) -> bool:
        """Whether FastAPI makes its answers: no websocket, none of Starlette's."""
        return self.method not in _NOT_HTTP

    @property
    def parameters(self) -> list[Parameter]:
        """The parameters that FastAPI fills."""
        return parameters(self.function)

    @cached_property
    def dependencies(self) -> list[Dependency]:
        """Its dependencies, those of its router and of what includes that, and theirs."""
        found = [p.dependency for p in self.parameters if p.dependency is not None]
        for given in (*self.options("dependencies"), self.call.keyword("dependencies")):
            found += filter(None, map(_known_dependency, given.value.elements))
        seen: set[Node] = set()
        for dependency in found:  # grows while it is walked
            if dependency.target and dependency.target not in seen:
                seen.add(dependency.target)
                inner = dependency.parameters
                found += [p.dependency for p in inner if p.dependency is not None]
        return found

    @cached_property
    def response_schema(self) -> Node:
        """The class that validates the response, or each item of it."""
        annotation, _ = unwrap(self.call.keyword("response_model") or self.function.returns)
        if isinstance(annotation.ast, ast.Subscript):
            if annotation.at(annotation.ast.value).library_name not in LISTS:
                return annotation.at(None)
            annotation, _ = unwrap(annotation.at(annotation.ast.slice))
        found = annotation.definition
        return found if found.is_class else annotation.at(None)

    @cached_property
    def answers(self) -> list[tuple[Node, Node]]:
        """Its `return` statements with their values, through names; the item of a comprehension."""
        found = []
        for statement in self.function.own(ast.Return):
            value = _answer(statement.at(statement.ast.value))  # type: ignore[attr-defined]
            if isinstance(value.ast, (ast.ListComp, ast.GeneratorExp)):
                value = _answer(value.at(value.ast.elt))
            if value:
                found.append((statement, value))
        return found


def unwrap(annotation: Node) -> tuple[Node, tuple[Node, ...]]:
    """Return an annotation without `Annotated`, `| None` and aliases, and its metadata."""
    metadata: list[Node] = []
    for _ in range(limits.NAMES):
        annotation = annotation.at(annotation.module.read_annotation(annotation.ast))
        inner: Node | None = None
        if isinstance(annotation.ast, ast.Subscript):
            name = annotation.at(annotation.ast.value).library_name
            slice_ = annotation.at(annotation.ast.slice)
            parts = slice_.elements or [slice_]
            if name == "typing.Annotated":
                metadata = parts[1:] + metadata
                inner = parts[0]
            elif name in _OPTIONAL:
                inner = next((part for part in parts if not part.is_none), None)
        elif isinstance(annotation.ast, ast.BinOp) and isinstance(annotation.ast.op, ast.BitOr):
            both = [annotation.at(side) for side in (annotation.ast.left, annotation.ast.right)]
            sides = [side for side in both if not side.is_none]
            inner = sides[0] if len(sides) == 1 else None
        elif isinstance(annotation.ast, (ast.Name, ast.Attribute)):
            alias = annotation.definition
            if isinstance(alias.ast, (ast.Subscript, ast.BinOp, ast.Name, ast.Attribute)):
                inner = alias
            elif isinstance(alias.ast, ast.Call):
                inner = _made(alias)
        elif isinstance(annotation.ast, ast.Call):
            inner = _made(annotation)
        if inner is None:
            break
        annotation = inner
    return annotation, tuple(metadata)


def _made(call: Node) -> Node | None:
    """Return the annotation that a function makes: `user: needs("admin")`."""
    made = call.callee.returned
    return made[0] if len(made) == 1 else None


def options(metadata: tuple[Node, ...], *names: str) -> list[Node]:
    """Return the arguments with these names in the metadata, such as in `Query(...)`."""
    return [given for item in metadata for name in names if (given := item.keyword(name))]


def parameters(function: Node) -> list[Parameter]:
    """Return the parameters of a function or class, `self` and `*args` left out."""
    return function.program.once(_parameters, function.ast, function)


def _parameters(function: Node) -> list[Parameter]:
    if function.is_class:
        return parameters(function.method("__init__"))
    found = []
    for arg in function.parameters:
        annotation, metadata = unwrap(arg.at(arg.ast.annotation))  # type: ignore[attr-defined]
        default = _marker(arg.default)
        if default.is_call:
            metadata = (*metadata, default)
        found.append(Parameter(arg, annotation, tuple(map(_marker, metadata))))
    return found


def _marker(given: Node) -> Node:
    """Return the call that a name stands for: `user: User = caller`, `caller = Depends(...)`."""
    made = given.value if given.name or given.member else given
    return made if made.called.startswith("fastapi.") else given


def _dependency(call: Node) -> Dependency:
    given = call.argument(0, "dependency")
    target = given if given.is_call else _of_callable(given)
    if target.is_call:
        # an instance with __call__, such as Depends(Checker("admin"))
        target = target.type_class.method("__call__")
    scope = call.keyword("scope").literal
    is_callable = target.is_function or target.is_class
    return Dependency(
        call, target if is_callable else call.at(None), scope if isinstance(scope, str) else None
    )


def _of_callable(given: Node) -> Node:
    """Return what a name stands for; for a method of an object, the method."""
    return given.definition or given.runs


@fact
def dependencies(program: Program) -> list[Dependency]:
    """Return every `Depends(...)` and `Security(...)` outside tests."""
    return [_dependency(call) for call in program.calls_of(*DEPENDS)]


@fact
def _dependencies_by_call(program: Program) -> dict[Node, Dependency]:
    return {dependency.call: dependency for dependency in dependencies(program)}


def _known_dependency(call: Node) -> Dependency | None:
    return _dependencies_by_call(call.program).get(call.value)


@fact
def endpoints(program: Program) -> list[Endpoint]:
    """Return every endpoint outside tests."""
    return [endpoint for module in program.code for endpoint in endpoints_in(module)]


@fact
def http_endpoints(program: Program) -> list[Endpoint]:
    """Return the endpoints whose answers FastAPI makes."""
    return [endpoint for endpoint in endpoints(program) if endpoint.is_http]


def endpoints_in(module: Module) -> list[Endpoint]:
    """Return the endpoints that a module declares."""
    found = []
    for function in module.functions():
        if not function.decorator_list:
            continue
        node = Node(module, function)
        found += [
            Endpoint(node, decorator)
            for decorator in node.decorators
            if decorator.is_call and decorator.member in METHODS and is_router(decorator.owner)
        ]
    for name in _ADDS:
        for written in module.calls_by_name.get(name, ()):
            call = Node(module, written)
            if call.owner and is_router(call.owner):
                found += _endpoints_of(call, call.argument(1, "endpoint"))
    for name in METHODS:
        for written in module.calls_by_name.get(name, ()):
            if isinstance(outer := module.parents.get(written), ast.Call) and outer.func is written:
                call = Node(module, written)  # `router.get("/")(read)`
                if is_router(call.owner):
                    found += _endpoints_of(call, Node(module, outer).argument(0, "func"))
    return found


def _endpoints_of(call: Node, given: Node) -> list[Endpoint]:
    """Return the endpoints that a call adds: one, or for `self.read` each that a class has."""
    targets = [_of_callable(given)]
    if given.owner.name == "self" and (cls := given.owner.type_class):
        targets = methods_of(cls, given.member)
    return [Endpoint(target, call) for target in targets if target.is_function]


def is_router(expr: Node) -> bool:
    """Say whether an expression is an application or a router."""
    return expr.is_a(*_ROUTERS)


def is_app(expr: Node) -> bool:
    """Say whether an expression is an application."""
    return expr.is_a(_APP)


@fact
def apps(program: Program) -> list[Node]:
    """Return every call that makes an application outside tests."""
    own = {cls for cls in program.classes if inherits(cls, _APP)}
    found: list[Node] = []
    for module in program.code:
        found += program.calls_in(module, _APP)
        for call in module.nodes(ast.Call) if own else ():
            node = Node(module, call)
            if node.func.definition in own:
                found.append(node)
    return found


@fact
def lifespans(program: Program) -> set[Node]:
    """Return the functions that run at the start or the end of an application."""
    found: set[Node] = set()
    for module in program.modules:
        if not module.says("lifespan", "on_startup", "on_shutdown", "on_event", "event_handler"):
            continue
        handlers: list[Node] = []
        for key in module.nodes(ast.keyword):
            if key.arg == "lifespan":
                handlers.append(Node(module, key.value))
            elif key.arg in ("on_startup", "on_shutdown"):
                handlers += Node(module, key.value).elements
        for call in module.calls_by_name.get("add_event_handler", ()):
            handlers.append(Node(module, call).argument(1, "func"))
        for call in module.calls_by_name.get("append", ()):
            if Node(module, call).owner.member in ("on_startup", "on_shutdown"):
                handlers += Node(module, call).args
        found.update(h.definition for h in handlers if h.definition.is_function)
        for function in module.functions():
            node = Node(module, function)
            if any(_is_event(decorator, node) for decorator in node.decorators):
                found.add(node)
    return found


def _is_event(decorator: Node, function: Node) -> bool:
    """Say whether a decorator makes a function one of start or end."""
    is_manager = decorator.library_name == "contextlib.asynccontextmanager"
    return decorator.member == "on_event" or (function.name.endswith("lifespan") and is_manager)


def _answer(value: Node) -> Node:
    found = value.value
    is_known = found.binding is None or found.binding.kind == "assign"
    return found if is_known else value
