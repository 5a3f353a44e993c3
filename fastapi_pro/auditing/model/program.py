"""A program: modules that import each other, and what their names stand for."""

import ast
import builtins
import functools
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from operator import attrgetter
from pathlib import Path
from typing import Protocol, TypeVar

from fastapi_pro.auditing.model import limits, types
from fastapi_pro.auditing.model.bindings import FUNCTIONS, Binding, Imported, import_base, preferred
from fastapi_pro.auditing.model.import_paths import file_of, find_other, is_file, is_ours
from fastapi_pro.auditing.model.library_names import LIBRARIES, canonical
from fastapi_pro.auditing.model.module import Module
from fastapi_pro.auditing.model.node import Node, Origin, Type

T = TypeVar("T")
_UNKNOWN = object()
_SURE = limits.NAMES // 4  # what is followed from this depth is followed as far as need be
_BUILTINS = frozenset(dir(builtins))
_CALLEE, _NAMED = attrgetter("callee"), attrgetter("func.definition")


class Libraries(Protocol):
    """What libraries know about types: of `session.get(User, 1)`, of `Depends(f)` and so on."""

    def call_type(self, call: Node, depth: int) -> Type:
        """Return the type of the result of a library's call, None if unknown."""

    def parameter_type(self, default: Node, depth: int) -> Type:
        """Return the type of a parameter with this default, None if unknown."""

    def attribute_type(self, expr: Node, depth: int) -> Type:
        """Return the type of an attribute that a library keeps for the program, None if unknown."""

    def corrected_type(self, written: Type, source: Node, depth: int, name: str = "") -> Type:
        """Return the type that a value really has where its annotation says another.

        `source` is the parameter or the value, the function that gives it, or the class whose
        attribute `name` it is.
        """


