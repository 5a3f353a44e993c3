"""Code blocks cut from a Python module: all of it, or some definitions with their imports."""

import ast
import builtins
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from maintain.building.imports import Import, imported_names, imports_of, render_imports
from maintain.building.names import Scope, Use, scope_of, uses_of
from maintain.building.refusal import refused

_PLACE = re.compile(r"^snippets/(recipes/[^/]+/)?")  # a recipe stands as in the project it joins
_FLOOR = (3, 11)  # the oldest Python that the skill serves
_ALWAYS_THERE = {*dir(builtins), "__file__", "__class__", "__module__", "__qualname__"}
_BLOCK = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_DEFINITION = _BLOCK | ast.Assign | ast.AnnAssign | ast.AugAssign


@dataclass(frozen=True)
class Module:
    """A parsed Python file. `path` begins below the root: `snippets/app/core/db.py`."""

    path: str
    text: str
    tree: ast.Module

    @property
    def heading(self) -> str:
        """Return the comment that tells a reader where to paste a block."""
        return f"# {_PLACE.sub('', self.path)}"

    @cached_property
    def lines(self) -> list[str]:
        """Return the text's lines, without their ends."""
        return self.text.split("\n")

    @cached_property
    def imports(self) -> list[Import]:
        """Return the imports that a block can take over."""
        return imports_of(self.tree.body)

    @cached_property
    def scopes(self) -> dict[ast.stmt, Scope]:
        """Return what each top-level statement binds and reads."""
        return {statement: scope_of(statement) for statement in self.tree.body}

    @cached_property
    def definitions(self) -> dict[str, list[ast.stmt]]:
        """Return the statements that can be chosen by a name they bind."""
        found: dict[str, list[ast.stmt]] = {}
        for statement, scope in self.scopes.items():
            if isinstance(statement, _DEFINITION):
                for name in sorted(scope.bound):
                    found.setdefault(name, []).append(statement)
        return found

    @cached_property
    def bound(self) -> dict[str, int]:
        """Return every name the module binds, with the line of the first statement that does."""
        lines: dict[str, int] = {}
        for statement, scope in self.scopes.items():
            for name in sorted(scope.bound):
                lines.setdefault(name, statement.lineno)
        return lines


@dataclass(frozen=True)
class Block:
    """A code block, and which lines of the module (from 1) stand in it."""

    text: str
    lines: frozenset[int]


def parse_module(path: str, text: str) -> Module:
    r"""Return the module with this text, whose lines end with `\n`.

    Raises RefusedError at the place where the text stops being Python.
    """
    try:
        return Module(path, text, ast.parse(text, feature_version=_FLOOR))
    except SyntaxError as error:
        line, column, why = error.lineno or 1, error.offset or 1, error.msg
    except (ValueError, RecursionError, MemoryError) as error:
        line, column, why = 1, 1, str(error) or "too deeply nested"
    raise refused(
        "python-syntax",
        f"not Python {'.'.join(map(str, _FLOOR))}: {why}",
        "write code that Python parses",
        path,
        (max(line, 1), max(column, 1)),
    )


def whole(module: Module) -> Block:
    """Return the whole module as a block.

    Raises RefusedError when the module reads a name that nothing defines.
    """
    _refuse_star_imports(module)
    _refuse_undefined(module, uses_of(module.scopes.values()), module.bound.keys())
    text = module.text.removesuffix("\n")
    if text.partition("\n")[0] != module.heading:
        text = f"{module.heading}\n{text}" if text else module.heading
    return Block(text, frozenset(range(1, len(module.lines) + 1)))


def pick(module: Module, names: list[str]) -> Block:
    """Return the top-level definitions of these names, in file order, with what they import.

    Raises RefusedError for a name that the module does not define at its top level, and when the
    definitions use a name that they neither define nor import.
    """
    _refuse_star_imports(module)
    _refuse_unknown(module, names)
    if more := _left_out(module, names):
        raise refused(
            "name-not-selected",
            f"{_list(more)} used by the chosen definitions of {module.path} but not shown",
            f"add {', '.join(more)} to the fence: #{','.join(_closure(module, [*names, *more]))}",
        )
    chosen = _statements(module, names)
    scopes = [module.scopes[statement] for statement in chosen]
    uses = uses_of(scopes)
    own = {name for scope in scopes for name in scope.bound}
    _refuse_undefined(module, uses, own | imported_names(module.imports))
    out = [module.heading]
    if imports := render_imports(module.imports, uses, module.lines):
        out.append(imports)
    shown: set[int] = set()
    previous: ast.stmt | None = None
    for statement in chosen:
        span = _span(module, statement)
        out += [""] * _blank_lines(module, previous, statement)
        out += module.lines[span.start - 1 : span.stop - 1]
        shown.update(span)
        previous = statement
    return Block("\n".join(out), frozenset(shown))


