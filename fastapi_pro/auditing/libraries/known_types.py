"""The types of values from FastAPI and SQLAlchemy: `Depends(f)`, `session.get(User, 1)`."""

import ast
from collections import defaultdict

from fastapi_pro.auditing.libraries.library_calls import FINDS
from fastapi_pro.auditing.libraries.task_queues import task_class
from fastapi_pro.auditing.model import limits
from fastapi_pro.auditing.model.attributes import attribute_values
from fastapi_pro.auditing.model.library_types import (
    ASYNC_ENGINE,
    ASYNC_MAKER,
    ASYNC_SESSION,
    COROUTINES,
    CURSOR,
    MAKER,
    METHODS,
    QUERY,
    SCOPED,
    SESSION,
)
from fastapi_pro.auditing.model.node import Node, Type, inherits
from fastapi_pro.auditing.model.program import Program, fact
from fastapi_pro.auditing.model.types import is_manager, result_type, type_of

SESSIONS = (ASYNC_SESSION, SESSION, SCOPED)
DEPENDS = ("fastapi.Depends", "fastapi.Security")
_PROVIDERS = "dependency_injector.providers."
_NEXT = ("builtins.next", "builtins.anext")
_REQUESTS = ("request", "websocket", "ws")
_APPS = ("app", "application", "api")
_VALIDATES = ("model_validate", "model_construct", "from_orm", "parse_obj")
_FETCHES = {"first", "one", "one_or_none", "scalar", "scalar_one", "scalar_one_or_none"}
_KEEPS_ROWS = ("scalars", "unique", "filter", "filter_by", "where", "options", "order_by")


class KnownTypes:
    """What the libraries say of types; see `model.program.Libraries`."""

    @staticmethod
    def call_type(call: Node, depth: int) -> Type:
        """Return the type of the result of a SQLAlchemy or Pydantic call."""
        if call.called == MAKER:
            return ASYNC_MAKER if _makes_async(call, depth) else MAKER
        if call.called in _NEXT:
            generator = call.argument(0, "").value.callee
            return result_type(generator, depth) if generator.is_generator else None
        if provided := _provided(call, depth):
            return provided
        if call.called or not call.owner or call.func.definition.is_function:
            return None
        if call.member in ("delay", "apply_async") and (task := task_class(call.owner)):
            return METHODS.get((task, call.member))
        owner = type_of(call.owner, depth)
        if isinstance(owner, str):
            found = METHODS.get((owner, call.member)) or _loaded(call, owner)
            is_fetched = owner == QUERY and call.member in {*_FETCHES, "get"}
            return _fetched(call, depth) if is_fetched else found
        if owner is None and call in FINDS:
            return CURSOR
        if owner is not None and owner.method(call.member):
            return None
        if call.member in _VALIDATES:
            cls = call.owner.definition
            return cls if cls.is_class else None
        return _fetched(call, depth) if owner is None and call.member in _FETCHES else None

    @staticmethod
    def parameter_type(default: Node, depth: int) -> Type:
        """Return the type of a parameter that a dependency fills."""
        if default.called not in DEPENDS:
            return None
        given = default.argument(0, "dependency")
        target = given.definition
        if target.is_function:
            return result_type(target, depth)
        if target.is_class:
            return target
        kind = type_of(given, depth)
        return METHODS.get((kind, "__call__")) if isinstance(kind, str) else None

    @staticmethod
    def attribute_type(expr: Node, depth: int) -> Type:
        """Return the type of `app.state.x`, `request.app.state.x` and `request.state.x`."""
        place = _place(expr.owner)
        values = _kept_by_app(expr.program).get((place, expr.member), []) if place else []
        kinds = (type_of(value, depth) for value in values)
        return next((kind for kind in kinds if kind not in (None, "None")), None)

    @staticmethod
    def corrected_type(written: Type, source: Node, depth: int, name: str = "") -> Type:
        """Return AsyncSession for what is annotated as a Session, and is none.

        At run time nobody reads the annotation. What a dependency yields decides, or what the
        function returns; where that is unknown, an `await` shows it, which fails for a Session.
        """
        if written != SESSION:
            return written
        if isinstance(source.ast, ast.arg):
            marker = _marker(source)
            known = KnownTypes.parameter_type(marker, depth) if marker else None
            scope, name = source.function, source.name
        else:
            values = source.yielded or source.returned if source.is_function else [source]
            kinds = [] if name else [type_of(value, depth + 1) for value in values]
            known = next((kind for kind in kinds if kind not in (None, "None")), None)
            scope, name = (source, f"self.{name}") if name else (source.at(None), "")
        if known is not None:
            return ASYNC_SESSION if inherits(known, ASYNC_SESSION) else written
        is_awaited = name and source.program.once(_is_awaited, (scope.ast, name), scope, name)
        return ASYNC_SESSION if is_awaited else written


