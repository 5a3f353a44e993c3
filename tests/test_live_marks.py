"""The mark `live`: what starts servers and workers is left out of a new project's usual run."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SNIPPETS = ROOT / "snippets"
OURS = {"test_environments.py", "test_jose.py"}  # not in a new project
STARTERS = {"live_server", "running_postgres", "running_mariadb", "Popen", "broker_jobs"}
FILES = [
    file
    for pattern in ("tests/test_*.py", "recipes/*/tests/test_*.py")
    for file in sorted(SNIPPETS.glob(pattern))
    if file.name not in OURS
]


def names_in(node: ast.AST) -> set[str]:
    """Return every name below a node, those of parameters, modules and attributes too."""
    found: set[str] = set()
    for part in ast.walk(node):
        if isinstance(part, ast.Name):
            found.add(part.id)
        elif isinstance(part, ast.Attribute):
            found.add(part.attr)
        elif isinstance(part, ast.arg):
            found.add(part.arg)
    return found


def marked(nodes: list[ast.expr]) -> bool:
    """Say whether one of these expressions is the mark, or holds it."""
    return any("live" in names_in(node) for node in nodes)


def unmarked(text: str) -> Iterator[str]:
    """Yield the tests of a module that start a process and are not marked."""
    module = ast.parse(text)
    functions = {
        node.name: node
        for node in module.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    uses = {name: names_in(node) for name, node in functions.items()}
    for node in module.body:
        if isinstance(node, ast.ImportFrom) and node.module in STARTERS:
            uses |= {alias.asname or alias.name: {node.module} for alias in node.names}
    starts = {name for name, used in uses.items() if used & STARTERS}
    while more := {name for name, used in uses.items() if used & starts} - starts:
        starts |= more
    for node in module.body:
        if isinstance(node, ast.Assign) and "pytestmark" in names_in(node) and marked([node.value]):
            return
    for name, function in functions.items():
        if name in starts and name.startswith("test_") and not marked(function.decorator_list):
            yield name


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(SNIPPETS).as_posix())
def test_what_starts_a_process_is_marked(file: Path) -> None:
    assert list(unmarked(file.read_text())) == []


def test_a_fixture_that_starts_a_process_counts() -> None:
    text = "def it():\n    live_server()\ndef test_a(it):\n    pass\ndef test_b():\n    pass\n"
    assert list(unmarked(text)) == ["test_a"]
    assert list(unmarked(f"pytestmark = pytest.mark.live\n{text}")) == []
    assert list(unmarked(text.replace("def test_a", "@pytest.mark.live\ndef test_a"))) == []
