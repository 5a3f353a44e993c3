"""What a block cut from a module holds: the chosen definitions and exactly their imports."""

import ast
import dis
import subprocess
import sys
from pathlib import Path
from types import CodeType

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from maintain.building.extract import Block, parse_module, pick, whole
from maintain.building.names import scope_of, uses_of
from maintain.building.refusal import RefusedError


def cut(text: str, names: str) -> str:
    """Return the block of these comma-separated names without its heading line."""
    heading, _, rest = pick(parse_module("snippets/m.py", text), names.split(",")).text.partition(
        "\n"
    )
    assert heading == "# m.py"
    return rest


def refusal(text: str, names: str | None = None) -> tuple[str, str, str]:
    """Return code, message and fix of the refusal."""

    def block() -> Block:
        module = parse_module("snippets/m.py", text)
        return whole(module) if names is None else pick(module, names.split(","))

    with pytest.raises(RefusedError) as caught:
        block()
    (finding,) = caught.value.findings
    return finding.code, finding.message, finding.fix


def used(text: str) -> set[str]:
    """Return the names that statements read from outside."""
    return {use.dotted for use in uses_of(map(scope_of, ast.parse(text).body))}


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("def f(a=x): return a + y", {"x", "y"}),
        ("def f(x): return x", set()),
        ("def f(*x, k, **y): return x, k, y", set()),
        ("def f():\n    x = 1\n    return x", set()),
        ("def f():\n    return x\n    x = 1", set()),
        ("def f():\n    for x in y: print(x)", {"y", "print"}),
        ("def f():\n    import x\n    from a import b as y\n    return x, y", set()),
        ("def f():\n    with a as x: x", {"a"}),
        ("def f():\n    try: a\n    except E as x: x", {"a", "E"}),
        ("def f():\n    global x\n    x = 1", {"x"}),
        ("def f():\n    x = 1\n    def g():\n        nonlocal x\n        x = 2", set()),
        ("def f():\n    def g(): return x\n    x = 1", set()),
        ("def f(a: x, *b: y, c: z = w) -> v: ...", set("xyzwv")),
        ("def f(a: 'x', b: 'list[\"y\"]'): ...", {"x", "y", "list"}),
        ("def f(a: 'no type at all'): ...", set()),
        ("def f(a: Literal['x']): ...", {"Literal"}),
        ("def f(a: t.Annotated['x', 'y', z]): ...", {"t.Annotated", "x", "z"}),
        ("A = Annotated['x', y]", {"Annotated", "x", "y"}),
        ("def f(a: Callable[['x'], 'y'] | 'z'): ...", {"Callable", "x", "y", "z"}),
        ("A: TypeAlias = 'x'", {"TypeAlias", "x"}),
        ("A: str = 'x'", {"str"}),
        ("a = cast('x', y)", {"cast", "x", "y"}),
        ("a = TypeVar('a', bound='x')", {"TypeVar", "x"}),
        ("a = d['x']", {"d"}),
        ("@x\n@y.z(w)\ndef f(): ...", {"x", "y.z", "w"}),
        ("class A(x, metaclass=y): ...", {"x", "y"}),
        ("class A:\n    x = 1\n    def f(self): return x", {"x"}),
        ("class A:\n    x = 1\n    y = x", set()),
        ("class A:\n    x = x", {"x"}),
        ("class A:\n    date: date", {"date"}),
        ("class A:\n    for x in x: ...", {"x"}),
        ("class A:\n    date: date | None = None", {"date"}),
        ("class A:\n    def f(self): return A", set()),
        ("[x for x in y if x]", {"y"}),
        ("[x for x in y for z in x]", {"y"}),
        ("{k: v for k, v in y}", {"y"}),
        ("(x for x in x)", {"x"}),
        ("def f():\n    [y := x for x in a]\n    return y", {"a"}),
        ("def f(): return (x := 1) + x", set()),
        ("f = lambda x, y=z: x + y + w", {"z", "w"}),
        ("f'{x:{y}}'", {"x", "y"}),
        ("__all__ = ['x', 'y']\ndef x(): ...", {"y"}),
        ("x += 1", {"x"}),
        ("app = wrap(app)", {"wrap", "app"}),
        ("a.b.c.d", {"a.b.c.d"}),
        ("a.b().c", {"a.b"}),
        ("a.b = 1", {"a.b"}),
        (
            "def f(v):\n match v:\n  case [x, *y]: x, y\n  case {'k': z, **w}: z, w\n  case q: q",
            set(),
        ),
        ("def f(v):\n match v:\n  case Point(x=0): ...", {"Point"}),
        ("async def f():\n    async for x in y:\n        await x", {"y"}),
        ("def f():\n    del x", set()),
    ],
)
def test_names_read_from_outside(code: str, names: set[str]) -> None:
    """A name counts as used only where it is not bound by an inner scope."""
    assert used(code) == names


