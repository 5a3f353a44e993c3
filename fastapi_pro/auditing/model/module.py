"""One parsed file: its nodes by type, their parents, and what each scope binds."""

import ast
import functools
import re
import zlib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from fastapi_pro.auditing.model.bindings import (
    FUNCTIONS,
    Binding,
    Bindings,
    Function,
    bindings_of,
    import_base,
    latest,
)
from fastapi_pro.auditing.model.library_names import LIBRARIES

if TYPE_CHECKING:
    from fastapi_pro.auditing.model.program import Program

SCOPES = (*FUNCTIONS, ast.ClassDef, ast.Lambda, ast.Module)
_SCOPE_KINDS = {ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda}
_PLAIN = {"ctx", "op", "ops", "id", "attr", "arg", "kind", "type_comment", "level", "module"}
_TOOL = re.compile(
    r"(^|/)(alembic|migrations?|revisions|versions|scripts?|tools|docs?|internal_docs|examples?)/"
    r"|(^|/)env\.py$"
)
_TEST = re.compile(r"(^|/)(tests?|testing)/|(^|/)(test_[^/]*|[^/]*_tests?|conftest)\.py$")
N = TypeVar("N", bound=ast.AST)


class _Parts(dict[type[ast.AST], tuple[str, ...]]):
    """The fields in which nodes of a class hold others; contexts and operators are left out."""

    def __missing__(self, kind: type[ast.AST]) -> tuple[str, ...]:
        names = () if kind is ast.Constant else kind._fields
        self[kind] = tuple(name for name in names if name not in _PLAIN)
        return self[kind]


_PARTS = _Parts()


def is_test(name: str) -> bool:
    """Say whether a file is one of tests, by its path below the root."""
    return bool(_TEST.search(name))


def _is_in_body(scope: ast.AST, child: ast.AST) -> bool:
    """Say whether a child of a scope is in its body, not a decorator, default or annotation."""
    if isinstance(scope, ast.Module):
        return True
    body = getattr(scope, "body", [])
    return child is body if isinstance(body, ast.AST) else child in body


class Module:
    """One file of the program, `name` its path below the root.

    Its place says whether it is a test, a tool (a migration, a script, documentation) or neither.
    `program` is set by the program that it becomes part of.
    """

    program: "Program"

    def __init__(self, path: Path, name: str, tree: ast.Module) -> None:
        self.path, self.name, self.tree = path, name, tree
        self.folder = str(path.parent)
        self.number = zlib.crc32(name.encode("utf-8", "surrogatepass"))
        self.is_test = is_test(name)
        self.is_tool = bool(_TOOL.search(name))
        self._own: dict[ast.AST, list[ast.AST]] = {}
        self._scopes: dict[ast.AST, Bindings] = {}
        self._assigned: dict[ast.AST, dict[str, list[ast.Assign | ast.AnnAssign]]] = {}
        self._annotations: dict[ast.AST, ast.AST] = {}
        self.deferred: set[ast.AST] = set()
        """The nodes of annotations written as strings: they see what is bound later, too."""

    def __repr__(self) -> str:
        return f"Module({self.name})"

    @functools.cached_property
    def _index(self) -> tuple[dict[ast.AST, ast.AST], dict[type, list[ast.AST]]]:
        """Walk the tree once: parents, nodes by type, and what own_nodes gives of each scope."""
        parents: dict[ast.AST, ast.AST] = {}
        nodes: dict[type, list[ast.AST]] = defaultdict(list)
        own: list[ast.AST] = []
        self._own[self.tree] = own
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
                inner = self._own[node] = []
            children: list[tuple[ast.AST, list[ast.AST] | None]] = []
            for name in _PARTS[kind]:
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

    def own_nodes(self, scope: ast.AST) -> list[ast.AST]:
        """Return the nodes of a function, class or module, without those of functions inside it.

        Nested functions and classes are there, their bodies are not; decorators, defaults and
        annotations of `scope` itself are left out.
        """
        self._index  # noqa: B018 -- fills _own
        return self._own.get(scope, [])

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

    def bindings(self, scope: ast.AST) -> Bindings:
        """Return what the scope itself binds, each name's bindings in the order of the source."""
        if scope not in self._scopes:
            own = self.own_nodes(scope)
            self._scopes[scope] = bindings_of(scope, own, self.path.parent)
        return self._scopes[scope]

    def binding(self, name: ast.AST) -> Binding | None:
        """Return the binding that a name refers to, or None where no scope binds it."""
        if not isinstance(name, ast.Name):
            return None
        is_own, is_deferred = True, name in self.deferred
        child: ast.AST = name
        for scope in self.ancestors(name):
            if isinstance(scope, SCOPES):
                is_hidden = isinstance(scope, ast.ClassDef) and not is_own
                if not is_hidden and _is_in_body(scope, child):
                    if found := self.bindings(scope).get(name.id):
                        return latest(found, name, is_own=is_own and not is_deferred)
                    is_own = False
            child = scope
        return None

    def read_annotation(self, annotation: ast.AST) -> ast.AST:
        """Return the expression of an annotation that is written as a string, else itself.

        The names in it resolve where the annotation stands.
        """
        if not isinstance(annotation, ast.Constant) or not isinstance(annotation.value, str):
            return annotation
        if annotation not in self._annotations:
            self._annotations[annotation] = self._parsed(annotation, annotation.value)
        return self._annotations[annotation]

    def _parsed(self, annotation: ast.AST, text: str) -> ast.AST:
        try:
            parsed = ast.parse(text, mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return annotation
        parents = self._index[0]
        parents[parsed] = parents.get(annotation, self.tree)
        for node in ast.walk(parsed):
            self.deferred.add(node)
            for child in ast.iter_child_nodes(node):
                parents[child] = node
        return parsed

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
                for node in self.own_nodes(method) if isinstance(method, FUNCTIONS) else ():
                    if isinstance(node, (ast.Assign, ast.AnnAssign)):
                        for target in (
                            node.targets if isinstance(node, ast.Assign) else [node.target]
                        ):
                            match target:
                                case ast.Attribute(value=ast.Name(id="self"), attr=name):
                                    found[name].append(node)
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

    @functools.cached_property
    def stars(self) -> list[str | Path]:
        """The modules of `from module import *` at the top level."""
        return [
            import_base(node, self.path.parent)
            for node in self.tree.body
            if isinstance(node, ast.ImportFrom) and any(a.name == "*" for a in node.names)
        ]

    def imports(self, *libraries: str) -> bool:
        """Say whether the module imports one of these packages, or from one."""
        return not self._packages.isdisjoint(libraries)

    def mentions(self, *names: str) -> bool:
        """Say whether one of these names is imported or is an attribute: a cheap first look."""
        return not self._mentioned.isdisjoint(names)

    @functools.cached_property
    def _mentioned(self) -> set[str]:
        imported = {alias.name for alias in self.nodes(ast.alias)}
        return imported | {attribute.attr for attribute in self.nodes(ast.Attribute)}

    @functools.cached_property
    def _packages(self) -> set[str]:
        found = {(node.module or "").partition(".")[0] for node in self.nodes(ast.ImportFrom)}
        for node in self.nodes(ast.Import):
            found.update(alias.name.partition(".")[0] for alias in node.names)
        return found

    def forget(self) -> None:
        """Drop what was worked out, so that the trees can be freed."""
        for found in (self._own, self._scopes, self._assigned, self._annotations, self.deferred):
            found.clear()
        self.__dict__.pop("_index", None)
