"""One parsed file: its nodes by type, their parents, and what each scope binds."""

import ast
import functools
import itertools
import re
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from fastapi_pro.auditing.model.bindings import (
    FUNCTIONS,
    Binding,
    Bindings,
    Function,
    bindings_of,
    import_base,
    latest,
)

if TYPE_CHECKING:
    from fastapi_pro.auditing.model.program import Program

_LEAVES = {ast.Name, ast.Constant}
SCOPES = (*FUNCTIONS, ast.ClassDef, ast.Lambda, ast.Module)
_SCOPE_KINDS = {ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda}
_NAMESPACES = frozenset(SCOPES)
_PLAIN = {"ctx", "op", "ops", "id", "attr", "arg", "kind", "type_comment", "level", "module"}
_TOOL = re.compile(
    r"(^|/)(alembic|migrations?|revisions|versions|scripts?|tools|docs?|internal_docs|examples?)/"
    r"|(^|/)env\.py$"
)
_TEST = re.compile(
    r"(^|/)(tests?|testing)/|(^|/)(test_[^/]*|[^/]*_tests?|conftest)\.py$"
    r"|(^|/)(acceptance|e2e|evaluation|functional|integration|load|performance|regression|smoke|unit)"
    r"[-_]?tests?/"
)
N = TypeVar("N", bound=ast.AST)


class _Parts(dict[type[ast.AST], tuple[str, ...]]):
    """The fields in which nodes of a class hold others, without contexts and operators.

    They are in reverse order, because the walk takes from the end of its list.
    """

    def __missing__(self, kind: type[ast.AST]) -> tuple[str, ...]:
        names = () if kind is ast.Constant else kind._fields[::-1]
        self[kind] = tuple(name for name in names if name not in _PLAIN)
        return self[kind]


_PARTS = _Parts()


@functools.cache
def _encoded(words: tuple[str, ...]) -> list[bytes]:
    return [word.encode() for word in words]


def descendants(node: ast.AST) -> list[ast.AST]:
    """Return a node and all nodes inside it, in the order of ast.walk, but three times as fast."""
    found = [node]
    for holder in found:  # grows while it is walked
        for name in reversed(_PARTS[holder.__class__]):
            value: Any = getattr(holder, name)
            if value.__class__ is list:
                found += [item for item in value if isinstance(item, ast.AST)]
            elif isinstance(value, ast.AST):
                found.append(value)
    return found


def is_test(name: str) -> bool:
    """Say whether a file is a test file, by its path below the root."""
    return bool(_TEST.search(name))


def _is_in_body(scope: ast.AST, child: ast.AST) -> bool:
    """Say whether a child of a scope is in its body, not a decorator, default or annotation."""
    return isinstance(child, ast.stmt) or child is getattr(scope, "body", None)