@pytest.mark.parametrize(
    ("imports", "body", "kept"),
    [
        ("import os", "os.x", "import os"),
        ("import os", "1", ""),
        ("import os.path", "os.getcwd()", "import os.path"),
        ("import os\nimport os.path", "os.path.join()", "import os.path"),
        ("import os\nimport os.path", "os.getcwd()", "import os"),
        ("import os\nimport os.path", "os.getcwd, os.path.x", "import os\nimport os.path"),
        ("import a, b", "b", "import b"),
        ("import a.b as c", "c", "import a.b as c"),
        ("from x import y, z", "z", "from x import z"),
        ("from x import y as z, w", "z", "from x import y as z"),
        ("from .. import y, z", "z", "from .. import z"),
        ("from .m import (\n    y,\n    z,\n)", "z", "from .m import z"),
        ("from m import (\n    y,\n    z,\n)", "y, z", "from m import (\n    y,\n    z,\n)"),
        ("from __future__ import annotations", "1", "from __future__ import annotations"),
        ("import a\n\nimport b\n\nimport c", "a, c", "import a\n\nimport c"),
        ("import a\nimport b\nimport c", "a, c", "import a\nimport c"),
        (
            "from typing import TYPE_CHECKING, Any\n\nif TYPE_CHECKING:\n    from x import y, z",
            "cast('z')",
            "",
        ),
        (
            "from typing import TYPE_CHECKING, cast\n\nif TYPE_CHECKING:\n    from x import y, z",
            "cast('z', 1)",
            "from typing import TYPE_CHECKING, cast\n\nif TYPE_CHECKING:\n    from x import z",
        ),
        (
            "import typing as t\n\nif t.TYPE_CHECKING:\n    import x",
            "t.cast('x.y', 1)",
            "import typing as t\n\nif t.TYPE_CHECKING:\n    import x",
        ),
    ],
)
def test_exactly_the_imports_used(imports: str, body: str, kept: str) -> None:
    """A block begins with the imports its code uses, reduced to those names, and no others."""
    if body == "cast('z')":  # nothing from the guarded imports: the guard goes too
        body, kept = "Any", "from typing import Any"
    expected = f"{kept}\n\n\n" if kept else "\n\n"
    assert cut(f"{imports}\n\n\ndef f():\n    {body}\n", "f") == f"{expected}def f():\n    {body}"


def test_long_reduced_import_is_wrapped() -> None:
    """A reduced import past 100 characters is wrapped as ruff format wraps it."""
    names = [f"a_rather_long_name_number_{n}" for n in range(5)]
    text = f"from x import other, {', '.join(names)}\n\nX = [{', '.join(names)}]\n"
    wrapped = "".join(f"    {name},\n" for name in names)
    assert cut(text, "X").startswith(f"from x import (\n{wrapped})\n\nX = ")


MODULE = '''"""Doc."""

import os
import sys

# far away

# of A
# two lines
A = 1
B: int = 2

C, D = os.sep, A
A += 1


# of f
@sys.intern
# between
def f() -> int:
    """Return one."""
    return A  # why


class K:
    """A class."""


async def g() -> None: ...
'''


