"""Paths that are made of a text of the request, and archives that a client names files in."""

import ast
import itertools
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.configured_values import default_of
from fastapi_pro.auditing.libraries.rare_work import is_asked, is_only_for_admins
from fastapi_pro.auditing.libraries.request_texts import Search, Text, is_segment
from fastapi_pro.auditing.libraries.text_pieces import Piece, pieces
from fastapi_pro.auditing.libraries.value_checks import FILE_QUESTIONS
from fastapi_pro.auditing.model import limits

_CHOOSE = "`resolve()`, then `is_relative_to(folder)` of a folder in which clients may choose"
_OPENS = (
    "builtins.open", "io.open", "aiofiles.open", "anyio.open_file", "os.remove", "os.unlink",
    "os.makedirs", "shutil.rmtree", "fastapi.responses.FileResponse", "aiofiles.os.remove",
)  # fmt: skip
_WRITES = ("write_bytes", "write_text", "unlink")
_READS = ("read_bytes", "read_text", "open", "mkdir", "iterdir")
_JOINS = ("os.path.join", "posixpath.join", "pathlib.Path", "pathlib.PurePath", "anyio.Path")
_SAME = ("os.path.abspath", "os.path.realpath", "os.path.normpath", "os.path.expanduser")
_SAME_METHODS = ("resolve", "absolute", "expanduser", "as_posix", "with_suffix")


def _parts(expr: Node) -> list[Node]:
    """Return what decides where a path leads: its parts, and what follows a slash in a text."""
    match expr.ast:
        case ast.BinOp(op=ast.Div()):
            return expr.operands
        case ast.JoinedStr() | ast.BinOp():
            return _after_slash(pieces(expr))
        case ast.Call() if expr.member == "format":
            return _after_slash(pieces(expr))
        case ast.Call() if expr.called in _JOINS:
            return expr.args
        case ast.Call() if expr.called in _SAME:
            return expr.args[:1]
        case ast.Call() if expr.member == "joinpath":
            return [expr.owner, *expr.args]
        case ast.Call() if expr.member in _SAME_METHODS:
            return [expr.owner]
    return []


def _after_slash(found: list[Piece]) -> list[Node]:
    """Return the first piece and those after a slash: `id_../x` is a folder that is not there."""
    after = (piece for before, piece in itertools.pairwise(found) if _ends_in_slash(before))
    return [piece for piece in (*found[:1], *after) if isinstance(piece, Node)]


def _ends_in_slash(piece: Piece) -> bool:
    """Say whether a piece, or what it is where nothing else is configured, ends in a slash."""
    text = piece if isinstance(piece, str) else piece.constant or default_of(piece).constant
    return isinstance(text, str) and text.endswith(("/", "\\"))


_PATH = Search(_parts, frozenset({"pathlib.Path"}), FILE_QUESTIONS)


def detect(program: Program) -> Iterator[Hit]:
    """Yield what opens, sends or deletes a path that a client names."""
    for call in program.calls_of(*_OPENS):
        given = call.argument(0, "path") or call.keyword("file")
        if not call.module.is_tool and (text := _text(given)):
            yield _hit(call, text)
    for call in program.calls_named(*_WRITES, *_READS):
        is_of_path = call.owner and not call.module.is_tool and _is_path(call.owner)
        if is_of_path and (text := _text(call.owner)):
            yield _hit(call, text)
    for call in program.calls_named("extractall"):
        if call.owner and not call.keyword("filter") and _unpacks_upload(call):
            yield call.hit(
                "Before Python 3.14 `extractall` writes wherever the names in an uploaded tar lead",
                fix='`extractall(folder, filter="data")`',
            )


def _text(path: Node) -> Text | None:
    if not path or isinstance(path.ast, ast.Constant):
        return None
    text = _PATH.unchecked(path)
    return None if text is None or is_segment(text) else text