class Module:
    """One file of the program; `name` is its path below the root.

    Its place says whether it is a test, a tool (a migration, a script, documentation) or neither.
    The program that it becomes part of sets `program`. The tree is made when it is first needed:
    `says` tells from the text whether it is needed.
    """

    program: "Program"

    def __init__(
        self, path: Path, name: str, source: bytes, parse: Callable[[bytes], ast.Module]
    ) -> None:
        self.path, self.name, self.source, self._parse = path, name, source, parse
        self.folder, self.place = path.parent.as_posix(), path.as_posix()
        self.is_package = path.name == "__init__.py"
        self.number = zlib.crc32(name.encode("utf-8", "surrogatepass"))
        self.is_test = is_test(name)
        self.is_tool = bool(_TOOL.search(name))
        self._own: dict[ast.AST, list[ast.AST]] = {}
        self._own_by_kind: dict[ast.AST, dict[type, tuple[ast.AST, ...]]] = {}
        self._scopes: dict[ast.AST, Bindings] = {}
        self._assigned: dict[ast.AST, dict[str, list[ast.Assign | ast.AnnAssign]]] = {}
        self._annotations: dict[ast.AST, ast.AST] = {}
        self.deferred: set[ast.AST] = set()
        """The nodes of annotations written as strings: they also see names that are bound later."""

    def __repr__(self) -> str:
        return f"Module({self.name})"

    @functools.cached_property
    def tree(self) -> ast.Module:
        """The tree of the file. Raises what `parse` does, the first time."""
        return self._parse(self.source)

    @property
    def was_parsed(self) -> bool:
        """Whether something has asked for the tree."""
        return "tree" in self.__dict__

    def says(self, *words: str) -> bool:
        """Say whether the text contains one of these words: the cheapest first check."""
        source = self.source
        for word in _encoded(words):  # noqa: SIM110 -- a generator takes twice as long
            if word in source:
                return True
        return False

    @functools.cached_property
    def _index(self) -> tuple[dict[ast.AST, ast.AST], dict[type, list[ast.AST]]]:
        """Walk the tree once to find parents, nodes by type, and the own nodes of each scope.

        This takes as long as all detectors together. So it makes only calls to C for each node, and
        handles names and constants, which are half of the nodes and hold nothing, where it sees
        them.
        """
        parents: dict[ast.AST, ast.AST] = {}
        nodes: dict[type, list[ast.AST]] = defaultdict(list)
        nodes[ast.Module].append(self.tree)
        own = self._own[self.tree] = []
        waiting: list[ast.AST] = []
        outside: list[tuple[list[ast.AST], list[ast.AST]]] = []  # what is left of outer scopes
        for statement in reversed(self.tree.body):
            parents[statement] = self.tree
            waiting.append(statement)
        while waiting or outside:
            if not waiting:
                waiting, own = outside.pop()
                continue
            node = waiting.pop()
            kind = node.__class__
            nodes[kind].append(node)
            own.append(node)
            if kind in _SCOPE_KINDS:
                body, head = self._enter(node, waiting, parents)
                outside.append((waiting, own))
                own = self._own[node] = []
                outside.append((body, own))
                waiting, own = head, []
                continue
            for name in _PARTS[kind]:
                value: Any = getattr(node, name)
                found = value.__class__
                if found is list:
                    for item in reversed(value):
                        found = item.__class__
                        if found in _LEAVES:
                            parents[item] = node
                            nodes[found].append(item)
                            own.append(item)
                        elif isinstance(item, ast.AST):
                            parents[item] = node
                            waiting.append(item)
                elif found in _LEAVES:
                    parents[value] = node
                    nodes[found].append(value)
                    own.append(value)
                elif isinstance(value, ast.AST):
                    parents[value] = node
                    waiting.append(value)
        return parents, nodes

    @staticmethod
    def _enter(
        scope: ast.AST, outer: list[ast.AST], parents: dict[ast.AST, ast.AST]
    ) -> tuple[list[ast.AST], list[ast.AST]]:
        """Return the nodes of a scope's body, and those of its head; decorators go to `outer`."""
        body: list[ast.AST] = []
        head: list[ast.AST] = []
        for name in _PARTS[scope.__class__]:
            value = getattr(scope, name)
            into = {"body": body, "decorator_list": outer}.get(name, head)
            for item in reversed(value) if isinstance(value, list) else (value,):
                if isinstance(item, ast.AST):
                    parents[item] = scope
                    into.append(item)
        return body, head

    @functools.cached_property
    def parents(self) -> dict[ast.AST, ast.AST]:
        """The parent of each node."""
        return self._index[0]

    def nodes(self, *types: type[N]) -> Iterator[N]:
        """Return the nodes of these types, each type in the order of the source."""
        found = self._index[1]
        return itertools.chain.from_iterable(found.get(kind, ()) for kind in types)  # type: ignore[misc]

    def functions(self) -> Iterator[Function]:
        """Yield the functions and methods, plain ones first."""
        yield from self.nodes(ast.FunctionDef)
        yield from self.nodes(ast.AsyncFunctionDef)

    def own_nodes(self, scope: ast.AST) -> list[ast.AST]:
        """Return the nodes of a function, class or module, without those of functions inside it.

        Nested functions and classes are included, but not their bodies. Decorators, defaults and
        annotations of `scope` itself are left out.
        """
        self._index  # noqa: B018 -- fills _own
        return self._own.get(scope, [])

    def own_by_kind(self, scope: ast.AST) -> dict[type, tuple[ast.AST, ...]]:
        """Return `own_nodes` by their kind."""
        found = self._own_by_kind.get(scope)
        if found is None:
            listed: dict[type, list[ast.AST]] = defaultdict(list)
            for node in self.own_nodes(scope):
                listed[node.__class__].append(node)
            # of thousands of scopes lists take twice the room
            found = self._own_by_kind[scope] = {k: tuple(nodes) for k, nodes in listed.items()}
        return found

    def parent(self, node: ast.AST) -> ast.AST | None:
        """Return the node that holds this one."""
        return self.parents.get(node)

    def ancestors(self, node: ast.AST) -> Iterator[ast.AST]:
        """Yield what holds this node, from the inside out."""
        while (above := self.parents.get(node)) is not None:
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
        found = self._scopes.get(scope)
        if found is None:
            own = self.own_nodes(scope)
            found = self._scopes[scope] = bindings_of(scope, own, self.path.parent)
        return found

    def binding(self, name: ast.AST) -> Binding | None:
        """Return the binding that a name refers to, or None where no scope binds it."""
        if not isinstance(name, ast.Name):
            return None
        parents = self.parents
        is_own, is_deferred = True, name in self.deferred
        child: ast.AST = name
        scope = parents.get(name)
        while scope is not None:
            kind = scope.__class__
            if kind in _NAMESPACES:
                is_hidden = kind is ast.ClassDef and not is_own
                if not is_hidden and _is_in_body(scope, child):
                    if found := self.bindings(scope).get(name.id):
                        return latest(found, name, is_own=is_own and not is_deferred)
                    is_own = False
            child, scope = scope, parents.get(scope)
        return None

    def read_annotation(self, annotation: ast.AST) -> ast.AST:
        """Return the expression in an annotation that is a string, else the annotation itself.

        The names in it resolve at the place of the annotation.
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
        parents = self.parents
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

    @functools.cached_property
    def aliases(self) -> dict[str, str]:
        """The names that imports give: `{"b": "a"}` for `import a as b`, `from x import a as b`."""
        return {alias.asname: alias.name for alias in self.nodes(ast.alias) if alias.asname}

    @functools.cached_property
    def defined(self) -> set[str]:
        """The names of its functions and classes, and other names that may stand for one.

        Names that `renames` knows are not included.
        """
        found = {definition.name for definition in self.nodes(ast.ClassDef)}
        found.update(definition.name for definition in self.functions())
        for assign in self.nodes(ast.Assign):
            for target in assign.targets:
                if isinstance(target, (ast.Tuple, ast.List)):
                    found.update(item.id for item in target.elts if isinstance(item, ast.Name))
        others: list[ast.AnnAssign | ast.NamedExpr] = [*self.nodes(ast.AnnAssign)]
        for other in (*others, *self.nodes(ast.NamedExpr)):
            if isinstance(other.value, (ast.Name, ast.Attribute)):
                found.add(getattr(other.target, "id", ""))
        return found

    def calls_of_imported(self, name: str) -> list[ast.Call]:
        """Return the calls by a last name, also under the names that imports gave it."""
        named = [alias for alias, original in self.aliases.items() if original == name]
        found = self.calls_by_name.get(name, [])
        if name in self.aliases:
            found = [call for call in found if isinstance(call.func, ast.Attribute)]
        others = (call for alias in named for call in self.calls_by_name.get(alias, ()))
        return [*found, *(call for call in others if isinstance(call.func, ast.Name))]

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
    def renames(self) -> list[tuple[str, str]]:
        """The old and new names of objects that imports and assignments rename."""
        aliases = self.nodes(ast.alias)
        found = [(a.name.rpartition(".")[2], a.asname) for a in aliases if a.asname]
        for assign in self.nodes(ast.Assign):
            value = assign.value
            if isinstance(value, (ast.Name, ast.Attribute)):
                old = value.id if isinstance(value, ast.Name) else value.attr
                found += [(old, t.id) for t in assign.targets if isinstance(t, ast.Name)]
        return found

    @functools.cached_property
    def texts(self) -> list[tuple[ast.Constant, str]]:
        """The strings, with their texts."""
        constants = self.nodes(ast.Constant)
        return [(c, c.value) for c in constants if isinstance(c.value, str)]

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
        return self.says(*libraries) and not self._packages.isdisjoint(libraries)

    def mentions(self, *names: str) -> bool:
        """Say whether one of these names is imported or is an attribute: a cheap first look."""
        return self.says(*names) and not self._mentioned.isdisjoint(names)

    @functools.cached_property
    def _mentioned(self) -> set[str]:
        imported = {alias.name for alias in self.nodes(ast.alias)}
        return imported.union(self.attributes)

    @functools.cached_property
    def variables(self) -> dict[str, list[ast.Name]]:
        """The places that read, set or delete a variable, by its name."""
        found: dict[str, list[ast.Name]] = defaultdict(list)
        for variable in self.nodes(ast.Name):
            found[variable.id].append(variable)
        return found

    @functools.cached_property
    def attributes(self) -> dict[str, list[ast.Attribute]]:
        """The places that read, set or delete an attribute, by its name."""
        found: dict[str, list[ast.Attribute]] = defaultdict(list)
        for attribute in self.nodes(ast.Attribute):
            found[attribute.attr].append(attribute)
        return found

    def naming(self, name: str) -> list[ast.Name | ast.Attribute]:
        """Return the variables with this name, then the attributes."""
        return [*self.variables.get(name, ()), *self.attributes.get(name, ())]

    @functools.cached_property
    def _packages(self) -> set[str]:
        found = {(node.module or "").partition(".")[0] for node in self.nodes(ast.ImportFrom)}
        for node in self.nodes(ast.Import):
            found.update(alias.name.partition(".")[0] for alias in node.names)
        return found