def _place(owner: Node) -> str:
    """Return where an object of this owner is kept: "app.state", "request.state", "app" or ""."""
    if owner.member == "state":
        above = owner.owner
        if above.name in _REQUESTS:
            return "request.state"
        return "app.state" if _is_app(above) else ""
    return "app" if _is_app(owner) else ""


def _is_app(expr: Node) -> bool:
    if expr.member == "app":
        return True  # of a request, a test's client
    return expr.name in _APPS or (bool(expr.name) and expr.value.called == "fastapi.FastAPI")


@fact
def _kept_by_app(program: Program) -> dict[tuple[str, str], list[Node]]:
    """Return what the program keeps in an application and its state, by place and name.

    What a lifespan yields is in the state of each request.
    """
    found: dict[tuple[str, str], list[Node]] = defaultdict(list)
    for module in program.saying("FastAPI", ".state", "app."):
        for node in module.nodes(ast.Assign, ast.AnnAssign):
            statement = Node(module, node)
            for target in statement.targets if statement.assigned else ():
                is_of_object = bool(target.member) and target.owner.name != "self"
                place = _place(target.owner) if is_of_object else ""
                if place in ("app", "app.state"):
                    found[place, target.member].append(statement.assigned)
    for function in program.functions:
        if not function.module.says("contextmanager") or not is_manager(function):
            continue
        for given in function.yielded:
            for key, value in given.value.entries:
                if isinstance(key.literal, str):
                    found["request.state", key.literal].append(value)
    return found


def _provided(call: Node, depth: int) -> Type:
    """Return the type of what a provider of dependency-injector gives: `container.users()`."""
    if not call.program.once(_has_providers, None, call.program):
        return None
    provider = call.func.definition
    if not provider and isinstance(container := type_of(call.owner, depth), Node):
        provider = next(attribute_values(container, call.member), provider)
    if not provider.called.startswith(_PROVIDERS):
        return None
    given = provider.argument(0, "provides").definition
    return given if given.is_class else result_type(given, depth)


def _has_providers(program: Program) -> bool:
    return bool(program.saying("dependency_injector"))


def _marker(parameter: Node) -> Node:
    """Return the `Depends(...)` that fills a parameter: its default, or in `Annotated`."""
    if parameter.default.called in DEPENDS:
        return parameter.default
    annotation = parameter.annotation
    for _ in range(limits.NAMES):
        annotation = annotation.at(annotation.module.read_annotation(annotation.ast))
        for part in annotation.index.elements:
            if part.called in DEPENDS:
                return part
        if not annotation.last_name:
            break
        annotation = annotation.definition
    return parameter.at(None)


def _is_awaited(scope: Node, name: str) -> bool:
    """Say whether a function, or a method of a class, awaits what a session's method gives."""
    functions = [part for part in scope.body if part.is_function] if scope.is_class else [scope]
    return any(
        call.is_awaited and call.member in COROUTINES and call.owner.dotted == name
        for function in functions
        for call in function.calls
    )


def selected(statement: Node) -> Node:
    """Return the class that a statement selects whole: `select(User).where(...)`, `query(User)`."""
    cls = selected_argument(statement).definition
    return cls if cls.is_class else statement.at(None)


def selected_argument(statement: Node) -> Node:
    """Return the one argument that the `select` or `query` of a statement is given."""
    found = statement.value
    for _ in range(20):
        if not found.is_call:
            break
        if found.called == "sqlalchemy.select" or found.member == "query":
            return found.args[0] if len(found.args) == 1 else found.at(None)
        found = found.owner.value
    return statement.at(None)


def _makes_async(call: Node, depth: int) -> bool:
    if call.keyword("class_").library_name == ASYNC_SESSION:
        return True
    return type_of(call.argument(0, "bind"), depth) == ASYNC_ENGINE


def _loaded(call: Node, owner: str) -> Type:
    """Return the model that `session.get(Model, ...)` or `session.scalar(select(Model))` gives."""
    if owner not in SESSIONS or not call.args:
        return None
    found = call.at(None)
    if call.member in ("get", "get_one", "merge"):
        found = call.args[0].definition
    elif call.member == "scalar":
        found = selected(call.args[0])
    return found if found.is_class else None


def _fetched(call: Node, depth: int) -> Type:
    """Return the model whose row `(await session.execute(select(Model))).scalar_one()` gives."""
    is_scalar = call.member.startswith("scalar")
    found = call.owner.value
    for _ in range(8):
        node = found.at(found.ast.value) if isinstance(found.ast, ast.Await) else found
        if not node.owner or not node.is_call:
            return None
        if node.member in ("execute", "scalars", "exec") and node.args:
            is_whole = is_scalar or node.member != "execute"
            is_session = inherits(type_of(node.owner, depth + 1), *SESSIONS)
            return (selected(node.args[0]) or None) if is_whole and is_session else None
        if node.member == "query":
            return selected(node) or None
        if node.member not in _KEEPS_ROWS:
            return None
        is_scalar = is_scalar or node.member == "scalars"
        found = node.owner.value
    return None
