"""A program: modules that import each other, and what their names stand for."""

import ast
import builtins
import functools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from fastapi_pro.auditing.model.import_paths import find, is_ours
from fastapi_pro.auditing.model.library_names import LIBRARIES, canonical
from fastapi_pro.auditing.model.module import FUNCTIONS, SCOPES, Binding, Function, Module

T = TypeVar("T")
_BUILTINS = frozenset(dir(builtins))
_DEPTH = 12  # of aliases, imports and calls followed; real code needs four


@dataclass(frozen=True, slots=True)
class At:
    """A node of the program: a definition, a parameter, or the value of a variable."""

    module: Module
    node: ast.AST
    binding: Binding | None = None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, At) and self.node is other.node

    def __hash__(self) -> int:
        """Return the same in each run, so that sets keep their order."""
        place = getattr(self.node, "lineno", 0) * 512 + getattr(self.node, "col_offset", 0)
        return place ^ self.module.number


Origin = At | str | None
"""What a name stands for: a node of the program, the dotted name of a library's thing, unknown."""


class Program:
    """Modules that belong together.

    `modules` are those that were parsed at once; others below `root` are parsed by `load` when a
    name leads to them, and are not reported on.
    """

    def __init__(
        self, modules: Sequence[Module], root: Path, load: Callable[[Path], Module | None]
    ) -> None:
        self.modules, self.root, self._load = list(modules), root, load
        self._by_path: dict[Path, Module | None] = {m.path: m for m in modules}
        self._facts: dict[Callable[..., object], object] = {}
        self._bases: dict[At, frozenset[str]] = {}
        self._resolving: set[int] = set()
        self._resolved: dict[ast.AST, Origin] = {}

    def fact(self, ask: "Callable[[Program], T]") -> T:
        """Return `ask(program)`, asked once."""
        if ask not in self._facts:
            self._facts[ask] = ask(self)
        return self._facts[ask]  # type: ignore[return-value]

    @property
    def code(self) -> Iterator[Module]:
        """Yield the modules that are not tests."""
        return (module for module in self.modules if not module.is_test)

    def forget(self) -> None:
        """Drop what was worked out; the program is of no use afterwards."""
        self._facts.clear()
        self._resolved.clear()
        self._bases.clear()
        for module in self._by_path.values():
            if module is not None:
                module.forget()

    # -- names ---------------------------------------------------------------------------------

    def resolve(self, module: Module, expr: ast.AST | None, depth: int = 0) -> Origin:
        """Return what an expression stands for: names, attributes and aliases are followed.

        A variable stands for its value, unless that is a plain name or attribute, which is
        followed. The value of `with` and `for` stands for itself; see `At.binding`.
        """
        if expr is None or depth > _DEPTH:
            return None
        if expr not in self._resolved:
            found = self._resolve(module, expr, depth)
            if depth or self._resolving:  # cut short, perhaps
                return found
            self._resolved[expr] = found
        return self._resolved[expr]

    def _resolve(self, module: Module, expr: ast.AST, depth: int) -> Origin:
        if isinstance(expr, ast.Name):
            binding = self.binding(module, expr)
            if binding is None:
                return self._unbound(module, expr.id, depth)
            return self._bound(module, binding, depth)
        if isinstance(expr, ast.Attribute):
            base = self.resolve(module, expr.value, depth + 1)
            if isinstance(base, str):
                return canonical(f"{base}.{expr.attr}")
            if isinstance(base, At):
                return self._member(base, expr.attr, depth)
            return None
        if isinstance(expr, (*FUNCTIONS, ast.ClassDef, ast.Lambda)):
            return At(module, expr)
        return None

    def name_of(self, module: Module, expr: ast.AST | None) -> str:
        """Return the dotted library name that an expression stands for, or ""."""
        origin = self.resolve(module, expr)
        return origin if isinstance(origin, str) else ""

    def call_name(self, module: Module, node: ast.AST | None) -> str:
        """Return the dotted library name that a call calls, or "" for anything else."""
        return self.name_of(module, node.func) if isinstance(node, ast.Call) else ""

    def calls(self, module: Module, *names: str) -> Iterator[ast.Call]:
        """Yield the calls in a module of library things with these dotted names."""
        last = {name.rpartition(".")[2] for name in names}
        by_name = module.calls_by_name
        for name in sorted(last | module.aliases):
            for call in by_name.get(name, ()):
                if isinstance(call.func, ast.Attribute) and name not in last:
                    continue
                if self.name_of(module, call.func) in names:
                    yield call

    def value(self, module: Module, expr: ast.AST | None) -> At | None:
        """Return the expression that a name stands for, or the expression itself."""
        if expr is None:
            return None
        if isinstance(expr, (ast.Name, ast.Attribute)):
            origin = self.resolve(module, expr)
            return origin if isinstance(origin, At) else None
        return At(module, expr)

    def constant(self, module: Module, expr: ast.AST | None) -> object:
        """Return the value of a literal, through names; None where it is not a literal."""
        found = self.value(module, expr)
        if found is None:
            return None
        try:
            value: object = ast.literal_eval(found.node)
        except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
            return None
        return value

    def binding(self, module: Module, name: ast.Name) -> Binding | None:
        """Return the binding that a name refers to, or None where no scope binds it."""
        is_own = True
        for scope in module.ancestors(name):
            if not isinstance(scope, SCOPES):
                continue
            if isinstance(scope, ast.ClassDef) and not is_own:
                continue
            if self._in_header(module, name, scope):
                continue
            found = module.bindings(scope).get(name.id)
            if found:
                return _latest(found, name, is_own=is_own)
            is_own = False
        return None

    @staticmethod
    def _in_header(module: Module, node: ast.AST, scope: ast.AST) -> bool:
        """Say whether a node stands in a scope's decorators, defaults or annotations."""
        if isinstance(scope, ast.Module):
            return False
        child: ast.AST = node
        for above in module.ancestors(node):
            if above is scope:
                break
            child = above
        body = getattr(scope, "body", [])
        return child is not body if isinstance(body, ast.AST) else child not in body

    def _unbound(self, module: Module, name: str, depth: int) -> Origin:
        for star in module.stars:
            origin = self._dotted_origin(
                module, f"{star}\0{name}" if "\0" in star else f"{star}.{name}", depth
            )
            if isinstance(origin, At):
                return origin
        if name in _BUILTINS:
            return f"builtins.{name}"
        external = [
            star
            for star in module.stars
            if "/" not in star and not find(module.path.parent, self.root, star)
        ]
        return canonical(f"{external[0]}.{name}") if len(external) == 1 else None

    def _bound(self, module: Module, binding: Binding, depth: int) -> Origin:
        if binding.kind == "import":
            return self._dotted_origin(module, binding.target, depth + 1)
        if binding.kind == "assign" and isinstance(binding.node, (ast.Name, ast.Attribute)):
            key = id(binding.node)
            if key in self._resolving:
                return None
            self._resolving.add(key)
            try:
                origin = self.resolve(module, binding.node, depth + 1)
            finally:
                self._resolving.discard(key)
            return origin or At(module, binding.node, binding)
        return At(module, binding.node, binding)

    def _member(self, base: At, attr: str, depth: int) -> Origin:
        if isinstance(base.node, ast.Module):
            return self._global(base.module, attr, depth)
        if isinstance(base.node, ast.ClassDef):
            for cls in self.lineage(base):
                found = cls.module.bindings(cls.node).get(attr)
                if found:
                    return self._bound(cls.module, found[-1], depth + 1)
        return None

    def _global(self, module: Module, name: str, depth: int) -> Origin:
        if depth > _DEPTH:
            return None
        found = module.bindings(module.tree).get(name)
        if found:
            return self._bound(module, _preferred(found), depth + 1)
        if module.path.name == "__init__.py":
            for path in (
                module.path.with_name(f"{name}.py"),
                module.path.parent / name / "__init__.py",
            ):
                if submodule := self.module(path):
                    return At(submodule, submodule.tree)
        for star in module.stars:
            dotted = f"{star}\0{name}" if "\0" in star else f"{star}.{name}"
            if origin := self._dotted_origin(module, dotted, depth + 1):
                return origin
        return None

    # -- modules -------------------------------------------------------------------------------

    def module(self, path: Path) -> Module | None:
        """Return the module of a file, parsed if need be."""
        if path not in self._by_path:
            self._by_path[path] = self._load(path)
        return self._by_path[path]

    def _dotted_origin(self, module: Module, dotted: str, depth: int) -> Origin:
        if depth > _DEPTH:
            return None
        if dotted.startswith("/"):
            *folders, name = dotted[1:].split("\0")
            return self._relative_origin(Path(*folders), name, depth)
        parts = dotted.split(".")
        if parts[0] in LIBRARIES or not is_ours(module.path.parent, self.root, parts[0]):
            return canonical(dotted)
        for length in range(len(parts), 0, -1):
            path = find(module.path.parent, self.root, ".".join(parts[:length]))
            if path is None or path == module.path:
                continue
            found = self.module(path)
            if found is None:
                return None
            origin: Origin = At(found, found.tree)
            for part in parts[length:]:
                if not isinstance(origin, At):
                    return origin and canonical(f"{origin}.{part}")
                origin = self._member(origin, part, depth + 1)
            return origin
        return canonical(dotted)

    def _relative_origin(self, folder: Path, name: str, depth: int) -> Origin:
        for path in (folder / f"{name}.py", folder / name / "__init__.py"):
            if found := self.module(path):
                return At(found, found.tree)
        for path in (folder / "__init__.py", folder.with_suffix(".py")):
            if found := self.module(path):
                return self._global(found, name, depth + 1)
        return None

    # -- classes -------------------------------------------------------------------------------

    def lineage(self, cls: At) -> Iterator[At]:
        """Yield a class and its bases within the program, nearest first."""
        seen: set[int] = set()
        queue = [cls]
        while queue:
            current = queue.pop(0)
            if id(current.node) in seen or not isinstance(current.node, ast.ClassDef):
                continue
            seen.add(id(current.node))
            yield current
            for base in current.node.bases:
                origin = self.resolve(current.module, _generic(base))
                if isinstance(origin, At):
                    queue.append(origin)

    def bases(self, cls: At) -> frozenset[str]:
        """Return the library classes that a class inherits from, directly or not."""
        if cls not in self._bases:
            self._bases[cls] = frozenset(self._bases_of(cls))
        return self._bases[cls]

    def _bases_of(self, cls: At) -> Iterator[str]:
        for current in self.lineage(cls):
            assert isinstance(current.node, ast.ClassDef)
            for base in current.node.bases:
                origin = self.resolve(current.module, _generic(base))
                if isinstance(origin, str) and origin:
                    yield origin
                elif isinstance(origin, At) and isinstance(origin.node, ast.Call):
                    name = self.call_name(origin.module, origin.node)
                    if name:
                        yield name

    @functools.cached_property
    def classes(self) -> list[At]:
        """All classes of the program."""
        return [At(m, node) for m in self.modules for node in m.nodes(ast.ClassDef)]

    @functools.cached_property
    def functions(self) -> list[At]:
        """All functions and methods of the program that are not tests' modules."""
        return [At(m, node) for m in self.code for node in m.functions()]

    def method(self, cls: At, name: str) -> At | None:
        """Return the function that a class or its bases define under a name."""
        for current in self.lineage(cls):
            for binding in reversed(current.module.bindings(current.node).get(name, [])):
                if isinstance(binding.node, FUNCTIONS):
                    return At(current.module, binding.node)
        return None


def as_function(origin: Origin) -> Function | None:
    """Return the function that an origin is, if it is one."""
    return origin.node if isinstance(origin, At) and isinstance(origin.node, FUNCTIONS) else None


def _generic(base: ast.expr) -> ast.expr:
    return base.value if isinstance(base, ast.Subscript) else base


def _latest(found: list[Binding], name: ast.Name, *, is_own: bool) -> Binding:
    """Return the binding before the name in its own scope, else the last one."""
    if not is_own:
        return _preferred(found)
    before = [b for b in found if b.line < name.lineno or b.kind == "param"]
    if not before:
        # `x = f(x)` on one line refers to what came before; a first use in a loop to what follows.
        before = [b for b in found if b.kind in ("for", "with")] or found[:1]
    return before[-1]


def _preferred(found: list[Binding]) -> Binding:
    """Return the last binding; of `try: import x`, `except: x = None` the import."""
    imports = [b for b in found if b.kind == "import"]
    return imports[0] if imports and found[-1].kind == "assign" else found[-1]