def _hit(call: Node, text: Text) -> Hit:
    slash = " or a leading `/`" if _may_lead(_path(call)) else ""
    is_whole = _begins(_path(call))
    return call.hit(
        f"{text.name} begins the path that `{call.last_name}` takes: it may name any file"
        if is_whole
        else f"{text.name} leads `{call.last_name}` out of its folder, by `../`{slash}",
        severity="low" if _is_harmless(call) else "",
        fix=_CHOOSE if is_whole else "",
        cause=f"{text.name} in {call.function.name}, {call.module.name}",
    )


def _path(call: Node) -> Node:
    """Return the path that a call opens."""
    if call.called in _OPENS:
        return call.argument(0, "path") or call.keyword("file")
    return call.owner


def _may_lead(path: Node, depth: int = 0) -> bool:
    """Say whether a path may begin with the text of a request, so that a `/` there counts.

    In `folder / name` and `join(folder, name)` each part may begin it anew.
    """
    value = path.value.awaited
    first, *others = pieces(value)
    if others:
        return isinstance(first, Node) and _PATH.unchecked(first) is not None
    parts = [part for part in _parts(value) if _PATH.unchecked(part) is not None]
    made = parts or _given(value)
    if not made or depth > limits.NAMES:
        return True
    return any(_may_lead(part, depth + 1) for part in made)


def _begins(path: Node, depth: int = 0) -> bool:
    """Say whether a path begins with the text of a request, so that no folder was meant for it."""
    is_given = path.bound is not None and path.bound.kind == "param"
    value = path if isinstance(path.ast, ast.Attribute) or is_given else path.value.awaited
    first, *others = pieces(value)
    if depth > limits.NAMES:
        return False
    if others:
        return isinstance(first, Node) and _begins(first, depth + 1)
    either = value.operands if isinstance(value.ast, ast.BoolOp) else []
    made = _parts(value)[:1] or either or _given(value)
    if not made:
        is_plain = isinstance(value.ast, (ast.Name, ast.Attribute))
        return is_plain and _PATH.unchecked(value) is not None
    asked = [part for part in made if _PATH.unchecked(part) is not None]
    return bool(asked) and all(_begins(part, depth + 1) for part in asked)


def _given(value: Node) -> list[Node]:
    """Return what a function of the program returns, or what callers pass for a parameter."""
    if value.is_call and value.callee.name != "__init__":
        return value.callee.returned
    if value.bound is None or value.bound.kind != "param":
        return []
    parameter = value.at(value.bound.node)
    return [parameter.passed(call) for call in parameter.function.callers]


def _is_harmless(call: Node) -> bool:
    """Say whether nobody is seen to reach a call, only administrators do, or one name is read."""
    if not is_asked(call) or is_only_for_admins(call.function):
        return True
    path = _path(call).value
    ends = path.operands[1:] if isinstance(path.ast, ast.BinOp) else path.args[-1:]
    is_named = any(isinstance(end.constant, str) for end in ends)
    return is_named and path.called not in ("pathlib.Path", "builtins.str") and _reads(call)


def _reads(call: Node) -> bool:
    mode = call.argument(int(call.called in _OPENS), "mode").constant
    is_opened = call.last_name == "open" and mode in (None, "r", "rb")
    return is_opened or call.last_name in ("read_bytes", "read_text")


def _is_path(owner: Node) -> bool:
    """Say whether an expression makes a `Path`."""
    value = owner.value
    is_joined = isinstance(value.ast, ast.BinOp) and isinstance(value.ast.op, ast.Div)
    if is_joined or value.called in _JOINS or value.member in (*_SAME_METHODS, "joinpath"):
        return True
    return owner.is_a("pathlib.Path", "anyio.Path")


def _unpacks_upload(call: Node) -> bool:
    """Say whether a tar is opened from a file that a client uploads."""
    opened = call.owner.value
    if opened.called != "tarfile.open":
        return False
    queue, seen = [opened.argument(2, "fileobj")], set[Node]()
    while queue:
        expr = queue.pop()
        for name in expr.walk(ast.Name):
            if name.is_a("fastapi.UploadFile"):
                return True
            value = name.value
            if value and value not in seen and value.binding and value.binding.kind == "assign":
                seen.add(value)
                queue.append(value)
    return False
