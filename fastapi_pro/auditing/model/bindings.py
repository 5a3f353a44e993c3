"""What a scope binds: each name's assignments, definitions, parameters and imports."""

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

Function = ast.FunctionDef | ast.AsyncFunctionDef
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
Kind = Literal["import", "def", "assign", "param", "with", "for", "other"]
Bindings = dict[str, list["Binding"]]


@dataclass(slots=True)  # not frozen: that makes each of the many take three times as long
class Imported:
    """What an import names: `name` of a module, or the module itself if `name` is "".

    `module` is dotted; for a relative import it is the path of the module, without a suffix.
    """

    module: str | Path
    name: str = ""


@dataclass(slots=True, eq=False)
class Binding:
    """How a name gets its value.

    `node` is the value of an assignment, the definition, the `ast.arg` of a parameter, the context
    expression of a `with`, or the iterable of a `for`.
    """

    kind: Kind
    node: ast.AST
    line: int
    annotation: ast.expr | None = None
    imported: Imported | None = None


def bindings_of(scope: ast.AST, own: Iterable[ast.AST], folder: Path) -> Bindings:
    """Return the bindings of a scope by name, in the order of the source.

    `own` are the nodes of its body, without those of functions inside it; `folder` holds its file.
    """
    found: Bindings = defaultdict(list)
    if isinstance(scope, (*FUNCTIONS, ast.Lambda)):
        for arg in parameters(scope.args):
            found[arg.arg].append(Binding("param", arg, getattr(arg, "lineno", 0), arg.annotation))
        for extra in (scope.args.vararg, scope.args.kwarg):
            if extra is not None:
                found[extra.arg].append(Binding("other", extra, extra.lineno))
    for node in own:
        if node.__class__ in _BINDING_KINDS:
            for name, binding in _bound(node, folder):
                found[name].append(binding)
    return found


def parameters(arguments: ast.arguments) -> list[ast.arg]:
    """Return the named parameters, without `*args` and `**options`."""
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]


def import_base(node: ast.ImportFrom, folder: Path) -> str | Path:
    """Return the module of `from module import ...`, as `Imported` has it."""
    if not node.level:
        return node.module or ""
    above = Path(*folder.parts[: len(folder.parts) - node.level + 1])
    return above.joinpath(*node.module.split(".")) if node.module else above


_BINDERS = (
    ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Assign,
    ast.AnnAssign, ast.NamedExpr, ast.With, ast.AsyncWith, ast.For, ast.AsyncFor,
    ast.comprehension, ast.ExceptHandler, ast.Match, getattr(ast, "TypeAlias", ast.Import),
)  # fmt: skip
_BINDING_KINDS = frozenset(_BINDERS)


def _bound(node: ast.AST, folder: Path) -> Iterator[tuple[str, Binding]]:
    """Yield the names that a statement or expression itself binds."""
    line: int = getattr(node, "lineno", 0)
    match node:
        case ast.Import():
            for alias in node.names:
                name = alias.asname or alias.name.partition(".")[0]
                imported = Imported(alias.name if alias.asname else name)
                yield name, Binding("import", alias, line, imported=imported)
        case ast.ImportFrom():
            base = import_base(node, folder)
            for alias in node.names:
                imported = Imported(base, alias.name)
                yield alias.asname or alias.name, Binding("import", alias, line, imported=imported)
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            yield node.name, Binding("def", node, line)
        case ast.Assign():
            for target in node.targets:
                yield from _of_target(target, node.value, line)
        case ast.AnnAssign(target=ast.Name(id=name)):
            value = node.value or node.annotation
            kind: Kind = "assign" if node.value else "other"
            yield name, Binding(kind, value, line, node.annotation)
        case ast.NamedExpr(target=ast.Name(id=name)):
            yield name, Binding("assign", node.value, line)
        case ast.With() | ast.AsyncWith():
            for item in node.items:
                if isinstance(item.optional_vars, ast.Name):
                    yield item.optional_vars.id, Binding("with", item.context_expr, line)
        case ast.For() | ast.AsyncFor() | ast.comprehension():
            for part in ast.walk(node.target):
                if isinstance(part, ast.Name):
                    yield part.id, Binding("for", node.iter, part.lineno)
        case ast.ExceptHandler(name=str(name)):
            yield name, Binding("other", node, line)
        case ast.Match():
            for case in node.cases:
                yield from _captured(case.pattern, node.subject)
        case _ if node.__class__.__name__ == "TypeAlias":  # PEP 695, from Python 3.12
            named: Any = node
            yield named.name.id, Binding("assign", named.value, line)


def _captured(pattern: ast.pattern, subject: ast.expr) -> Iterator[tuple[str, Binding]]:
    """Yield what a `case` captures: the whole subject, or parts of which no more is known."""
    whole: ast.pattern | None = pattern
    while isinstance(whole, ast.MatchAs):
        if whole.name is not None:
            yield whole.name, Binding("assign", subject, whole.lineno)
        whole = whole.pattern
    for part in ast.walk(whole) if whole is not None else ():
        name = getattr(part, "name", None) or getattr(part, "rest", None)
        if isinstance(part, (ast.MatchAs, ast.MatchStar, ast.MatchMapping)) and name:
            yield name, Binding("other", subject, part.lineno)


def _of_target(target: ast.expr, value: ast.expr, line: int) -> Iterator[tuple[str, Binding]]:
    if isinstance(target, ast.Name):
        yield target.id, Binding("assign", value, line)
    elif isinstance(target, (ast.Tuple, ast.List)):
        values: list[ast.expr | None] = [None] * len(target.elts)
        if isinstance(value, (ast.Tuple, ast.List)) and len(value.elts) == len(target.elts):
            values = list(value.elts)
        for element, item in zip(target.elts, values, strict=True):
            if item is not None:
                yield from _of_target(element, item, line)
            elif isinstance(element, ast.Name):
                yield element.id, Binding("other", value, line)


def latest(found: list[Binding], name: ast.Name, *, is_own: bool) -> Binding:
    """Return the last binding before the name in its own scope, else the last of all."""
    if not is_own:
        return preferred(found)
    before = [b for b in found if b.line < name.lineno or b.kind == "param"]
    if not before:
        # `x = f(x)` on one line refers to what came before; a first use in a loop to what follows.
        before = [b for b in found if b.kind in ("for", "with")] or found[:1]
    return before[-1]


def preferred(found: list[Binding]) -> Binding:
    """Return the last binding; for `try: import x` with `except: x = None`, the import."""
    imports = [b for b in found if b.kind == "import"]
    return imports[0] if imports and found[-1].kind == "assign" else found[-1]
