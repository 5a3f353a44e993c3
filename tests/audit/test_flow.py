"""Which of two places in a function may run after the other."""

from pathlib import Path

import pytest

from fastapi_pro.auditing.libraries.known_types import KnownTypes
from fastapi_pro.auditing.model.flow import reaches
from fastapi_pro.auditing.model.module import Module
from fastapi_pro.auditing.model.program import Program
from fastapi_pro.auditing.sources.parse import parse


def _reaches(body: str, folder: Path) -> bool:
    """Say whether `b()` may run after `a()` in a function with this body."""
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    source = f"import sys\ndef refuse():\n    raise ValueError\ndef run(new, kind, x):\n{lines}"
    module = Module(folder / "main.py", "main.py", source.encode(), parse)
    program = Program([module], folder, lambda _: None, KnownTypes())
    calls = {call.func.name: call for f in program.functions for call in f.calls}
    return reaches(calls["a"], calls["b"])


@pytest.mark.parametrize(
    "body",
    [
        "if new:\n    a()\nelse:\n    b()",
        "if new:\n    a()\n    return\nb()",
        "if new:\n    a()\n    sys.exit(1)\nb()",
        "if new:\n    a()\n    refuse()\nb()",
        "if new:\n    a()\n    match x:\n        case 1: return\n        case _: return\nb()",
        "match kind:\n    case 1:\n        a()\n    case _:\n        b()",
        "try:\n    a()\nexcept ValueError:\n    raise\nelse:\n    return\nb()",
        "if kind == 1:\n    a()\nif kind == 2:\n    b()",
        "if kind == 1:\n    a()\nif kind != 1:\n    b()",
        "if new:\n    a()\nif not new:\n    b()",
        "if not new:\n    a()\nif new and kind:\n    b()",
        "if not new:\n    a()\nx = 1 if not new else b()",
        "if x is None:\n    a()\nif x is not None:\n    b()",
        "if x is None:\n    a()\nif x:\n    b()",
        "if kind in (1, 2):\n    a()\nif kind in [3]:\n    b()",
        "if kind == K.A:\n    a()\nelif kind == K.B:\n    b()",
        "if kind == K.A:\n    a()\nif kind == K.B:\n    b()",
        "if x.kind == 1:\n    a()\nif x.kind == 2:\n    b()",
        "if kind == 1:\n    pass\nelse:\n    a()\nif kind == 1:\n    b()",
    ],
)
def test_branches_that_exclude_each_other(body: str, tmp_path: Path) -> None:
    assert not _reaches(body, tmp_path)


@pytest.mark.parametrize(
    "body",
    [
        "a()\nb()",
        "if new:\n    a()\nb()",
        "if new:\n    a()\nif kind:\n    b()",
        "if new:\n    a()\n    print()\nb()",
        "if new:\n    a()\n    match kind:\n        case 1:\n            return\nb()",
        "if new:\n    a()\n    match kind:\n        case y if y:\n            return\nb()",
        "try:\n    a()\nexcept ValueError:\n    pass\nelse:\n    return\nb()",
        "if kind == 1:\n    a()\n    kind = 2\nif kind == 2:\n    b()",
        "if kind == 1:\n    a()\nif kind == 1:\n    b()",
        "if kind == 1:\n    a()\nif kind != 2:\n    b()",
        "if new:\n    a()\nif new:\n    b()",
        "if new or kind:\n    a()\nif not new:\n    b()",
        "if not (new and kind):\n    a()\nif new:\n    b()",
        "if kind == 1:\n    a()\nif kind in (1, 2):\n    b()",
        "if kind in '12':\n    a()\nif kind in '23':\n    b()",
        "if kind == new:\n    a()\nif kind == x:\n    b()",
        "if x.kind == 1:\n    a(x)\nif x.kind == 2:\n    b()",
        "if x.kind == 1:\n    a()\n    x.kind = 2\nif x.kind == 2:\n    b()",
        "if x.kind == 1:\n    a()\n    x.change()\nif x.kind == 2:\n    b()",
        "if x is not None:\n    a()\nif not x:\n    b()",
    ],
)
def test_what_one_run_may_do(body: str, tmp_path: Path) -> None:
    assert _reaches(body, tmp_path)