class Program:
    """Modules that belong together.

    `modules` are those that were parsed at first. `load` parses others below `root` when a name
    leads to them; they get no findings. `files` are the files beside the code that start it.
    """

    def __init__(
        self,
        modules: Sequence[Module],
        root: Path,
        load: Callable[[Path], Module | None],
        libraries: Libraries,
        files: Sequence[Path] = (),
    ) -> None:
        self.modules, self.root, self._load = list(modules), root, load
        self.files = tuple(files)
        self.libraries = libraries
        for module in modules:
            module.program = self
        self._top = root.as_posix()
        self._by_path: dict[str, Module | None] = {m.place: m for m in modules}
        self._loaded: list[Module] = []
        self._facts: dict[Callable[..., object], dict[object, object]] = defaultdict(dict)
        self._resolving: set[int] = set()
        self._origins: dict[ast.AST, Origin] = {}
        self._imports: dict[Binding, Origin] = {}
        self._bindings: dict[ast.AST, Binding | None] = {}
        self._run_by: dict[ast.AST, Node] = {}
        self.types: dict[ast.AST, tuple[Type, int]] = {}
        """What `types.type_of` knows: the type of an expression, and the depth of the question."""

    def once(self, ask: Callable[..., T], key: object, *given: object) -> T:
        """Return `ask(*given)`, asked once for each key."""
        known = self._facts[ask]
        found = known.get(key, _UNKNOWN)
        if found is _UNKNOWN:
            found = known[key] = ask(*given)
        return found  # type: ignore[return-value]

    @property
    def code(self) -> Iterator[Module]:
        """Yield the modules that are not tests."""
        return (module for module in self.modules if not module.is_test)

    @property
    def service(self) -> Iterator[Module]:
        """Yield the modules of the service itself: no tests, no tools."""
        return (module for module in self.code if not module.is_tool)

    def forget(self) -> None:
        """Drop what was computed; the program cannot be used afterwards."""
        for module in self._by_path.values():
            if module is not None:
                module.__dict__.clear()
        self.__dict__.clear()

    # -- what is asked of the whole program ----------------------------------------------------

    def calls_of(self, *names: str) -> Iterator[Node]:
        """Yield the calls, outside tests, of library objects with these dotted names."""
        for module in self._calling(*self.spellings(_last_names(names))):
            yield from self.calls_in(module, *names)

    def _calling(self, *names: str) -> list[Module]:
        """Return the modules outside tests that call something with one of these names."""
        places = {place for name in names for place in self._places_of_calls.get(name, ())}
        return [self.modules[place] for place in sorted(places)]

    @functools.cached_property
    def _places_of_calls(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = defaultdict(list)
        for place, module in enumerate(self.modules):
            for name in () if module.is_test else module.calls_by_name:
                found[name].append(place)
        return found

    def calls_in(self, module: Module, *names: str) -> Iterator[Node]:
        """Yield the calls in a module of library functions and classes with these dotted names.

        Raises ValueError for a name that library_names.py replaces: no call has it.
        """
        last = _last_names(names)
        if module.is_test and not module.says(*last, *self.spellings(last)):
            return
        spelled = {new for old, new in module.renames if old in last} if module.is_test else ()
        for name in sorted({*self.spellings(last), *spelled}):
            for call in module.calls_by_name.get(name, ()):
                if name not in last and isinstance(call.func, ast.Attribute):
                    continue
                node = Node(module, call)
                if node.called in names:
                    yield node

    def spellings(self, names: frozenset[str]) -> list[str]:
        """Return names, and other names that the program gives to the same objects, sorted."""
        return self.once(self._spellings, names, names)

    def _spellings(self, names: frozenset[str]) -> list[str]:
        found = set(names)
        waiting = list(names)
        while waiting:
            more = self._renames.get(waiting.pop(), set()) - found
            found |= more
            waiting += more
        return sorted(found)

    @functools.cached_property
    def _renames(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for module in self.code:
            for old, new in module.renames:
                found[old].add(new)
        return found

    def calls_named(self, *names: str) -> Iterator[Node]:
        """Yield the calls, outside tests, of functions and methods with these last names."""
        for module in self._calling(*names):
            for name in names:
                for call in module.calls_by_name.get(name, ()):
                    yield Node(module, call)

    def attributes(self, *names: str) -> Iterator[Node]:
        """Yield the attributes, outside tests, with these names: called or passed on."""
        for module in self.code:
            there = [name for name in names if name in module.attributes]
            if len(there) == 1:
                yield from (Node(module, found) for found in module.attributes[there[0]])
            for attribute in module.nodes(ast.Attribute) if len(there) > 1 else ():
                if attribute.attr in names:
                    yield Node(module, attribute)

    def naming(self, name: str) -> Iterator[Node]:
        """Yield the variables and attributes, outside tests, with this name."""
        for module in self.code:
            for node in module.naming(name):
                yield Node(module, node)

    def saying(self, *words: str) -> list[Module]:
        """Return the modules outside tests whose text contains one of these words."""
        return [module for module in self.code if module.says(*words)]

    def strings(
        self, pattern: re.Pattern[str], *words: str
    ) -> Iterator[tuple[Node, re.Match[str]]]:
        """Yield the strings, outside tests, in which a pattern matches, with the match.

        Every text that the pattern matches contains one of `words`.
        """
        for module in self.saying(*words):
            for constant, text in module.texts:
                if found := pattern.search(text):
                    yield Node(module, constant), found

    def nodes(self, *kinds: type[ast.AST]) -> Iterator[Node]:
        """Yield the nodes of these kinds outside tests."""
        for module in self.code:
            for node in module.nodes(*kinds):
                yield Node(module, node)

    @functools.cached_property
    def classes(self) -> list[Node]:
        """All classes of the program outside tests."""
        return [Node(m, node) for m in self.code for node in m.nodes(ast.ClassDef)]

    @functools.cached_property
    def functions(self) -> list[Node]:
        """All functions and methods of the program, outside test modules."""
        return [Node(m, node) for m in self.code for node in m.functions()]

    @functools.cached_property
    def functions_within(self) -> dict[ast.AST, list[Node]]:
        """The nested ones of `functions`, by the function around them."""
        found: dict[ast.AST, list[Node]] = defaultdict(list)
        for function in self.functions:
            if (outer := function.module.function_of(function.ast)) is not None:
                found[outer].append(function)
        return found

    def functions_calling(self, *names: str) -> list[Node]:
        """Return those of `functions` that call something with one of these last names.

        Other names that the program gives to the same objects count too: a first, cheap check.
        """
        found: set[ast.AST] = set()
        spelled = self.spellings(frozenset(names))
        for module in self._calling(*spelled):
            for name in spelled:
                for call in module.calls_by_name.get(name, ()):
                    for above in module.ancestors(call):
                        if above in found:
                            break
                        found.add(above)
        return [function for function in self.functions if function.ast in found]

    def own_calls(self, scope: Node) -> list[Node]:
        """Return the calls in the body of a function, class or module."""
        return self.once(_own_calls, scope.ast, scope)

    # -- names ---------------------------------------------------------------------------------

    def origin(self, node: Node, depth: int = 0) -> Origin:
        """Return what an expression stands for: names, attributes and aliases are followed.

        A variable stands for its value, unless that is a plain name or attribute, which is followed
        too. The value of `with` and `for` stands for itself; see `Node.binding`.
        """
        expr = node.ast
        found = self._origins.get(expr, _UNKNOWN)
        if found is not _UNKNOWN:
            return found  # type: ignore[return-value]
        if depth > limits.NAMES:
            return None
        origin = self._origin(node, depth)
        if depth <= _SURE and not self._resolving:  # else it was cut short, perhaps
            self._origins[expr] = origin
        return origin

    def _origin(self, node: Node, depth: int) -> Origin:
        expr = node.ast
        if isinstance(expr, ast.Name):
            binding = self.binding_of(node)
            if binding is None:
                return self._unbound(node.module, expr.id, depth)
            return self.origin_of_binding(node.module, binding, depth)
        if isinstance(expr, ast.Attribute):
            base = self.origin(node.at(expr.value), depth + 1)
            if isinstance(base, str):
                return canonical(f"{base}.{expr.attr}")
            return self._member(base, expr.attr, depth) if base is not None else None
        if isinstance(expr, (*FUNCTIONS, ast.ClassDef, ast.Lambda)):
            return node
        return None

    def binding_of(self, name: Node) -> Binding | None:
        """Return the binding that a name refers to, or None where no scope binds it."""
        found = self._bindings.get(name.ast, _UNKNOWN)
        if found is _UNKNOWN:
            found = self._bindings[name.ast] = name.module.binding(name.ast)
        return found  # type: ignore[return-value]

    def origin_of_binding(self, module: Module, binding: Binding, depth: int = 0) -> Origin:
        """Return what a name with this binding stands for."""
        if binding.imported is not None:
            found = self._imports.get(binding, _UNKNOWN)
            if found is not _UNKNOWN:
                return found  # type: ignore[return-value]
            origin = self._imported(module, binding.imported, depth + 1)
            if depth <= _SURE and not self._resolving:
                self._imports[binding] = origin
            return origin
        if binding.kind == "assign" and isinstance(binding.node, (ast.Name, ast.Attribute)):
            key = id(binding.node)
            if key in self._resolving:
                return None
            self._resolving.add(key)
            try:
                origin = self.origin(Node(module, binding.node), depth + 1)
            finally:
                self._resolving.discard(key)
            return origin or Node(module, binding.node, binding)
        return Node(module, binding.node, binding)

    def _unbound(self, module: Module, name: str, depth: int) -> Origin:
        for star in module.stars:
            origin = self._imported(module, Imported(star, name), depth)
            if isinstance(origin, Node):
                return origin
        if name in _BUILTINS:
            return f"builtins.{name}"
        external = [
            star
            for star in module.stars
            if isinstance(star, str) and not self._file_of(module, star)
        ]
        return canonical(f"{external[0]}.{name}") if len(external) == 1 else None

    def _member(self, base: Node, attr: str, depth: int) -> Origin:
        if isinstance(base.ast, ast.Module):
            return self._global(base.module, attr, depth)
        if base.is_class:
            for cls in self.lineage_of(base):
                if found := cls.bindings(attr):
                    return self.origin_of_binding(cls.module, found[-1], depth + 1)
        return None

    def _global(self, module: Module, name: str, depth: int) -> Origin:
        if depth > limits.NAMES:
            return None
        found = module.bindings(module.tree).get(name)
        if found:
            return self.origin_of_binding(module, preferred(found), depth + 1)
        if module.is_package and (submodule := self._module_at(f"{module.folder}/{name}")):
            return Node(submodule, submodule.tree)
        for star in module.stars:
            if origin := self._imported(module, Imported(star, name), depth + 1):
                return origin
        return None

    # -- modules -------------------------------------------------------------------------------

    def module(self, path: str) -> Module | None:
        """Return the module of a file, parsed if need be."""
        if path not in self._by_path:
            found = self._by_path[path] = self._load(Path(path))
            if found is not None:
                found.program = self
                self._loaded.append(found)
                if "_defined" in self.__dict__:
                    self._defined.update(found.defined)
        return self._by_path[path]

    def _module_at(self, place: str) -> Module | None:
        """Return the module or package at this path, which has no suffix."""
        path = file_of(place)
        return self.module(path) if path is not None else None

    def _imported(self, module: Module, imported: Imported, depth: int) -> Origin:
        if depth > limits.NAMES:
            return None
        if isinstance(imported.module, Path):
            return self._imported_beside(imported.module, imported.name, depth)
        dotted = f"{imported.module}.{imported.name}" if imported.name else imported.module
        parts = dotted.split(".")
        if parts[0] in LIBRARIES or not self._is_ours(module, parts[0]):
            return canonical(dotted)
        for length in range(len(parts), 0, -1):
            path = self._file_of(module, ".".join(parts[:length]))
            if path is None or path == module.place:
                continue
            found = self.module(path)
            if found is None:
                return None
            origin: Origin = Node(found, found.tree)
            for part in parts[length:]:
                if not isinstance(origin, Node):
                    return origin and canonical(f"{origin}.{part}")
                origin = self._member(origin, part, depth + 1)
            return origin
        return canonical(dotted)

    def _is_ours(self, module: Module, package: str) -> bool:
        return is_ours(module.folder, self._top, package)

    def _file_of(self, module: Module, dotted: str) -> str | None:
        return find_other(module.place, self._top, dotted)

    def _imported_beside(self, folder: Path, name: str, depth: int) -> Origin:
        place = folder.as_posix()
        if found := self._module_at(f"{place}/{name}"):
            return Node(found, found.tree)
        for path in (f"{place}/__init__.py", f"{place}.py"):
            is_there = path in self._by_path or is_file(path)
            if is_there and (found := self.module(path)):
                return self._global(found, name, depth + 1)
        return None

    # -- types ---------------------------------------------------------------------------------

    def type_of(self, node: Node) -> Type:
        """Return the class of the value of an expression; of a coroutine, that of its result."""
        return types.type_of(node)

    def annotated_type(self, annotation: Node) -> Type:
        """Return the class that an annotation names below `Annotated`, `| None` and aliases."""
        return types.annotation_type(annotation)

    # -- calls ---------------------------------------------------------------------------------

    def callee_of(self, call: Node) -> Node:
        """Return the function or method that a call runs; for a class its `__init__`."""
        if not isinstance(call.ast, ast.Call):
            return call.at(None)
        found = self._run_by.get(call.ast.func)  # for the most part known, and nothing
        return self.run_by(call.func) if found is None else found

    def run_by(self, func: Node) -> Node:
        """Return what calling an expression runs, as `callee_of` does for a call."""
        found = self._run_by.get(func.ast)
        if found is None:
            is_named = func.last_name in self._defined or func.module.is_test
            may_be_ours = is_named or self._may_be_object(func)
            found = types.run_by(func) if may_be_ours else func.at(None)
            self._run_by[func.ast] = found
        return found

    def _may_be_object(self, func: Node) -> bool:
        """Say whether an expression may be an object that is called: a parameter, `self.x`."""
        if "__call__" not in self._defined:
            return False
        bound = func.bound
        return func.owner.name == "self" or (bound is not None and bound.kind == "param")

    @functools.cached_property
    def _defined(self) -> set[str]:
        """The names of functions and classes that can be followed.

        More than half of all calls are of others, and can be skipped. Imports may lead to modules
        beside the program: they are parsed for it.
        """
        found: set[str] = set()
        waiting = [*self.code, *self._loaded]
        for module in waiting:
            found |= module.defined
        for module in waiting:  # grows while it is walked
            known = len(self._loaded)
            self._follow_imports(module, found)
            for other in self._loaded[known:]:
                found |= other.defined
                waiting.append(other)
        return set(self._spellings(frozenset(found)))

    def _follow_imports(self, module: Module, known: set[str]) -> None:
        """Parse the modules from which a module imports unknown names, if they exist."""
        for statement in module.nodes(ast.ImportFrom):
            base = import_base(statement, module.path.parent)
            if isinstance(base, Path) or self._is_ours(module, base.partition(".")[0]):
                for alias in statement.names:
                    if alias.name not in known:
                        self._imported(module, Imported(base, alias.name), 0)
        for plain in module.nodes(ast.Import):
            for alias in plain.names:
                if self._is_ours(module, alias.name.partition(".")[0]):
                    self._imported(module, Imported(alias.name), 0)

    def callers_of(self, function: Node) -> list[Node]:
        """Return the calls of a function outside tests; of `__init__`, those of its class."""
        owner = function.parent
        name = owner.name if function.name == "__init__" and owner.is_class else function.name
        return self.once(self._calls_by, (name, _CALLEE), name, _CALLEE).get(function.ast, [])

    def calls_naming(self, definition: Node) -> list[Node]:
        """Return the calls outside tests whose name stands for a function or class."""
        name = definition.name
        return self.once(self._calls_by, (name, _NAMED), name, _NAMED).get(definition.ast, [])

    def _calls_by(self, name: str, target: Callable[[Node], Node]) -> dict[ast.AST, list[Node]]:
        """Return the calls of functions and classes with this name, by what each leads to."""
        found: dict[ast.AST, list[Node]] = defaultdict(list)
        for module in self._calling(name, *self._imported_as.get(name, ())):
            for call in map(functools.partial(Node, module), module.calls_of_imported(name)):
                if definition := target(call):
                    found[definition.ast].append(call)
        return found

    @functools.cached_property
    def _imported_as(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for module in self.code:
            for alias, name in module.aliases.items():
                found[name].add(alias)
        return found

    # -- classes -------------------------------------------------------------------------------

    def lineage_of(self, cls: Node) -> Iterator[Node]:
        """Yield a class and its bases within the program, nearest first."""
        return iter(self.once(_lineage, cls.ast, cls))

    def bases_of(self, cls: Node) -> frozenset[str]:
        """Return the library classes that a class inherits from, directly or not."""
        return self.once(_bases, cls.ast, cls)

    @staticmethod
    def method_of(owner: Node, name: str) -> Node:
        """Return the function that a class or its bases define under a name."""
        for current in owner.lineage:
            for binding in reversed(current.bindings(name)):
                if isinstance(binding.node, FUNCTIONS):
                    return current.at(binding.node)
        return owner.at(None)


@functools.cache
def _last_names(names: tuple[str, ...]) -> frozenset[str]:
    """Return the last parts of dotted names. Raises ValueError for a replaced name."""
    for name in names:
        if canonical(name) != name:
            raise ValueError(f"{name} is {canonical(name)} to the audit; ask for that")
    return frozenset(name.rpartition(".")[2] for name in names)


def fact(ask: Callable[[Program], T]) -> Callable[[Program], T]:
    """Return a function of the program that computes its answer once per program."""

    @functools.wraps(ask)
    def asked(program: Program) -> T:
        return program.once(ask, None, program)

    return asked


def _own_calls(scope: Node) -> list[Node]:
    return scope.own(ast.Call)


def _lineage(cls: Node) -> list[Node]:
    found: list[Node] = []
    queue = [cls]
    while queue:
        current = queue.pop(0)
        if current in found or not isinstance(current.ast, ast.ClassDef):
            continue
        found.append(current)
        queue += [base.definition for base in _written_bases(current)]
    return found


def _bases(cls: Node) -> frozenset[str]:
    found: set[str] = set()
    for current in cls.lineage:
        for base in _written_bases(current):
            origin = base.origin
            name = origin.called if isinstance(origin, Node) else origin
            if name:
                found.add(name)
    return frozenset(found)


def _written_bases(cls: Node) -> list[Node]:
    """Return the bases of a class as they are written, without type arguments."""
    bases = cls.ast.bases if isinstance(cls.ast, ast.ClassDef) else []
    return [cls.at(base.value if isinstance(base, ast.Subscript) else base) for base in bases]
