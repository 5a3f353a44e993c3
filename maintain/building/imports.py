"""The imports of a module, reduced to those that some names need."""

import ast
from collections.abc import Iterable
from dataclasses import dataclass

from maintain.building.names import Use, bound_name

_LINE_LENGTH = 100


@dataclass(frozen=True)
class Import:
    """One import statement of a module; `guard` is the `if TYPE_CHECKING:` it stands under."""

    node: ast.Import | ast.ImportFrom
    guard: ast.If | None = None

    @property
    def is_future(self) -> bool:
        """Say whether this is a `from __future__ import`."""
        return isinstance(self.node, ast.ImportFrom) and self.node.module == "__future__"


@dataclass(frozen=True)
class _Offer:
    """A name that an import binds, with the attributes that it makes sure exist."""

    dotted: str
    alias: ast.alias

    @property
    def root(self) -> str:
        return self.dotted.partition(".")[0]


def imports_of(statements: Iterable[ast.stmt]) -> list[Import]:
    """Return the imports at the top level and under a plain `if TYPE_CHECKING:`, in order."""
    found: list[Import] = []
    for statement in statements:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            found.append(Import(statement))
        elif isinstance(statement, ast.If) and _is_type_checking(statement):
            inside = (s for s in statement.body if isinstance(s, ast.Import | ast.ImportFrom))
            found += [Import(each, guard=statement) for each in inside]
    return found


def _is_type_checking(statement: ast.If) -> bool:
    return not statement.orelse and ast.unparse(statement.test).endswith("TYPE_CHECKING")


def imported_names(imports: Iterable[Import]) -> set[str]:
    """Return the names that the imports bind."""
    return {bound_name(alias) for each in imports for alias in each.node.names}


def render_imports(imports: list[Import], uses: Iterable[Use], lines: list[str]) -> str:
    """Return the text of the imports that `uses` need, laid out as `ruff format` would.

    `lines` is the module's text. Imports from `__future__` always stay. Groups stay apart where
    a blank line parts them in the module.
    """
    needed = _needed(imports, uses)
    out: list[str] = []
    previous: Import | None = None
    for each in imports:
        aliases = [alias for alias in each.node.names if alias in needed or each.is_future]
        if not aliases:
            continue
        if previous and _is_blank_between(previous.node, each.node, lines):
            out.append("")
        if each.guard and (previous is None or previous.guard is not each.guard):
            out.append(f"if {ast.unparse(each.guard.test)}:")
        out += _render(each, aliases, lines)
        previous = each
    return "\n".join(out)


def _needed(imports: list[Import], uses: Iterable[Use]) -> set[ast.alias]:
    offers = [
        _Offer(bound_name(alias) if alias.asname else alias.name, alias)
        for each in imports
        for alias in each.node.names
    ]
    used = {use.dotted for use in uses}
    needed = _serving(offers, used)
    guards = {each.guard for each in imports if not needed.isdisjoint(each.node.names)} - {None}
    return needed | _serving(offers, {ast.unparse(guard.test) for guard in guards if guard})


def _serving(offers: list[_Offer], used: set[str]) -> set[ast.alias]:
    """Return the imports to keep: for `os.path.join` `import os.path` rather than `import os`."""
    keep: set[ast.alias] = set()
    for dotted in used:
        rivals = [offer for offer in offers if offer.root == dotted.partition(".")[0]]
        fitting = [offer for offer in rivals if f"{dotted}.".startswith(f"{offer.dotted}.")]
        longest = max((len(offer.dotted) for offer in fitting), default=0)
        best = [offer for offer in fitting if len(offer.dotted) == longest]
        keep.update(offer.alias for offer in best or rivals)
    return keep


def _is_blank_between(first: ast.stmt, second: ast.stmt, lines: list[str]) -> bool:
    between = lines[first.end_lineno or first.lineno : second.lineno - 1]
    return any(not line.strip() for line in between)


def _render(each: Import, aliases: list[ast.alias], lines: list[str]) -> list[str]:
    """Return the statement as it stands in the module, or rewritten when some names are left."""
    node = each.node
    if len(aliases) == len(node.names):
        return lines[node.lineno - 1 : node.end_lineno]
    indent = " " * node.col_offset
    spelled = [alias.name + (f" as {alias.asname}" if alias.asname else "") for alias in aliases]
    if isinstance(node, ast.Import):
        return [f"{indent}import {', '.join(spelled)}"]
    start = f"{indent}from {'.' * node.level}{node.module or ''} import "
    line = start + ", ".join(spelled)
    if len(line) <= _LINE_LENGTH:
        return [line]
    return [f"{start}(", *(f"{indent}    {name}," for name in spelled), f"{indent})"]