@pytest.mark.parametrize(
    ("names", "block"),
    [
        ("A", "\n# of A\n# two lines\nA = 1\n\nA += 1"),
        ("B", "\nB: int = 2"),
        ("B,A", "\n# of A\n# two lines\nA = 1\nB: int = 2\n\nA += 1"),
        ("K", '\n\nclass K:\n    """A class."""'),
        ("g,K", '\n\nclass K:\n    """A class."""\n\n\nasync def g() -> None: ...'),
        ("B,K", '\nB: int = 2\n\n\nclass K:\n    """A class."""'),
        (
            "D,A",
            "import os\n\n# of A\n# two lines\nA = 1\n\nC, D = os.sep, A\nA += 1",
        ),
        (
            "f,A",
            """import sys

# of A
# two lines
A = 1

A += 1


# of f
@sys.intern
# between
def f() -> int:
    \"\"\"Return one.\"\"\"
    return A  # why""",
        ),
    ],
)
def test_definitions_come_in_file_order(names: str, block: str) -> None:
    """Definitions come with decorators and comments, in file order, spaced as in the file."""
    assert cut(MODULE, names) == block


@pytest.mark.parametrize(
    ("text", "names", "code", "words"),
    [
        ("X = 1\ndef f(): return X", "f", "name-not-selected", "add X to the fence: #f,X"),
        ("X = 1\nY = X\ndef f(): return Y", "f", "name-not-selected", "add Y to the fence: #f,Y,X"),
        ("def f(): return X", "f", "undefined-name", "`X`, used at snippets/m.py:1"),
        ("def f(): return X", None, "undefined-name", "import or define X"),
        ("def f(x: 'X'): ...", None, "undefined-name", "`X`"),
        ("__all__ = ['X']", None, "undefined-name", "`X`"),
        ("class A:\n    def f(self): ...", "f", "missing-name", "choose from: A"),
        ("", "f", "missing-name", "the file is empty"),
        ("from x import y", "y", "missing-name", "imports come by themselves"),
        ("if a():\n    y = 1", "y", "missing-name", "inside a block at snippets/m.py:1"),
        ("try:\n    import y\nexcept E:\n    y = 1\ndef f(): y", "f", "name-not-selected", "block"),
        ("from x import *\ndef f(): y", "f", "star-import", "import each name"),
        ("a = 1; b = 2", "a", "shared-line", "own line"),
        ("def f(:", "f", "python-syntax", "not Python 3.11"),
        ("x = '\0'", None, "python-syntax", "null"),
        ("type X = int", None, "python-syntax", "not Python 3.11"),
        ("x = " + "(" * 500, None, "python-syntax", "parenthes"),
    ],
)
def test_refused(text: str, names: str | None, code: str, words: str) -> None:
    """What cannot stand alone is refused, and the message says what to write instead."""
    found, message, fix = refusal(text, names)
    assert found == code
    assert words in f"{message} {fix}"


def test_rebound_import_needs_its_definition() -> None:
    """A name imported and then redefined means the definition, which brings the import along."""
    text = "from x import y\n\ny = y.z\n\n\ndef f(): return y\n"
    assert refusal(text, "f")[0] == "name-not-selected"
    assert cut(text, "f,y") == "from x import y\n\ny = y.z\n\n\ndef f(): return y"


def test_assignments_keep_their_spacing() -> None:
    """Assignments stay together or apart as in the file, also where one between is left out."""
    text = "A = 1\nB = 2\nC = 3\n\nD = 4\n\nE = 5\n"
    assert cut(text, "A,C,E") == "\nA = 1\nC = 3\n\nE = 5"


def test_overloads_stay_close() -> None:
    """Definitions of one name come together, as near to each other as in the file."""
    text = "@o\ndef f(x: int) -> int: ...\n@o\ndef f(x: str) -> str: ...\ndef f(x): return x\n"
    assert cut(f"from t import o\n\n\n{text}", "f") == f"from t import o\n\n\n{text[:-1]}"


def test_syntax_error_has_its_place() -> None:
    """The refusal of a snippet that does not parse points into the snippet."""
    with pytest.raises(RefusedError) as caught:
        parse_module("snippets/m.py", "x = 1\ny = = 2\n")
    (finding,) = caught.value.findings
    assert (finding.path, finding.line, finding.column) == ("snippets/m.py", 2, 5)


