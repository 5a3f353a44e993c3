"""Whatever valid Python there is, no detector fails on it."""

import ast
import functools
import random
import tempfile
import warnings
from copy import deepcopy
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from fastapi_pro.auditing.runner import run

RULES = Path(__file__).parents[2] / "snippets" / "rules"
SOURCES = [path.read_text(encoding="utf-8") for path in sorted(RULES.glob("*/*.py"))]
ODD = [
    ast.parse(text, mode="eval").body
    for text in (
        "x", "x.y.z", "(yield)", "lambda: 0", "[*a]", "{**a}", "f(*a, **b)", "f'{x!r:>{w}}'", "...",
        "a[1:2, ...]", "(x := 1)", "a if b else c", "not a", "-1", "'text'", "b'bytes'", "1e400",
        "{a: b for a in c}", "[x async for x in y]", "a < b < c", "a @ b",
        "()", "print", "Depends()",
    )
]  # fmt: skip


@functools.cache
def expressions() -> list[ast.expr]:
    """Return all expressions of the rules: made when a test asks, as each worker collects this."""
    trees = map(ast.parse, SOURCES)
    return [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.expr)]


def mutate(tree: ast.Module, choice: random.Random) -> None:
    """Replace, drop and double some parts of a module."""
    for _ in range(choice.randint(1, 12)):
        parent = choice.choice(list(ast.walk(tree)))
        fields = [name for name in parent._fields if getattr(parent, name, None)]
        if not fields:
            continue
        name = choice.choice(fields)
        value = getattr(parent, name)
        if isinstance(value, ast.expr):
            setattr(parent, name, deepcopy(choice.choice([*ODD, choice.choice(expressions())])))
        elif isinstance(value, list) and isinstance(value[0], ast.expr | ast.stmt):
            index = choice.randrange(len(value))
            if choice.random() < 0.5 and len(value) > 1:
                del value[index]
            elif isinstance(value[0], ast.expr):
                value[index] = deepcopy(choice.choice(ODD))
            else:
                value.insert(0, deepcopy(value[index]))
        elif isinstance(value, list) and isinstance(value[0], ast.arg | ast.keyword | ast.alias):
            value.reverse()


@pytest.mark.slow
@settings(
    max_examples=150, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow]
)
@given(seed=st.integers(0, 2**32), source=st.sampled_from(SOURCES))
def test_no_valid_file_makes_a_detector_fail(seed: int, source: str) -> None:
    choice = random.Random(seed)
    tree = ast.parse(source)
    mutate(tree, choice)
    try:
        text = ast.unparse(tree)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text, "mutated", "exec")
    except (ValueError, SyntaxError, TypeError, AttributeError, RecursionError):
        reject()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "main.py"
        file.write_text(text, encoding="utf-8")
        found = run([file], Path(folder), 1)
    lines = text.count("\n") + 1
    assert all(1 <= f.line <= lines and f.column >= 1 for f in found)
    assert "unreadable" not in {f.slug for f in found}


@pytest.mark.slow
@settings(max_examples=30)
@given(
    seed=st.integers(0, 2**32),
    sources=st.lists(st.sampled_from(SOURCES), min_size=2, max_size=6),
)
def test_no_mixture_of_modules_makes_a_detector_fail(seed: int, sources: list[str]) -> None:
    choice = random.Random(seed)
    names = [f"m{number}" for number in range(len(sources))]
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for name, source in zip(names, sources, strict=True):
            stars = "".join(f"from {n} import *\n" for n in names if choice.random() < 0.5)
            file = Path(folder) / f"{name}.py"
            file.write_text(stars + source, encoding="utf-8")
            files.append(file)
        found = run(files, Path(folder), 1)
    assert {Path(f.path) for f in found} <= set(files)
