"""What type an expression has, as far as annotations and a few known calls tell."""

import ast
from collections.abc import Iterable

from fastapi_pro.auditing.model import limits
from fastapi_pro.auditing.model.bindings import FUNCTIONS, Binding
from fastapi_pro.auditing.model.implementations import implementation
from fastapi_pro.auditing.model.library_types import (
    ATTRIBUTES,
    ITERATED,
    MANAGERS,
    METHODS,
    RETURNS,
    TRANSPARENT,
)
from fastapi_pro.auditing.model.node import Node, Type
from fastapi_pro.auditing.model.type_arguments import stands_for

_SELF = "typing.Self"
_DICTIONARIES = {"builtins.dict", "typing.TypedDict"}
_CALLERS = 6
"""How many callers are asked what they give a parameter without an annotation."""


def type_of(expr: Node, depth: int = 0) -> Type:
    """Return the class of the value of an expression; of a coroutine, that of its result."""
    if depth > limits.NAMES:
        return None
    known = expr.program.types
    found, asked_at = known.get(expr.ast, (None, limits.NAMES + 1))
    if found is None and depth < asked_at:  # further up it sees more
        found = _type_of(expr, depth)
        known[expr.ast] = found, depth
    return found


def _type_of(expr: Node, depth: int) -> Type:
    depth += 1
    match expr.ast:
        case ast.Await(value=value) | ast.NamedExpr(value=value):
            return type_of(expr.at(value), depth)
        case ast.Call():
            return _call_type(expr, depth)
        case ast.Name():
            return _name_type(expr, depth)
        case ast.Attribute():
            return _attribute_type(expr, depth)
        case ast.BoolOp(values=values):
            return _first(type_of(expr.at(value), depth) for value in values)
        case ast.BinOp(left=left, op=ast.Div()):
            kind = type_of(expr.at(left), depth)
            return METHODS.get((kind, "__truediv__")) if isinstance(kind, str) else None
        case ast.IfExp(body=body, orelse=orelse):
            return type_of(expr.at(body), depth) or type_of(expr.at(orelse), depth)
    return None


def annotation_type(annotation: Node, depth: int = 0) -> Type:
    """Return the class that an annotation names below `Annotated`, `| None` and aliases."""
    if depth > limits.NAMES or not annotation:
        return None
    parsed = annotation.at(annotation.module.read_annotation(annotation.ast))
    match parsed.ast:
        case ast.BinOp(left=left, right=right):
            return _one_of(annotation_type(parsed.at(side), depth + 1) for side in (left, right))
        case ast.Constant(value=value):
            return "None" if value is None else None
        case ast.Subscript(value=value, slice=inner):
            name = parsed.at(value).library_name
            if name not in TRANSPARENT:
                return annotation_type(parsed.at(value), depth + 1)
            sides = inner.elts if isinstance(inner, ast.Tuple) else [inner]
            sides = sides[: 3 if name == "typing.Union" else 1]
            return _one_of(annotation_type(parsed.at(side), depth + 1) for side in sides)
    origin = parsed.origin
    if not isinstance(origin, Node) or origin.is_class:
        return origin
    if isinstance(origin.ast, (ast.Subscript, ast.BinOp, ast.Name, ast.Attribute)):
        return annotation_type(origin, depth + 1)
    if origin.called == "typing.NewType":
        return annotation_type(origin.argument(1, "tp"), depth + 1)
    return None


def run_by(func: Node) -> Node:
    """Return what calling an expression runs: a function, a method; for a class, its `__init__`."""
    target = func.definition
    if target.is_function:
        return target
    if target.is_class:
        return target.method("__init__")
    if func.is_call:
        return func.at(None)
    method = func.owner.type_class.method(func.member) if func.owner else func.at(None)
    return implementation(method or func.type_class.method("__call__"))


