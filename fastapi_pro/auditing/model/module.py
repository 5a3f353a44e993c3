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
    Bindings,
    Function,
    bindings_of,
    import_base,
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
N = TypeVar("N", bound=ast.AST)


@functools.cache
def _parts(kind: type[ast.AST]) -> tuple[str, ...]:
    """Return the fields in which a node holds others; contexts and operators are left out."""
    if kind is ast.Constant:
        return ()
    return tuple(name for name in kind._fields if name not in _PLAIN)


class Module:
    """One file of the program, `name` its path below the root.

    `is_tool` says that its place is not that of a service: a migration, a script, documentation.
    `program` is set by the program that it becomes part of.
    """

    program: "Program"

    def __init__(self, path: Path, name: str, tree: ast.Module, *, is_test: bool) -> None:
        self.path, self.name, self.tree, self.is_test = path, name, tree, is_test
        self.number = zlib.crc32(name.encode("utf-8", "surrogatepass"))
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
