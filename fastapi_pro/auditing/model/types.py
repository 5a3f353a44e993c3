"""What type an expression has, as far as annotations and a few known calls tell."""

import ast

from fastapi_pro.auditing.model.library_types import (
    ASYNC_ENGINE,
    ASYNC_MAKER,
    ASYNC_SESSION,
    ITERATED,
    MAKER,
    MANAGERS,
    METHODS,
    RETURNS,
    SCOPED,
    SESSION,
    TRANSPARENT,
)
from fastapi_pro.auditing.model.module import FUNCTIONS, Function, Module, own_nodes
from fastapi_pro.auditing.model.program import At, Program
from fastapi_pro.auditing.model.syntax import argument, keyword

Type = At | str | None
"""A class of the program, the dotted name of a library's class, or unknown."""


_DEPTH = 10
_FETCHES = {"first", "one", "one_or_none", "scalar", "scalar_one", "scalar_one_or_none"}


def annotation_type(
    program: Program, module: Module, annotation: ast.AST | None, depth: int = 0
) -> Type:
    """Return the class that an annotation names below `Annotated`, `| None` and aliases."""
    if annotation is None or depth > _DEPTH:
        return None
    parsed = parse_annotation(annotation)
    if isinstance(parsed, ast.BinOp):
        sides = [
            annotation_type(program, module, side, depth + 1)
            for side in (parsed.left, parsed.right)
        ]
        return _first(sides)
    if isinstance(parsed, ast.Constant):
        return "None" if parsed.value is None else None
    if isinstance(parsed, ast.Subscript):
        name = program.name_of(module, parsed.value)
        if name in TRANSPARENT:
            inner = parsed.slice.elts if isinstance(parsed.slice, ast.Tuple) else [parsed.slice]
            sides = [
                annotation_type(program, module, side, depth + 1)
                for side in inner[: 3 if name == "typing.Union" else 1]
            ]
            return _first(sides)
        return annotation_type(program, module, parsed.value, depth + 1)
    origin = program.resolve(module, located(module, annotation, parsed))
    if isinstance(origin, str):
        return origin
    if isinstance(origin, At):
        if isinstance(origin.node, ast.ClassDef):
            return origin
        if isinstance(origin.node, (ast.Subscript, ast.BinOp, ast.Name, ast.Attribute)):
            return annotation_type(program, origin.module, origin.node, depth + 1)
        if program.call_name(origin.module, origin.node) == "typing.NewType":
            assert isinstance(origin.node, ast.Call)
            base = argument(origin.node, 1, "tp")
            return annotation_type(program, origin.module, base, depth + 1)
    return None


def _first(types: list[Type]) -> Type:
    return next((found for found in types if found not in (None, "None")), None)


