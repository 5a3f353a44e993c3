"""The gate of `paths`: which Read of a file lists a skill.

In each row EXT stands for an ending of its own, so that no row's file opens another's gate.
"""

from typing import Any

from tests.validation.skill_rows.row import ANY, Row


def _gate(
    name: str,
    paths: str,
    *errors: str,
    opens: str | None = None,
    shut: tuple[str, ...] = (),
    **more: Any,
) -> Row:
    own = f"g{name.replace('-', '')}"
    text = f"---\ndescription: d\npaths: {paths.replace('EXT', own)}\n---\nBody.\n"
    values: dict[str, Any] = {"listed": None, "typed": False} | more
    return Row(name, text, errors, opens=opens and opens.replace("EXT", own),
               shut=tuple(file.replace("EXT", own) for file in shut), **values)  # fmt: skip


def _dead(name: str, paths: str, *shut: str, **more: Any) -> Row:
    return _gate(name, paths, "dead-glob", shut=shut, **more)


def _open(name: str, paths: str, warning: str = "", **more: Any) -> Row:
    return _gate(name, paths, warnings=(warning,) if warning else (), listed="d", typed=True,
                 **more)  # fmt: skip


_ANCHORED = {"warnings": ("anchored-glob",)}
_MENDED = {"borne": ("quotes-missing",)}

_LIVING = [
    _gate("star", '["*.EXT"]', opens="sub/a.EXT", shut=("sub/a.other",)),
    _gate("star-top", '["*.EXT"]', opens="a.EXT"),
    _gate("stars", '["**/*.EXT"]', opens="a.EXT"),
    _gate("stars-deep", '["**/*.EXT"]', opens="x/y/z/a.EXT"),
    _gate("stars-inside", '["EXT/**/b.py"]', opens="EXT/b.py"),
    _gate("stars-around", '["**/EXT/**/*.py"]', opens="x/EXT/y.py"),
    _gate("stars-in-name", '["**.EXT"]', opens="x/y.EXT"),
    _gate("anchored", '["/*.EXT"]', opens="a.EXT", shut=("sub/a.EXT",), **_ANCHORED),
    _gate("anchored-inside", '["EXT/a.py"]', opens="EXT/a.py", shut=("x/EXT/a.py",)),
    _gate("question", '["?.EXT"]', opens="a.EXT", shut=("ab.EXT",)),
    _gate("bracket", '["[ab].EXT"]', opens="a.EXT", shut=("c.EXT",)),
    _gate("bracket-range", '["[0-9].EXT"]', opens="7.EXT", shut=("a.EXT",)),
    _gate("folder", '["EXT"]', opens="x/EXT/b.py"),
    _gate("folder-slash", '["EXT/"]', opens="EXT/a/b.py"),
    _gate("folder-stars", '["EXT/**"]', opens="EXT/a/b.py"),
    _gate("folder-star", '["EXT/*"]', opens="EXT/a/b.py"),
    _gate("case-of-glob", '["**/*.Gcase"]', opens="a.gCASE"),
    _gate("hidden-file", '["*.EXT"]', opens=".x.EXT"),
    _gate("hidden-folder", '["**/*.EXT"]', opens=".dot/a.EXT"),
    _gate("space-in-name", '["my EXT/*.py"]', opens="my EXT/a.py"),
    _gate("space-before", '["  *.EXT"]', opens="a.EXT"),
    _gate("space-after", '["*.EXT "]', opens="a.EXT"),
    _gate("escaped-star", r"""['\*.EXT']""", opens="*.EXT", shut=("a.EXT",)),
    _gate("escaped-star-last", r"""['EXT\*']""", opens="EXT/a.py"),
    _gate("negated", '["**/*.EXT", "!**/not.*"]', opens="x/a.EXT", shut=("x/not.EXT",)),
    _gate("negated-first", '["!**/not.*", "**/*.EXT"]', opens="not.EXT"),
    _gate("number-beside", '["**/*.EXT", 3]', opens="a.EXT", warnings=("wrong-type",)),
]

