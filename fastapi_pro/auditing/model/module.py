"""One parsed file: its nodes by type, their parents, and what each scope binds."""

import ast
import functools
import re
import zlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

from fastapi_pro.auditing.model.library_names import LIBRARIES

Function = ast.FunctionDef | ast.AsyncFunctionDef
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_PLAIN = {"ctx", "op", "ops", "id", "attr", "arg", "kind", "type_comment", "level", "module"}
_SCOPE_KINDS = {ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda}
SCOPES = (*FUNCTIONS, ast.ClassDef, ast.Lambda, ast.Module)
N = TypeVar("N", bound=ast.AST)
_TOOL = re.compile(
    r"(^|/)(alembic|migrations?|revisions|versions|scripts?|tools|docs?|internal_docs|examples?)/"
    r"|(^|/)env\.py$"
)
Kind = Literal["import", "def", "assign", "param", "with", "for", "other"]


@dataclass(frozen=True, slots=True, eq=False)
class Binding:
    """How a name gets its value.

    `node` is the value of an assignment, the definition, the `ast.arg` of a parameter, the context
    expression of a with, the iterable of a for. `target` is the dotted name of an import.
    """

    kind: Kind
    node: ast.AST
    line: int
    annotation: ast.expr | None = None
    target: str = ""


_PARTS: dict[type[ast.AST], tuple[str, ...]] = {ast.Constant: ()}


def _parts(kind: type[ast.AST]) -> tuple[str, ...]:
    """Return the fields in which a node holds others; contexts and operators are left out."""
    found = _PARTS.get(kind)
    if found is None:
        found = _PARTS[kind] = tuple(name for name in kind._fields if name not in _PLAIN)
    return found


