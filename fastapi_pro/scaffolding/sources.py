"""A Python file that is changed in places; all other bytes stay the same."""

import ast
import re
from collections.abc import Iterable
from dataclasses import dataclass

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_KEYWORD = re.compile(rb"(?:async +def|def|class) +")


@dataclass(frozen=True, order=True)
class Edit:
    """Bytes to replace, from `start` up to `end`."""

    start: int
    end: int
    text: str = ""


class Source:
    r"""A file, parsed. Its text is UTF-8, its lines end with `\n`."""

    def __init__(self, text: str) -> None:
        self.tree = ast.parse(text)
        self._data = text.encode()
        self._lines = self._data.split(b"\n")
        self._starts = [0]  # of each line, in bytes
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line) + 1)

    def replace(self, node: ast.expr, text: str) -> Edit:
        """Return the edit that replaces an expression."""
        last, column = node.end_lineno or node.lineno, node.end_col_offset or 0
        start = self._starts[node.lineno - 1] + node.col_offset
        return Edit(start, self._starts[last - 1] + column, text)

    def rename(self, node: Definition, name: str) -> Edit:
        """Return the edit that gives a function or class another name."""
        start = self._starts[node.lineno - 1] + node.col_offset
        keyword = _KEYWORD.match(self._data, start)
        start = keyword.end() if keyword else start
        return Edit(start, start + len(node.name.encode()), name)

    def remove(self, node: ast.stmt, last: ast.stmt | None = None, text: str = "") -> Edit:
        """Return the edit that replaces a statement, and the comments above it, by `text`.

        If there is a `last`, everything up to the end of that statement is replaced.
        """
        decorators = node.decorator_list if isinstance(node, Definition) else []
        first = min([node.lineno, *(decorator.lineno for decorator in decorators)])
        while first > 1 and self._lines[first - 2].lstrip().startswith(b"#"):
            first -= 1
        end = (last or node).end_lineno or first
        return Edit(self._starts[first - 1], self._starts[end], text)

    def edited(self, edits: Iterable[Edit]) -> str:
        """Return the text with these edits, which do not overlap."""
        data = self._data
        for edit in sorted(edits, reverse=True):
            data = data[: edit.start] + edit.text.encode() + data[edit.end :]
        return data.decode()

    @property
    def imports(self) -> list[ast.stmt]:
        """Return the imports of the top level."""
        return [each for each in self.tree.body if isinstance(each, ast.Import | ast.ImportFrom)]

    @property
    def docstring(self) -> list[ast.stmt]:
        """Return the statement that is the docstring, if there is one."""
        return [] if ast.get_docstring(self.tree) is None else self.tree.body[:1]

    @property
    def defined(self) -> set[str]:
        """Return the names that the top level defines, without imported names."""
        names = {each.name for each in self.tree.body if isinstance(each, Definition)}
        assigned = [each for each in self.tree.body if isinstance(each, ast.Assign | ast.AnnAssign)]
        nodes = [node for each in assigned for node in ast.walk(each)]
        stored = [n for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
        return names | {node.id for node in stored}

    @property
    def used(self) -> set[str]:
        """Return the names that the file reads or assigns, apart from the import statements."""
        return {node.id for node in ast.walk(self.tree) if isinstance(node, ast.Name)}
