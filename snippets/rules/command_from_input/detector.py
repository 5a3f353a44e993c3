"""Commands of a shell that are put together with a text of the request."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.rare_work import is_asked, is_only_for_admins
from fastapi_pro.auditing.libraries.request_texts import Search, text_parts
from fastapi_pro.auditing.libraries.value_checks import FILE_QUESTIONS

_SHELLS = (
    "os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput",
    "asyncio.create_subprocess_shell",
)  # fmt: skip
_RUNS = (
    "subprocess.run", "subprocess.Popen", "subprocess.call", "subprocess.check_call",
    "subprocess.check_output", "asyncio.create_subprocess_exec", "anyio.run_process",
)  # fmt: skip
_NAMES = ("sh", "bash", "zsh", "dash", "/bin/sh", "/bin/bash", "/usr/bin/bash", "cmd", "powershell")
_TAKES_COMMAND = ("-c", "-lc", "-ec", "/c", "/C", "-Command")
_PATHS = ("os.path.join", "pathlib.Path", "os.path.abspath", "os.path.realpath")
_SAME = ("resolve", "absolute", "as_posix", "with_suffix")


def _parts(expr: Node) -> list[Node]:
    """Return what a text or a path is put together from."""
    match expr.ast:
        case ast.BinOp(op=ast.Div()):
            return expr.operands
        case ast.Call() if expr.called in _PATHS:
            return expr.args
        case ast.Call() if expr.member in _SAME:
            return [expr.owner]
    return text_parts(expr)


_TEXT = Search(_parts, frozenset({"pathlib.Path"}), FILE_QUESTIONS)


def detect(program: Program) -> Iterator[Hit]:
    """Yield the calls that give a shell a text of the request."""
    for call in program.calls_of(*_SHELLS, *_RUNS):
        if not call.module.is_tool:
            yield from _hits(call, _command(call))
    for call in program.calls_named("exec_command"):  # of paramiko and asyncssh: a shell far away
        if call.member and not call.module.is_tool:
            yield from _hits(call, call.argument(0, "command"))


def _hits(call: Node, command: Node) -> Iterator[Hit]:
    if not command or isinstance(command.ast, ast.Constant):
        return
    given = _TEXT.unchecked(command)
    if given is None:
        return
    is_whole = command.value == given.node
    is_low = not is_asked(call) or (is_whole and is_only_for_admins(call))
    yield call.hit(
        f"{given.name} is {'' if is_whole else 'part of '}what a shell runs: whoever sends it can"
        " run any program",
        severity="low" if is_low else "",
    )


def _command(call: Node) -> Node:
    """Return the text that a call gives a shell, if it starts one."""
    given = call.argument(0, "command" if call.called == "anyio.run_process" else "args")
    if call.called in _SHELLS:
        return call.argument(0, "cmd") or given or call.keyword("command")
    listed = given.value
    if call.called == "asyncio.create_subprocess_exec":
        words = call.args
    elif listed.elements:
        words = listed.elements
    elif call.called == "anyio.run_process" or call.keyword("shell").constant is True:
        return given
    else:
        return call.at(None)
    is_shell = len(words) > 2 and words[0].constant in _NAMES
    return words[2] if is_shell and words[1].constant in _TAKES_COMMAND else call.at(None)
