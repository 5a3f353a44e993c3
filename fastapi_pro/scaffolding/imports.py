"""Import statements, laid out as ruff lays them out."""

import ast
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_LINE_LENGTH = 100


@dataclass(frozen=True, order=True)
class Import:
    """An imported name: `from module import name as alias`; `import module` has no `name`."""

    module: str
    name: str = ""
    alias: str = ""

    @property
    def bound(self) -> str:
        """Return the name that it binds."""
        return self.alias or self.name or self.module.partition(".")[0]


def imports_of(statements: Iterable[ast.stmt]) -> Iterator[Import]:
    """Yield what the import statements among these import; there are no relative imports."""
    for statement in statements:
        if isinstance(statement, ast.ImportFrom):
            for alias in statement.names:
                yield Import(statement.module or "", alias.name, alias.asname or "")
        elif isinstance(statement, ast.Import):
            for alias in statement.names:
                yield Import(alias.name, "", alias.asname or "")


def rendered(imports: Iterable[Import], first_party: str) -> str:
    """Return the statements, in three sections: standard library, third party, the project."""
    sections: list[set[Import]] = [set(), set(), set()]
    for each in imports:
        top = each.module.partition(".")[0]
        sections[0 if top in sys.stdlib_module_names else 2 if top == first_party else 1].add(each)
    return "\n".join("".join(_statements(section)) for section in sections if section)


def _statements(section: set[Import]) -> Iterator[str]:
    yield from sorted(f"import {each.module}\n" for each in section if not each.name)
    for module in sorted({each.module for each in section if each.name}):
        own = sorted((i for i in section if i.name and i.module == module), key=_order)
        plain = [each.name for each in own if not each.alias]
        for each in own:
            if each.alias:
                yield f"from {module} import {each.name} as {each.alias}\n"
            elif each.name == plain[0]:
                yield _from(module, plain)


def _order(each: Import) -> tuple[bool, bool, str]:
    """Return the key that sorts the names of a module: constants, classes, the rest."""
    return not each.name.isupper(), not each.name[0].isupper(), each.name.lower()


def _from(module: str, names: list[str]) -> str:
    line = f"from {module} import {', '.join(names)}"
    if len(line) <= _LINE_LENGTH:
        return f"{line}\n"
    members = "".join(f"    {name},\n" for name in names)
    return f"from {module} import (\n{members})\n"
