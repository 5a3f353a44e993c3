"""Containers and counters that a process keeps between requests, and what changes them."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from fastapi_pro.auditing.model.legacy import At, Module, Program, own_nodes, type_of

_MADE = {
    "builtins.dict", "builtins.list", "builtins.set", "collections.Counter", "collections.deque",
    "collections.defaultdict", "collections.OrderedDict",
}  # fmt: skip
_LITERALS = (ast.Dict, ast.List, ast.Set, ast.DictComp, ast.ListComp, ast.SetComp)
_PUT = {"append", "appendleft", "add", "extend", "insert", "update", "setdefault"}
_TAKE = {"pop", "popleft", "popitem", "remove", "discard", "clear"}


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """A change of a container or number: what is changed, and how.

    `kind` is "count" for `x[k] += 1` and `x[k].append(v)`, "store" for `x[k] = v`, "put" for
    `x.append(v)` and "take" for `x.pop(k)` and `del x[k]`.
    """

    node: ast.AST
    changed: ast.expr
    kind: str
    value: ast.expr | None = None


def changes(function: ast.AST) -> Iterator[Change]:
    """Yield the changes of containers and numbers in a function's own body."""
    for node in own_nodes(function):
        if isinstance(node, ast.AugAssign):
            yield Change(node, _below(node.target), "count")
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Subscript):
                    yield Change(node, _below(target), "store", node.value)
                elif isinstance(node.value, ast.BinOp) and ast.unparse(target) in (
                    ast.unparse(node.value.left),
                    ast.unparse(node.value.right),
                ):
                    yield Change(node, target, "count")
        elif isinstance(node, ast.Delete):
            for target in node.targets:
                if isinstance(target, ast.Subscript):
                    yield Change(node, _below(target), "take")
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            kind = "put" if node.func.attr in _PUT else "take" if node.func.attr in _TAKE else ""
            if kind:
                value = node.args[-1] if node.args else None
                is_inner = _below(node.func.value) is not node.func.value
                kind = "count" if is_inner and kind == "put" else kind
                yield Change(node, _below(node.func.value), kind, value)


def _below(expr: ast.expr) -> ast.expr:
    """Return the container of `container[key]`, `container[key][other]`, `container.get(key)`."""
    while True:
        if isinstance(expr, ast.Subscript):
            expr = expr.value
        elif (
            isinstance(expr, ast.Call)
            and isinstance(expr.func, ast.Attribute)
            and expr.func.attr in ("setdefault", "get")
        ):
            expr = expr.func.value
        else:
            return expr


def is_container(program: Program, module: Module, value: ast.AST | None) -> bool:
    """Say whether a value is a new dict, list, set, counter or deque."""
    return isinstance(value, _LITERALS) or program.call_name(module, value) in _MADE


def variable(program: Program, module: Module, expr: ast.expr) -> At | None:
    """Return the module's variable that an expression names, also through an import."""
    if isinstance(expr, ast.Name):
        binding = program.binding(module, expr)
        if binding is None or binding.kind not in ("import", "assign"):
            return None
        if binding.kind == "assign":
            is_global = binding in module.bindings(module.tree).get(expr.id, ())
            return At(module, binding.node, binding) if is_global else None
    found = program.resolve(module, expr)
    if not isinstance(found, At) or found.binding is None or found.binding.kind != "assign":
        return None
    bound = found.module.bindings(found.module.tree).values()
    return found if any(found.binding in bindings for bindings in bound) else None


def container_attributes(program: Program, cls: At) -> dict[str, At]:
    """Return the containers that an object of a class has from its `__init__`."""
    found = {}
    init = program.method(cls, "__init__")
    for node in own_nodes(init.node) if init is not None else ():
        assert init is not None
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                if (
                    isinstance(target, ast.Attribute)
                    and isinstance(target.value, ast.Name)
                    and is_container(program, init.module, node.value)
                ):
                    found[target.attr] = At(init.module, node.value)
    return found


def class_containers(program: Program, cls: At) -> dict[str, At]:
    """Return the containers in the body of a class, which all its objects share."""
    found: dict[str, At] = {}
    for above in program.lineage(cls):
        for name, bound in above.module.bindings(above.node).items():
            if bound[-1].kind == "assign" and is_container(program, above.module, bound[-1].node):
                found.setdefault(name, At(above.module, bound[-1].node))
    return found


def owner_class(program: Program, module: Module, expr: ast.expr) -> At | None:
    """Return the class whose attribute `self.x`, `cls.x`, `Class.x` or `instance.x` is."""
    if not isinstance(expr, ast.Attribute):
        return None
    kind = program.resolve(module, expr.value)
    if not isinstance(kind, At) or not isinstance(kind.node, ast.ClassDef):
        kind = type_of(program, module, expr.value)
    return kind if isinstance(kind, At) and isinstance(kind.node, ast.ClassDef) else None


def singletons(program: Program) -> dict[At, At]:
    """Return the classes, bases too, of which a module's variable holds an object; for `fact`.

    With each comes the call that makes the object.
    """
    found: dict[At, At] = {}
    for module in program.code:
        if module.is_tool:
            continue
        for bindings in module.bindings(module.tree).values():
            for binding in bindings:
                if binding.kind != "assign" or not isinstance(binding.node, ast.Call):
                    continue
                cls = program.resolve(module, binding.node.func)
                if isinstance(cls, At) and isinstance(cls.node, ast.ClassDef):
                    for above in program.lineage(cls):
                        found.setdefault(above, At(module, binding.node))
    return found


def is_changed(program: Program, cls: At, name: str) -> bool:
    """Say whether something changes an attribute of the objects of a class."""
    return any(
        isinstance(change.changed, ast.Attribute)
        and change.changed.attr == name
        and (owner := owner_class(program, function.module, change.changed)) is not None
        and (owner == cls or cls in program.lineage(owner) or owner in program.lineage(cls))
        for function in program.functions
        for change in changes(function.node)
    )


def place(function: At) -> tuple[str, int]:
    """Return where a function stands, to sort by."""
    return function.module.name, getattr(function.node, "lineno", 0)