def _list(names: list[str]) -> str:
    quoted = [f"`{name}`" for name in names]
    return f"{', '.join(quoted)} {'is' if len(names) == 1 else 'are'}"


def _refuse_star_imports(module: Module) -> None:
    if "*" in module.bound:
        raise refused(
            "star-import",
            "`import *` hides which names it brings",
            "import each name",
            module.path,
            (module.bound["*"], 1),
        )


def _refuse_unknown(module: Module, names: list[str]) -> None:
    for name in names:
        if name in module.definitions:
            continue
        if name in imported_names(module.imports):
            message = f"{module.path} imports `{name}`, it does not define it"
            fix = f"leave {name} out: imports come by themselves, or show the file that defines it"
        elif name in module.bound:
            message = f"`{name}` is defined inside a block at {module.path}:{module.bound[name]}"
            fix = "define it at the top level, or show the whole file"
        else:
            message = f"{module.path} defines no `{name}`"
            fix = f"choose from: {', '.join(module.definitions) or 'nothing, the file is empty'}"
        raise refused("missing-name", message, fix)


def _statements(module: Module, names: Iterable[str]) -> list[ast.stmt]:
    """Return the chosen statements in file order.

    Raises RefusedError when one of them shares a line with a statement that is not chosen.
    """
    wanted = {each for name in names for each in module.definitions[name]}
    chosen = [each for each in module.tree.body if each in wanted]
    for first, second in zip(module.tree.body, module.tree.body[1:], strict=False):
        if first.end_lineno == second.lineno and not wanted.isdisjoint({first, second}):
            raise refused(
                "shared-line",
                "two statements on one line cannot be shown apart",
                "put each on its own line",
                module.path,
                (second.lineno, second.col_offset + 1),
            )
    return chosen


def _left_out(module: Module, names: list[str]) -> list[str]:
    """Return what the definitions of `names` need from definitions not chosen, in order of use."""
    chosen = _statements(module, names)
    needed = dict.fromkeys(use.root for use in uses_of(module.scopes[each] for each in chosen))
    return [name for name in needed if not set(chosen).issuperset(module.definitions.get(name, ()))]


def _closure(module: Module, names: list[str]) -> list[str]:
    """Return the names and all that their definitions need in turn."""
    while more := _left_out(module, names):
        names = [*names, *more]
    return names


def _refuse_undefined(module: Module, uses: Iterable[Use], known: Iterable[str]) -> None:
    known = {*known, *_ALWAYS_THERE}
    for use in uses:
        if use.root in known:
            continue
        where = f"{module.path}:{use.line}"
        if use.root in module.bound:
            raise refused(
                "name-not-selected",
                f"`{use.root}`, used at {where}, is defined inside a block at line "
                f"{module.bound[use.root]} and cannot be shown with the chosen definitions",
                "define it at the top level, or show the whole file",
            )
        raise refused(
            "undefined-name",
            f"`{use.root}`, used at {where}, is neither built in nor imported nor defined",
            f"import or define {use.root} in {module.path}",
        )


def _span(module: Module, statement: ast.stmt) -> range:
    """Return the statement's lines (from 1): its decorators and the comments right above too."""
    decorators = statement.decorator_list if isinstance(statement, _BLOCK) else []
    first = min([statement.lineno, *(decorator.lineno for decorator in decorators)])
    ends = [each.end_lineno or 0 for each in module.tree.body if each.lineno < first]
    floor = max(ends, default=0)
    while first - 1 > floor and module.lines[first - 2].startswith("#"):
        first -= 1
    return range(first, (statement.end_lineno or statement.lineno) + 1)


def _blank_lines(module: Module, previous: ast.stmt | None, statement: ast.stmt) -> int:
    """Return how many blank lines `ruff format` has above the statement in its block.

    Neighbours in the file stay as near as they are there: overloads stand close together.
    """
    around = 2 if isinstance(statement, _BLOCK) or isinstance(previous, _BLOCK) else 1
    if previous is None:
        return around
    body = module.tree.body
    if around == 2 and body.index(statement) != body.index(previous) + 1:
        return around
    between = module.lines[previous.end_lineno or 0 : _span(module, statement).start - 1]
    return min(around, sum(not line.strip() for line in between))