class Module:
    """One file of the program, `name` its path below the root.

    `is_tool` says that its place is not that of a service: a migration, a script, documentation.
    """

    def __init__(self, path: Path, name: str, tree: ast.Module, *, is_test: bool) -> None:
        self.path, self.name, self.tree, self.is_test = path, name, tree, is_test
        self.number = zlib.crc32(name.encode("utf-8", "surrogatepass"))
        self.is_tool = bool(_TOOL.search(name))
        self._scopes: dict[ast.AST, dict[str, list[Binding]]] = {}
        self._assigned: dict[ast.AST, dict[str, list[ast.Assign | ast.AnnAssign]]] = {}

    def __repr__(self) -> str:
        return f"Module({self.name})"

    @functools.cached_property
    def _index(self) -> tuple[dict[ast.AST, ast.AST], dict[type, list[ast.AST]]]:
        """Walk the tree once: parents, nodes by type, and what own_nodes gives of each scope."""
        parents: dict[ast.AST, ast.AST] = {}
        nodes: dict[type, list[ast.AST]] = defaultdict(list)
        own: list[ast.AST] = []
        _OWN[self.tree] = own
        stack: list[tuple[ast.AST, list[ast.AST] | None]] = [(n, own) for n in self.tree.body[::-1]]
        nodes[ast.Module].append(self.tree)
        for statement in self.tree.body:
            parents[statement] = self.tree
        while stack:
            node, own_ = stack.pop()
            kind = node.__class__
            nodes[kind].append(node)
            if own_ is not None:
                own_.append(node)
            inner = own_
            if kind in _SCOPE_KINDS:
                inner = _OWN[node] = []
            children: list[tuple[ast.AST, list[ast.AST] | None]] = []
            for name in _parts(kind):
                value = getattr(node, name, None)
                if value.__class__ is list:
                    into = inner if kind not in _SCOPE_KINDS or name == "body" else None
                    if name == "decorator_list":
                        into = own_
                    for item in value:
                        if isinstance(item, ast.AST):
                            parents[item] = node
                            children.append((item, into))
                elif isinstance(value, ast.AST):
                    parents[value] = node
                    into = inner if kind not in _SCOPE_KINDS or name == "body" else None
                    children.append((value, into))
            children.reverse()
            stack += children
        return parents, nodes

    def nodes(self, *types: type[N]) -> Iterator[N]:
        """Yield the nodes of these types, each type in the order of the source."""
        for kind in types:
            yield from self._index[1].get(kind, ())  # type: ignore[misc]

    def functions(self) -> Iterator[Function]:
        """Yield the functions and methods, plain ones first."""
        yield from self.nodes(ast.FunctionDef)
        yield from self.nodes(ast.AsyncFunctionDef)

    def parent(self, node: ast.AST) -> ast.AST | None:
        """Return the node that holds this one."""
        return self._index[0].get(node)

    def ancestors(self, node: ast.AST) -> Iterator[ast.AST]:
        """Yield what holds this node, from the inside out."""
        while (above := self._index[0].get(node)) is not None:
            yield above
            node = above

    def function_of(self, node: ast.AST) -> Function | None:
        """Return the function whose body holds this node; a lambda is not one."""
        for above in self.ancestors(node):
            if isinstance(above, FUNCTIONS):
                return above
        return None

    def class_of(self, node: ast.AST) -> ast.ClassDef | None:
        """Return the class whose body holds this node, through its methods."""
        return next((a for a in self.ancestors(node) if isinstance(a, ast.ClassDef)), None)

    def statement_of(self, node: ast.AST) -> ast.stmt | None:
        """Return the statement that holds this expression, or the statement itself."""
        if isinstance(node, ast.stmt):
            return node
        return next((a for a in self.ancestors(node) if isinstance(a, ast.stmt)), None)

    def bindings(self, scope: ast.AST) -> dict[str, list[Binding]]:
        """Return what the scope itself binds, each name's bindings in the order of the source."""
        if scope not in self._scopes:
            self._scopes[scope] = _bindings(scope, self.package)
        return self._scopes[scope]

    @functools.cached_property
    def calls_by_name(self) -> dict[str, list[ast.Call]]:
        """The calls by the last name of what they call."""
        found: dict[str, list[ast.Call]] = defaultdict(list)
        for call in self.nodes(ast.Call):
            func = call.func
            if isinstance(func, ast.Attribute):
                found[func.attr].append(call)
            elif isinstance(func, ast.Name):
                found[func.id].append(call)
        return found

    def self_assignments(self, cls: ast.AST) -> dict[str, list[ast.Assign | ast.AnnAssign]]:
        """Return the statements `self.name = ...` in the methods of a class, by name."""
        if cls not in self._assigned:
            found = self._assigned[cls] = defaultdict(list)
            for method in getattr(cls, "body", ()):
                for node in own_nodes(method) if isinstance(method, FUNCTIONS) else ():
                    if isinstance(node, ast.Assign):
                        targets = node.targets
                    elif isinstance(node, ast.AnnAssign):
                        targets = [node.target]
                    else:
                        continue
                    for target in targets:
                        owner = target.value if isinstance(target, ast.Attribute) else None
                        if isinstance(owner, ast.Name) and owner.id == "self":
                            assert isinstance(target, ast.Attribute)
                            found[target.attr].append(node)
        return self._assigned[cls]

    @functools.cached_property
    def aliases(self) -> set[str]:
        """The names that may stand for a library's thing of another name."""
        found = {alias.asname for alias in self.nodes(ast.alias) if alias.asname}
        for node in self.nodes(ast.ImportFrom):
            if node.level or (node.module or "").partition(".")[0] not in LIBRARIES:
                found.update(alias.name for alias in node.names)
        for assign in self.nodes(ast.Assign):
            if isinstance(assign.value, (ast.Name, ast.Attribute)):
                found.update(t.id for t in assign.targets if isinstance(t, ast.Name))
        return found

    def forget(self) -> None:
        """Drop what was worked out, so that the trees can be freed."""
        for scope in (self.tree, *(n for kind in _SCOPE_KINDS for n in self._index[1][kind])):
            _OWN.pop(scope, None)
        self._scopes.clear()
        self._assigned.clear()
        self.__dict__.pop("_index", None)

    @functools.cached_property
    def package(self) -> tuple[str, ...]:
        """The folders above the file, outermost first, for relative imports."""
        return self.path.parent.parts

    @functools.cached_property
    def stars(self) -> list[str]:
        """What `from x import *` names at the top level."""
        return [
            _import_base(node, self.package)
            for node in self.tree.body
            if isinstance(node, ast.ImportFrom) and any(a.name == "*" for a in node.names)
        ]