def parse_annotation(annotation: ast.AST) -> ast.AST:
    """Return the expression of an annotation that is written as a string, else itself."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        try:
            return ast.parse(annotation.value, mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return annotation
    return annotation


def located(module: Module, written: ast.AST, parsed: ast.AST) -> ast.AST:
    """Return `parsed`, read from the string `written`, such that its names resolve."""
    if parsed is not written:
        for node in ast.walk(parsed):
            module._index[0].setdefault(node, module.tree)  # noqa: SLF001
            node.lineno = 10**9  # type: ignore[attr-defined]
    return parsed


def type_of(program: Program, module: Module, expr: ast.AST | None, depth: int = 0) -> Type:
    """Return the class of the value of an expression; of a coroutine, that of its result."""
    if expr is None or depth > _DEPTH:
        return None
    depth += 1
    match expr:
        case ast.Await() | ast.NamedExpr():
            return type_of(program, module, expr.value, depth)
        case ast.Call():
            return _call_type(program, module, expr, depth)
        case ast.Name():
            return _name_type(program, module, expr, depth)
        case ast.Attribute():
            return _attribute_type(program, module, expr, depth)
        case ast.BoolOp():
            return _first([type_of(program, module, value, depth) for value in expr.values])
        case ast.IfExp():
            return type_of(program, module, expr.body, depth) or type_of(
                program, module, expr.orelse, depth
            )
    return None


def is_a(program: Program, module: Module, expr: ast.AST | None, *names: str) -> bool:
    """Say whether an expression has one of these library types, or a class that inherits one."""
    return inherits(program, type_of(program, module, expr), *names)


def inherits(program: Program, kind: Type, *names: str) -> bool:
    """Say whether a type is one of these library classes or inherits from one."""
    if isinstance(kind, At):
        return bool(program.bases(kind) & set(names))
    return kind in names


def is_session(program: Program, module: Module, expr: ast.AST | None) -> bool:
    """Say whether an expression is a session of SQLAlchemy, async or not."""
    return is_a(program, module, expr, ASYNC_SESSION, SESSION, SCOPED)


def callee(program: Program, module: Module, call: ast.Call) -> At | None:
    """Return the function or method of the program that a call runs; for a class its `__init__`."""
    origin = program.resolve(module, call.func)
    if isinstance(origin, At):
        if isinstance(origin.node, FUNCTIONS):
            return origin
        if isinstance(origin.node, ast.ClassDef):
            return program.method(origin, "__init__")
    if isinstance(call.func, ast.Attribute):
        owner = type_of(program, module, call.func.value)
        if isinstance(owner, At):
            return program.method(owner, call.func.attr)
    return None


def result_type(program: Program, function: At, depth: int = 0) -> Type:
    """Return what calling, awaiting or entering a function gives; what a generator yields."""
    node = function.node
    assert isinstance(node, FUNCTIONS)
    yields = [n for n in own_nodes(node) if isinstance(n, ast.Yield) and n.value is not None]
    if node.returns is not None:
        annotation = parse_annotation(node.returns)
        if isinstance(annotation, ast.Subscript):
            name = program.name_of(function.module, annotation.value)
            if name in ITERATED and (
                yields or is_manager(program, function) or name.endswith(("Manager", "Awaitable"))
            ):
                inner = annotation.slice
                inner = inner.elts[0] if isinstance(inner, ast.Tuple) and inner.elts else inner
                return annotation_type(program, function.module, inner)
        found = annotation_type(program, function.module, node.returns)
        if found not in (None, "None", "typing.Any"):
            return found
    if depth > _DEPTH:
        return None
    values = [y.value for y in yields] or [
        n.value for n in own_nodes(node) if isinstance(n, ast.Return) and n.value is not None
    ]
    return _first([type_of(program, function.module, value, depth + 1) for value in values])


def is_manager(program: Program, function: At) -> bool:
    """Say whether a function is decorated to be a context manager."""
    assert isinstance(function.node, FUNCTIONS)
    return any(
        program.name_of(function.module, d) in MANAGERS for d in function.node.decorator_list
    )


def _call_type(program: Program, module: Module, call: ast.Call, depth: int) -> Type:
    origin = program.resolve(module, call.func)
    if isinstance(origin, str):
        if origin == MAKER:
            return ASYNC_MAKER if _makes_async(program, module, call, depth) else MAKER
        return RETURNS.get(origin) or (
            origin if origin.rpartition(".")[2][:1].isupper() else _class_call(origin)
        )
    if isinstance(origin, At):
        if isinstance(origin.node, ast.ClassDef):
            return origin
        if isinstance(origin.node, FUNCTIONS):
            return result_type(program, origin, depth)
    owner = type_of(program, module, call.func, depth)
    if isinstance(owner, str) and (owner, "__call__") in METHODS:
        return METHODS[owner, "__call__"]
    if isinstance(call.func, ast.Attribute):
        base = type_of(program, module, call.func.value, depth)
        if isinstance(base, str):
            return METHODS.get((base, call.func.attr)) or _loaded(program, module, call, base)
        if isinstance(base, At) and (method := program.method(base, call.func.attr)):
            return result_type(program, method, depth)
        if call.func.attr in ("model_validate", "model_construct", "from_orm", "parse_obj"):
            cls = program.resolve(module, call.func.value)
            return cls if isinstance(cls, At) and isinstance(cls.node, ast.ClassDef) else None
        if base is None and call.func.attr in _FETCHES:
            return _fetched(program, module, call.func, depth)
    return None


def _fetched(program: Program, module: Module, func: ast.Attribute, depth: int) -> At | None:
    """Return the model of which `(await session.execute(select(Model))).scalar_one()` gives one."""
    is_scalar = func.attr.startswith("scalar")
    found = program.value(module, func.value)
    for _ in range(8):
        node = found.node if found is not None else None
        node = node.value if isinstance(node, ast.Await) else node
        if found is None or not isinstance(node, ast.Call):
            return None
        if not isinstance(node.func, ast.Attribute):
            return None
        name, module = node.func.attr, found.module
        if name in ("execute", "scalars", "exec") and node.args:
            owner = type_of(program, module, node.func.value, depth + 1)
            is_whole = is_scalar or name != "execute"
            is_session_ = inherits(program, owner, ASYNC_SESSION, SESSION, SCOPED)
            return selected(program, module, node.args[0]) if is_whole and is_session_ else None
        if name == "query":
            return selected(program, module, node)
        if name not in ("scalars", "unique", "filter", "filter_by", "where", "options", "order_by"):
            return None
        is_scalar = is_scalar or name == "scalars"
        found = program.value(module, node.func.value)
    return None


def _class_call(origin: str) -> Type:
    """Return the class of `Class.from_something(...)`."""
    owner, _, method = origin.rpartition(".")
    is_maker = method.startswith(("from_", "recommended"))
    return owner if is_maker and owner.rpartition(".")[2][:1].isupper() else None


def _makes_async(program: Program, module: Module, call: ast.Call, depth: int) -> bool:
    if program.name_of(module, keyword(call, "class_")) == ASYNC_SESSION:
        return True
    return type_of(program, module, argument(call, 0, "bind"), depth) == ASYNC_ENGINE


def _loaded(program: Program, module: Module, call: ast.Call, base: str) -> Type:
    """Return the model that `session.get(Model, ...)` or `session.scalar(select(Model))` gives."""
    if base not in (ASYNC_SESSION, SESSION, SCOPED) or not call.args:
        return None
    assert isinstance(call.func, ast.Attribute)
    if call.func.attr in ("get", "get_one", "merge"):
        origin = program.resolve(module, call.args[0])
        return origin if isinstance(origin, At) and isinstance(origin.node, ast.ClassDef) else None
    if call.func.attr == "scalar":
        return selected(program, module, call.args[0])
    return None


def selected(program: Program, module: Module, statement: ast.AST | None) -> At | None:
    """Return the class that a statement selects whole: `select(User).where(...)`, `query(User)`."""
    found = program.value(module, statement)
    for _ in range(20):
        if found is None or not isinstance(found.node, ast.Call):
            return None
        func = found.node.func
        is_select = program.name_of(found.module, func) == "sqlalchemy.select"
        if is_select or (isinstance(func, ast.Attribute) and func.attr == "query"):
            if len(found.node.args) != 1:
                return None
            origin = program.resolve(found.module, found.node.args[0])
            is_class = isinstance(origin, At) and isinstance(origin.node, ast.ClassDef)
            return origin if is_class else None  # type: ignore[return-value]
        found = program.value(found.module, func.value) if isinstance(func, ast.Attribute) else None
    return None


def _name_type(program: Program, module: Module, name: ast.Name, depth: int) -> Type:
    binding = program.binding(module, name)
    if binding is None:
        return None
    if binding.kind == "import":
        origin = program.resolve(module, name)
        if isinstance(origin, At) and origin.binding is not None:
            return _value_type(program, origin, depth)
        return None
    return _value_type(program, At(module, binding.node, binding), depth)


def _value_type(program: Program, at: At, depth: int) -> Type:
    binding = at.binding
    if binding is None:
        return None
    if binding.annotation is not None:
        found = annotation_type(program, at.module, binding.annotation)
        if found not in (None, "typing.Any"):
            return found
    if binding.kind == "param":
        return _param_type(program, at, depth)
    if binding.kind == "with":
        return type_of(program, at.module, at.node, depth)
    if binding.kind == "assign":
        return type_of(program, at.module, at.node, depth)
    return None


def _param_type(program: Program, at: At, depth: int) -> Type:
    assert isinstance(at.node, ast.arg)
    function = at.module.function_of(at.node)
    if function is None:
        return None
    arguments = [*function.args.posonlyargs, *function.args.args]
    owner = at.module.parent(function)
    if isinstance(owner, ast.ClassDef) and arguments and arguments[0] is at.node:
        return At(at.module, owner)
    default = default_of(function, at.node)
    if isinstance(default, ast.Call) and program.call_name(at.module, default) in (
        "fastapi.Depends",
        "fastapi.Security",
    ):
        target = program.resolve(at.module, argument(default, 0, "dependency"))
        if isinstance(target, At) and isinstance(target.node, FUNCTIONS):
            return result_type(program, target, depth)
        return target if isinstance(target, At) and isinstance(target.node, ast.ClassDef) else None
    return None


def default_of(function: Function, arg: ast.arg) -> ast.expr | None:
    """Return the default value of a parameter."""
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    for candidate, default in zip(reversed(positional), reversed(arguments.defaults), strict=False):
        if candidate is arg:
            return default
    for candidate, value in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        if candidate is arg:
            return value
    return None


def _attribute_type(program: Program, module: Module, expr: ast.Attribute, depth: int) -> Type:
    origin = program.resolve(module, expr)
    if isinstance(origin, At) and origin.binding is not None:
        return _value_type(program, origin, depth)
    owner = type_of(program, module, expr.value, depth)
    if not isinstance(owner, At):
        return None
    return member_type(program, owner, expr.attr, depth)


def member_type(program: Program, owner: At, name: str, depth: int = 0) -> Type:
    """Return the type of an attribute of the instances of a class."""
    for cls in program.lineage(owner):
        for binding in reversed(cls.module.bindings(cls.node).get(name, [])):
            if isinstance(binding.node, FUNCTIONS):
                return result_type(program, At(cls.module, binding.node), depth)
            if found := _value_type(program, At(cls.module, binding.node, binding), depth):
                return found
        for node in cls.module.self_assignments(cls.node).get(name, ()):
            if isinstance(node, ast.AnnAssign):
                found = annotation_type(program, cls.module, node.annotation)
            else:
                found = type_of(program, cls.module, node.value, depth)
            if found:
                return found
    return None