_FORMS = [
    _gate("comma-text", '"**/*.EXTn, **/*.EXT"', opens="a.EXT"),
    _gate("comma-in-item", '["**/*.EXTn, **/*.EXT"]', opens="a.EXT"),
    _gate("items", '\n  - "**/*.EXT"', opens="a.EXT"),
    _gate("folded-text", ">\n  **/*.EXTn,\n  **/*.EXT", opens="a.EXT"),
    _gate("no-quotes", "**/*.EXT", opens="a.EXT", **_MENDED),
    _gate("no-quotes-braces", "{EXTn,EXT}/**", opens="EXT/a.py", **_MENDED),
    _gate("list-beside-hint", '["**/*.EXT"]\nargument-hint: [a] [b]', opens="a.EXT", **_MENDED),
    _dead("no-quotes-list", "[**/*.EXT]", "a.EXT", **_MENDED),
    _dead("two-lines", "|\n  **/*.EXT\n  **/*.EXTn", "a.EXT"),
    _dead("by-space", '"**/*.EXT **/*.EXTn"', "a.EXT"),
    _dead("by-semicolon", '"**/*.EXT;**/*.EXTn"', "a.EXT"),
    _dead("by-bar", '"**/*.EXT|**/*.EXTn"', "a.EXT"),
    _dead("quotes-inside", """["'**/*.EXT'"]""", "a.EXT"),
]

_BRACES = [
    _gate("braces", '["**/*.{EXT,EXTb}"]', opens="a.EXTb", shut=("a.other",)),
    _gate("braces-space", '["**/*.{EXT, EXTb}"]', opens="b.EXTb"),
    _gate("braces-one", '["**/*.{EXT}"]', opens="a.EXT"),
    _gate("braces-two", '["{EXT,EXTb}/{c,d}.py"]', opens="EXTb/d.py"),
    _gate("braces-comma-text", '"**/*.{EXT,EXTb},**/*.EXTn"', opens="a.EXTb"),
    _gate("braces-nested", '["**/*.{EXT,{EXTb,EXTc}}"]', "dead-glob", "dead-glob",
          shut=("a.EXT", "a.EXTc"), opens="a.EXTb"),
    _dead("braces-open", '["**/*.{EXT,EXTb"]', "a.EXT", "a.EXTb"),
    _dead("braces-range", '["EXT{1..3}.py"]', "EXT1.py"),
    _gate("braces-many", f'["{"{a,b}" * 10}.EXT"]', "too-many-patterns", shut=("a" * 10 + ".EXT",),
          older={"opens": "a" * 10 + ".gbracesmany", "shut": ()}),
    _gate("braces-fewer", f'["{"{a,b}" * 9}.EXT"]', opens="a" * 9 + ".EXT"),
]  # fmt: skip

_DEAD = [
    _dead("slashes", '["/EXT//*.py"]', "EXT/a.py"),
    _dead("dot-slash", '["./EXT/*.py"]', "EXT/a.py"),
    _dead("dots", '["../EXT/*.py"]', "EXT/a.py"),
    _dead("absolute", '["/Users/me/EXT/*.py"]', "EXT/a.py"),
    _dead("drive", '["C:/EXT/*.py"]', "EXT/a.py"),
    _dead("home", '["~/EXT/*.py"]', "EXT/a.py"),
    _dead("address", '["https://x.org/*.EXT"]', "a.EXT"),
    _dead("backslash", r"""['EXT\*.py']""", "EXT/a.py"),
    _dead("extended", '["*.@(EXT|EXTn)"]', "a.EXT"),
    _dead("bracket-open", '["[a.EXT"]', "a.EXT"),
    _dead("bracket-backwards", '["[z-a].EXT"]', "b.EXT"),
    _dead("glob-hash", '["#a.EXT"]', "#a.EXT"),
    _dead("slash-alone", '["/"]', "a.EXT"),
    _dead("dot-alone", '["."]', "a.EXT"),
    _gate("negations", '["!**/*.EXT"]', "only-negations", shut=("a.EXT",)),
    _gate("negated-bracket", '["[!x].EXT"]', "negated-bracket", opens="x.EXT", shut=("a.EXT",)),
    _gate("caret-bracket", '["[^x].EXT"]', "negated-bracket", opens="x.EXT", shut=("a.EXT",)),
]

_NO_GATE = [
    _open("paths-empty", "", "empty-value"),
    _open("paths-list-empty", "[]", "empty-paths"),
    _open("paths-text-empty", '""', "empty-paths"),
    _open("paths-item-empty", '[""]', "empty-paths"),
    _open("paths-comma", '[","]', "empty-paths"),
    _open("paths-number", "3", "wrong-type"),
    _open("paths-map", '{include: "**/*.x"}', "wrong-type"),
    _open("paths-all", '"**"', "matches-everything"),
    _gate("paths-every-file", '["**/*"]', opens=ANY, warnings=("matches-everything",)),
    _gate("paths-star", '["*"]', opens=ANY, warnings=("matches-everything",)),
]

GLOBS = [*_LIVING, *_FORMS, *_BRACES, *_DEAD, *_NO_GATE]