def result_type(function: Node, depth: int = 0) -> Type:
    """Return the type that calling, awaiting or entering a function gives, or that it yields."""
    yielded = function.yielded
    if function.returns:
        module = function.module
        annotation = function.at(module.read_annotation(function.returns.ast))
        if isinstance(annotation.ast, ast.Subscript):
            name = annotation.at(annotation.ast.value).library_name
            is_wrapper = name.endswith(("Manager", "Awaitable"))
            if name in ITERATED and (yielded or is_manager(function) or is_wrapper):
                inner = annotation.at(annotation.ast.slice)
                found = annotation_type(inner.elements[0] if inner.elements else inner)
                return function.program.libraries.corrected_type(found, function, depth)
        found = annotation_type(function.returns)
        if found not in (None, "None", "typing.Any") and not _belies(function, found):
            return function.program.libraries.corrected_type(found, function, depth)
    if depth > limits.NAMES:
        return None
    return _first(type_of(value, depth + 1) for value in yielded or function.returned)


def _belies(function: Node, annotated: Type) -> bool:
    """Say whether a function is annotated to return an object of a class, and returns dictionaries.

    At run time nobody reads the annotation.
    """
    if not isinstance(annotated, Node) or annotated.bases & _DICTIONARIES:
        return False
    returned = function.returned
    return bool(returned) and all(isinstance(value.ast, ast.Dict) for value in returned)


def is_manager(function: Node) -> bool:
    """Say whether a decorator makes a function a context manager."""
    return any(decorator.library_name in MANAGERS for decorator in function.decorators)


def member_type(owner: Node, name: str, depth: int = 0) -> Type:
    """Return the type of an attribute of the instances of a class."""
    found = _member_type(owner, name, depth)
    return owner.program.libraries.corrected_type(found, owner, depth, name)


def _member_type(owner: Node, name: str, depth: int) -> Type:
    for cls in owner.lineage:
        for binding in reversed(cls.bindings(name)):
            value = cls.at(binding.node)
            if isinstance(binding.node, FUNCTIONS):
                return _method_type(owner, value, depth)
            found = _bound_type(value, binding, depth)
            if found := found or stands_for(cls.at(binding.annotation), owner):
                return found
        for node in cls.module.self_assignments(cls.ast).get(name, ()):
            if isinstance(node, ast.AnnAssign):
                annotation = cls.at(node.annotation)
                found = annotation_type(annotation)
            else:
                value = cls.at(node.value)
                annotation = value.definition.annotation  # of a parameter
                found = _handed_up(owner, cls, value.definition, depth) or type_of(value, depth)
            if found := found or stands_for(annotation, owner):
                return found
    return None


def _handed_up(owner: Node, cls: Node, parameter: Node, depth: int) -> Type:
    """Return the type of what an heir gives its base by `super().__init__(...)`.

    It knows its own part better than the base does.
    """
    init = parameter.function
    if cls == owner or not isinstance(parameter.ast, ast.arg) or init.name != "__init__":
        return None
    calls = (call for heir in owner.lineage for call in heir.method("__init__").calls)
    given = (parameter.passed(c) for c in calls if c.member == "__init__" and c.callee == init)
    return _first(type_of(value, depth) for value in given)


def _one_of(types: Iterable[Type]) -> Type:
    """Return the class that a union names; none for several of libraries: `AsyncSession | Session`.

    What is true for one of them may be wrong for another.
    """
    found = [kind for kind in types if kind not in (None, "None")]
    others = {kind for kind in found if isinstance(kind, str) and not kind.startswith("builtins.")}
    return found[0] if found and len(others) < 2 else None


def _first(types: Iterable[Type]) -> Type:
    return next((found for found in types if found not in (None, "None")), None)


def _call_type(call: Node, depth: int) -> Type:
    known = call.program.libraries.call_type(call, depth)
    if known is not None:
        return known
    origin = call.func.origin
    if origin == "builtins.super" and not call.args:
        return next(
            (base for base in call.enclosing_class.lineage if base != call.enclosing_class), None
        )
    if isinstance(origin, str):
        last = origin.rpartition(".")[2]
        return RETURNS.get(origin) or (origin if last[:1].isupper() else _class_call(origin))
    if isinstance(origin, Node):
        if origin.is_class:
            return origin
        if origin.is_function:
            return result_type(origin, depth)
    maker = origin if isinstance(origin, Node) else call.func
    if maker.called in MANAGERS and (made := maker.argument(0, "func").definition).is_function:
        return result_type(made, depth)
    owner = type_of(call.func, depth)
    if isinstance(owner, str) and (owner, "__call__") in METHODS:
        return METHODS[owner, "__call__"]
    if isinstance(owner, Node) and (method := owner.method("__call__")):
        return _method_type(owner, method, depth)
    base = type_of(call.owner, depth) if call.owner else None
    if isinstance(base, str):
        return METHODS.get((base, call.member))
    if base is not None and (method := base.method(call.member)):
        return _method_type(base, method, depth)
    return None