def own_nodes(scope: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes of a function, class or module, without those of functions inside it.

    Nested functions and classes are yielded, their bodies are not; decorators, defaults and
    annotations of `scope` itself are left out.
    """
    found = _OWN.get(scope)
    if found is None:
        found = _OWN[scope] = list(_own_nodes(scope))
    return iter(found)


_OWN: dict[ast.AST, list[ast.AST]] = {}


def _own_nodes(scope: ast.AST) -> Iterator[ast.AST]:
    stack: list[ast.AST] = list(reversed(_body(scope)))
    while stack:
        node = stack.pop()
        yield node
        if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            stack.extend(reversed(node.decorator_list))
        elif not isinstance(node, ast.Lambda):
            stack.extend(reversed(list(ast.iter_child_nodes(node))))


def _body(scope: ast.AST) -> list[ast.AST]:
    body = getattr(scope, "body", [])
    return [body] if isinstance(body, ast.AST) else list(body)


def _import_base(node: ast.ImportFrom, package: tuple[str, ...]) -> str:
    """Return the dotted module; a relative one begins with "/" and its folders."""
    if not node.level:
        return node.module or ""
    above = package[: len(package) - node.level + 1]
    return "/" + "\0".join((*above, *(node.module or "").split("."))).rstrip("\0")


_BINDERS = {
    ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Assign,
    ast.AnnAssign, ast.NamedExpr, ast.With, ast.AsyncWith, ast.For, ast.AsyncFor,
    ast.comprehension, ast.ExceptHandler, getattr(ast, "TypeAlias", ast.Import),
}  # fmt: skip


def _bindings(scope: ast.AST, package: tuple[str, ...]) -> dict[str, list[Binding]]:
    found: dict[str, list[Binding]] = defaultdict(list)
    if isinstance(scope, (*FUNCTIONS, ast.Lambda)):
        arguments = scope.args
        for arg in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
            found[arg.arg].append(Binding("param", arg, getattr(arg, "lineno", 0), arg.annotation))
        for extra in (arguments.vararg, arguments.kwarg):
            if extra is not None:
                found[extra.arg].append(Binding("other", extra, extra.lineno))
    for node in own_nodes(scope):
        if node.__class__ in _BINDERS:
            _bind(node, found, package)
    return found


def _bind(node: ast.AST, found: dict[str, list[Binding]], package: tuple[str, ...]) -> None:
    line: int = getattr(node, "lineno", 0)
    match node:
        case ast.Import():
            for alias in node.names:
                name = alias.asname or alias.name.partition(".")[0]
                target = alias.name if alias.asname else name
                found[name].append(Binding("import", alias, line, target=target))
        case ast.ImportFrom():
            base = _import_base(node, package)
            separator = "\0" if base.startswith("/") else "."
            for alias in node.names:
                target = f"{base}{separator}{alias.name}"
                found[alias.asname or alias.name].append(
                    Binding("import", alias, line, target=target)
                )
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            found[node.name].append(Binding("def", node, line))
        case ast.Assign():
            for target_node in node.targets:
                _bind_target(target_node, node.value, found, line)
        case ast.AnnAssign(target=ast.Name(id=name)):
            value = node.value or node.annotation
            kind: Kind = "assign" if node.value else "other"
            found[name].append(Binding(kind, value, line, node.annotation))
        case ast.NamedExpr(target=ast.Name(id=name)):
            found[name].append(Binding("assign", node.value, line))
        case ast.With() | ast.AsyncWith():
            for item in node.items:
                if isinstance(item.optional_vars, ast.Name):
                    bound = Binding("with", item.context_expr, line)
                    found[item.optional_vars.id].append(bound)
        case ast.For() | ast.AsyncFor() | ast.comprehension():
            for name_node in ast.walk(node.target):
                if isinstance(name_node, ast.Name):
                    found[name_node.id].append(Binding("for", node.iter, name_node.lineno))
        case ast.ExceptHandler(name=str(name)):
            found[name].append(Binding("other", node, line))
        case _ if node.__class__.__name__ == "TypeAlias":  # PEP 695, from Python 3.12
            name_node = node.name  # type: ignore[attr-defined]
            found[name_node.id].append(Binding("assign", node.value, line))  # type: ignore[attr-defined]


def _bind_target(
    target: ast.expr, value: ast.expr, found: dict[str, list[Binding]], line: int
) -> None:
    if isinstance(target, ast.Name):
        found[target.id].append(Binding("assign", value, line))
    elif isinstance(target, (ast.Tuple, ast.List)):
        values: list[ast.expr | None] = [None] * len(target.elts)
        if isinstance(value, (ast.Tuple, ast.List)) and len(value.elts) == len(target.elts):
            values = list(value.elts)
        for element, item in zip(target.elts, values, strict=True):
            if item is not None:
                _bind_target(element, item, found, line)
            elif isinstance(element, ast.Name):
                found[element.id].append(Binding("other", value, line))