@pytest.mark.parametrize(
    ("text", "block"),
    [
        ('"""Doc."""\nX = 1\n', '# m.py\n"""Doc."""\nX = 1'),
        ("# m.py\nX = 1\n", "# m.py\nX = 1"),
        ("# m.pyx\nX = 1", "# m.py\n# m.pyx\nX = 1"),
        ("", "# m.py"),
        ("X = 1\n\n", "# m.py\nX = 1\n"),
    ],
)
def test_whole_module_is_headed_by_its_path(text: str, block: str) -> None:
    """A whole module is its exact text without the last line end, below its path."""
    assert whole(parse_module("snippets/m.py", text)).text == block


def test_blocks_are_formatted(tmp_path: Path) -> None:
    """Blocks of formatted modules are what ruff format would write."""
    every = ["A", "B", "A,D", "A,f", "K", "g", "g,K", "A,B,K", "A,f,g"]
    for number, names in enumerate(every):
        block = pick(parse_module("snippets/m.py", MODULE), names.split(","))
        (tmp_path / f"m{number}.py").write_text(f"{block.text}\n")
    command = [sys.executable, "-m", "ruff", "format", "--diff", "--isolated", "--line-length=100"]
    done = subprocess.run([*command, tmp_path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


NAMES = ["aa", "bb", "cc", "dd", "ee"]
name = st.sampled_from(NAMES)
used_name = st.sampled_from([*NAMES, "os", "Path", "js", "len"])


@st.composite
def expressions(draw: st.DrawFn) -> str:
    """Return an expression with scopes of its own that hide some names."""
    x, y, z = draw(used_name), draw(used_name), draw(name)
    shapes = [
        f"{x}",
        f"[{z} for {z} in {x} if {y}]",
        f"(lambda {z}={x}: {z} + {y})",
        f'f"{{{x}}}"',
        f"{x}.a.b({y})",
        f"({z} := {x})",
    ]
    return draw(st.sampled_from(shapes))


@st.composite
def definitions(draw: st.DrawFn) -> str:
    """Return a top-level statement that binds one name."""
    own, local, other = draw(name), draw(name), draw(used_name)
    left, right = draw(expressions()), draw(expressions())
    shapes = [
        f"{own} = {left}",
        f"{own}: '{other}' = {left}",
        f"# about {own}\n@{other}\ndef {own}({local}: {other} = {left}):\n    return {right}",
        f"async def {own}():\n    {local} = {left}\n    return {local}, {right}",
        f"class {own}({other}):\n    {local}: {other} = {left}\n    def m(self): return {right}",
    ]
    return draw(st.sampled_from(shapes))


IMPORTS = """from __future__ import annotations

import os
import json as js, sys
from pathlib import Path, PurePath
"""


def globals_of(code: CodeType) -> set[str]:
    """Return the names that compiled code loads from outside its functions: the judge's view."""
    loads = {
        str(step.argval)
        for step in dis.get_instructions(code)
        if step.opname in {"LOAD_GLOBAL", "LOAD_NAME", "LOAD_CLASSDEREF"}
    }
    inner = [globals_of(each) for each in code.co_consts if isinstance(each, CodeType)]
    return loads.union(*inner)


@pytest.mark.slow
@given(st.lists(definitions(), min_size=1, max_size=6), st.sets(name, min_size=1))
@settings(max_examples=300)
def test_blocks_stand_alone(statements: list[str], wanted: set[str]) -> None:
    """Every block compiles, loads no name it does not bind, and imports nothing unused."""
    rest = "\n".join(f"{each} = 1" for each in NAMES)
    module = parse_module("snippets/m.py", "\n\n\n".join([IMPORTS, *statements, rest]))
    try:
        block = pick(module, sorted(wanted))
    except RefusedError as error:
        (finding,) = error.findings
        event(finding.code)
        block = pick(module, finding.fix.partition("#")[2].split(","))
    body = ast.parse(block.text).body
    bound = set().union(*(scope_of(statement).bound for statement in body))
    loaded = globals_of(compile(block.text, "block", "exec"))
    known = {"__name__", "__qualname__", "__annotations__", "len"}
    assert loaded <= bound | known | {"__module__"}
    imported = {
        n for s in body if isinstance(s, ast.Import | ast.ImportFrom) for n in scope_of(s).bound
    }
    assert imported - {"annotations"} <= {"os", "Path", "js"}
    for unused in imported - {"annotations"}:
        assert block.text.count(unused) > 1