def _method_type(cls: Node, method: Node, depth: int) -> Type:
    """Return the type that a method gives of an object of a class, which may inherit it."""
    if method.returns.library_name == _SELF or any(v.name == "self" for v in method.returned):
        return cls
    return stands_for(method.returns, cls) or result_type(method, depth)


def _class_call(origin: str) -> Type:
    """Return the class of `Class.from_something(...)`."""
    owner, _, method = origin.rpartition(".")
    is_maker = method.startswith(("from_", "recommended"))
    return owner if is_maker and owner.rpartition(".")[2][:1].isupper() else None


def _name_type(name: Node, depth: int) -> Type:
    binding = name.bound
    if binding is None:
        return None
    if binding.kind == "import":
        origin = name.definition
        return _bound_type(origin, origin.binding, depth)
    return _bound_type(name.at(binding.node), binding, depth)


def _bound_type(value: Node, binding: Binding | None, depth: int) -> Type:
    """Return the type of a name that is bound to a value."""
    if binding is None:
        return None
    if binding.annotation is not None:
        found = annotation_type(value.at(binding.annotation))
        if found not in (None, "typing.Any"):
            return value.program.libraries.corrected_type(found, value, depth)
    if binding.kind == "param":
        return _parameter_type(value, depth)
    if binding.kind not in ("with", "assign"):
        return None
    found = type_of(value, depth)
    return _entered_type(value, found, depth) if binding.kind == "with" else found


def _entered_type(context: Node, cls: Type, depth: int) -> Type:
    """Return the type of what `with` gives: of an object of the program, by its `__enter__`."""
    if not isinstance(cls, Node) or is_manager(context.callee):
        return cls
    enter = cls.method("__aenter__") or cls.method("__enter__")
    found = _method_type(cls, enter, depth) if enter else None
    is_itself = isinstance(found, Node) and found in cls.lineage
    return cls if found is None or is_itself else found


def _parameter_type(parameter: Node, depth: int) -> Type:
    function = parameter.function
    if not function:
        return None
    arguments = [*function.ast.args.posonlyargs, *function.ast.args.args]  # type: ignore[attr-defined]
    if function.parent.is_class and arguments and arguments[0] is parameter.ast:
        return function.parent
    found = parameter.program.libraries.parameter_type(parameter.default, depth)
    return found if found is not None or parameter.annotation else _given_type(parameter, depth)


def _given_type(parameter: Node, depth: int) -> Type:
    """Return the type of what fills a parameter that is not annotated: its default, or callers."""
    if parameter.default:
        return type_of(parameter.default, depth)
    given = (parameter.passed(call) for call in _callers(parameter.function)[:_CALLERS])
    kinds = {type_of(value, depth) for value in given} - {None, "None"}
    return kinds.pop() if len(kinds) == 1 else None


def _callers(function: Node) -> list[Node]:
    """Return the calls that name a function; for `__init__`, its class or an heir of it.

    Not those of methods: which method runs depends on types, and they would depend on each other.
    """
    cls, program = function.parent, function.program
    if function.name == "__init__" and cls.is_class:
        return program.once(_makers, cls.ast, cls)
    return [] if cls.is_class else program.calls_naming(function)


def _makers(cls: Node) -> list[Node]:
    init = cls.method("__init__")
    heirs = [heir for heir in cls.program.classes if cls in heir.lineage]
    same = (heir for heir in heirs if heir.method("__init__") == init)
    return [call for heir in same for call in heir.program.calls_naming(heir)]


def _attribute_type(expr: Node, depth: int) -> Type:
    origin = expr.origin
    if isinstance(origin, Node) and origin.binding is not None:
        return _bound_type(origin, origin.binding, depth)
    owner = type_of(expr.owner, depth)
    if isinstance(owner, Node):
        found = member_type(owner, expr.member, depth)
        return found or _first(ATTRIBUTES.get((base, expr.member)) for base in owner.bases)
    if owner is not None and (known := ATTRIBUTES.get((owner, expr.member))):
        return known
    return expr.program.libraries.attribute_type(expr, depth)
