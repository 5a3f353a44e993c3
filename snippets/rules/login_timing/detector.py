"""Logins that verify a password only where there is an account."""

import ast
import re
from collections.abc import Iterator, Sequence

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.command_lines import is_for_commands, is_script
from fastapi_pro.auditing.libraries.exception_handlers import exception_handlers
from fastapi_pro.auditing.libraries.fastapi_requests import request_functions, starting_functions
from fastapi_pro.auditing.libraries.http_errors import made_by, raised_status
from fastapi_pro.auditing.libraries.login_answers import differing_answers
from fastapi_pro.auditing.libraries.logins import looked_up, missing, present
from fastapi_pro.auditing.libraries.passwords import is_hash, is_verification, may_verify
from fastapi_pro.auditing.libraries.threads import handed_to_thread
from fastapi_pro.auditing.model.call_graph import reached
from fastapi_pro.auditing.model.exceptions import raised_by
from fastapi_pro.auditing.model.flow import ends

_ONE = ("get_one", "one", "scalar_one")
_HTTP = "fastapi.HTTPException"
_NOT_FOUND = 404
_NO_ACCOUNT = re.compile(
    r"(account|e-?mail|login|user)\w*( \w+)*( not|n't| no longer) (exist|found|known|registered)"
    r"|(no such|unknown|no) (account|e-?mail|login|user)",
    re.IGNORECASE,
)
_FIRST = re.compile(
    r"bootstrap|(^|_)seed(_|$)|(first|initial)_?(super)?_?(admin|user)", re.IGNORECASE
)
"""Names of what makes the first accounts, and no login."""
_DESKTOP = (
    "PyQt5", "PyQt6", "PySide2", "PySide6", "customtkinter", "flet", "kivy", "textual", "tkinter",
    "wx",
)  # fmt: skip
_DUMMY = "dummy_verify"  # of passlib
_SLEEPS = ("asyncio.sleep", "time.sleep", "anyio.sleep")


def detect(program: Program) -> Iterator[Hit]:
    """Yield the test for a missing account that skips the verification, one in each function."""
    for function in may_verify(program):
        if function.module.is_tool or function in starting_functions(program):
            continue
        if _FIRST.search(f"{function.name} {function.enclosing_class.name}"):
            continue
        checks = [call for call in function.calls if call.given and is_verification(call)]
        is_login = bool(checks) and all(map(_lets_in, checks))
        place = _skips(function, checks) if is_login else None
        if not place or _waits(function) or _is_command(function):
            continue
        if not _is_told_anyway(function, checks) and not _is_of_program(function):
            yield place.hit(
                f"`{function.name}` verifies no password when the account does not exist: the"
                " faster answer tells which accounts exist"
            )


def _lets_in(check: Node) -> bool:
    """Say whether a right password is what lets somebody in.

    Where it is an error, it must be another than the last; where a wrong one is no end, it is set.
    """
    is_negated = False
    for above in check.ancestors:
        match above.ast:
            case ast.UnaryOp(op=ast.Not()):
                is_negated = not is_negated
            case ast.BoolOp(op=ast.Or()):
                return True
            case ast.Await() | ast.BoolOp():
                continue
            case ast.If() if above.test.holds(check):
                last = above.body[-1]
                return ends(last) if is_negated else not isinstance(last.ast, ast.Raise)
            case _:
                return True
    return True


def _waits(function: Node) -> bool:
    """Say whether a function waits, so that each answer takes as long.

    A pause of a fixed length that each call makes leaves the difference as it is.
    """
    pauses = [call for call in function.calls if call.called in _SLEEPS]
    return not all(_is_fixed(pause) and pause.statement.parent == function for pause in pauses)


def _is_fixed(pause: Node) -> bool:
    return isinstance(pause.argument(0, "delay").constant, (int, float))


def _is_told_anyway(function: Node, checks: list[Node]) -> bool:
    """Say whether the answer to an unknown account says so: its time tells nothing more."""
    if any(differing_answers(function)):
        return True
    for name in {read.name for check in checks for read in check.walk(ast.Name)}:
        lookups = looked_up(function, name)
        if any(isinstance(above.ast, ast.Try) for call in lookups for above in call.ancestors):
            continue
        raised = [s for f in reached(call.callee for call in lookups) for s in f.own(ast.Raise)]
        for branch in function.own(ast.If) if lookups else ():
            if isinstance(branch.ast, ast.If) and missing(branch.ast.test) == name:
                raised += [s for s in branch.body if isinstance(s.ast, ast.Raise)]
        if any(_tells(statement) for statement in raised if not _is_repeated(statement, function)):
            return True
    return False


def _is_repeated(statement: Node, function: Node) -> bool:
    """Say whether a function raises the same elsewhere: for a wrong password, too."""
    return [other.text for other in function.own(ast.Raise)].count(statement.text) > 1


def _tells(statement: Node) -> bool:
    """Say whether what is raised is answered, and says that there is no such account."""
    exception = raised_by(statement).value
    made = made_by(exception).value
    cls = made.func.definition
    keys = [handler.key for handler in exception_handlers(statement.program)]
    known = {_HTTP, *(key.library_name for key in keys)} - {""}
    is_own = cls.is_class and any(key.definition in cls.lineage for key in keys)
    if not (is_own or made.called in known or not cls.bases.isdisjoint(known)):
        return False
    said = [*exception.walk(ast.Constant), *made.walk(ast.Constant)]
    texts = (str(constant.literal) for constant in said)
    return raised_status(statement) == _NOT_FOUND or any(map(_NO_ACCOUNT.search, texts))


def _is_of_program(function: Node) -> bool:
    """Say whether a program on a desk or at a terminal signs somebody in, and no request does."""
    if function in request_functions(function.program):
        return False
    if is_for_commands(function) or is_script(function):
        return True
    return any(module.imports(*_DESKTOP) for module in function.program.service)


def _is_command(function: Node) -> bool:
    """Say whether somebody at a terminal runs a function, and no request does."""
    if any(decorator.last_name == "command" for decorator in function.decorators):
        return True
    if function in request_functions(function.program):
        return False
    is_script = any(
        isinstance(statement.ast, ast.If) and "__main__" in statement.test.text
        for statement in function.at(function.module.tree).body
    )
    talks = any(call.called in ("builtins.print", "builtins.input") for call in function.calls)
    return talks or (is_script and not function.module.imports("fastapi", "starlette"))


def _skips(function: Node, checks: list[Node]) -> Node | None:
    """Return where a missing account is told apart before the password is verified."""
    for node in function.own(ast.BoolOp, ast.If):
        match node.ast:
            case ast.BoolOp(op=op, values=values):
                is_told = missing if isinstance(op, ast.Or) else present
                for index, value in enumerate(values):
                    later = _inside(node, values[index + 1 :], checks)
                    if later and _is_made_up_for(node):
                        continue
                    if later and _is_looked_up(function, is_told(value), later):
                        return node.statement
            case ast.If():
                name, later = _skipped(node, node.ast, checks)
                if later and _is_looked_up(function, name, later):
                    return node
    return _raises(function, checks)


def _is_made_up_for(test: Node) -> bool:
    """Say whether the branch for a missing account, of an `if` with this test, hashes."""
    branch = test.parent
    if not isinstance(branch.ast, ast.If) or branch.test != test:
        return False
    if isinstance(test.ast, ast.BoolOp) and isinstance(test.ast.op, ast.And):
        return _works_after(branch, branch.ast)
    return _hashes(branch, branch.ast.body)


def _raises(function: Node, checks: list[Node]) -> Node | None:
    """Return the lookup before a verification that raises where there is no account."""
    for statement in function.own(ast.Assign):
        call, name = statement.assigned.awaited, statement.targets[0].name
        later = [check for check in checks if check.position > statement.position]
        if not (call.is_call and name and later) or not _fails(call):
            continue
        around = [above for above in statement.ancestors if isinstance(above.ast, ast.Try)]
        handlers = [h for above in around for h in above.ast.handlers]  # type: ignore[attr-defined]
        is_hashed = any(_hashes(statement, handler.body) for handler in handlers)
        if not is_hashed and _is_looked_up(function, name, later):
            return statement
    return None


def _fails(lookup: Node) -> bool:
    """Say whether a lookup raises where it finds nothing, itself or in a function it calls."""
    if lookup.member in _ONE:
        return True
    function = lookup.callee
    for branch in function.own(ast.If):
        match branch.ast:
            case ast.If(test=test, body=[*_, ast.Raise()]) if name := missing(test):
                returned = {part.name for v in function.returned for part in v.walk(ast.Name)}
                return name in returned and not any(map(is_verification, function.calls))
    found = [value.awaited for value in function.returned]
    return len(found) == 1 and found[0].is_call and found[0].member in _ONE


def _skipped(node: Node, branch: ast.If, checks: list[Node]) -> tuple[str, list[Node]]:
    """Return the variable without which an `if` skips verifications, and these."""
    inside = _inside(node, branch.body, checks)
    if (name := _first_missing(branch.test)) and ends(node.body[-1]):
        before = [check for check in checks if check.position < node.position]
        after = [c for c in checks if c.position > node.position and not node.holds(c)]
        is_skipped = not inside and not before and not _hashes(node, branch.body)
        return name, after + _inside(node, branch.orelse, checks) if is_skipped else []
    name = present(branch.test)
    is_skipped = len(inside) == len(checks) and not _works_after(node, branch)
    return name, inside if name and is_skipped else []


def _first_missing(test: ast.expr) -> str:
    """Return the variable of `user is None`, also in `user is None or user.hash is None`."""
    match test:
        case ast.BoolOp(op=ast.Or(), values=[first, *_]):
            return missing(first)
    return missing(test)


def _works_after(node: Node, branch: ast.If) -> bool:
    """Say whether what an `if` leads to otherwise hashes: its `else`, or what follows its end."""
    if _hashes(node, branch.orelse):
        return True
    function = node.function
    later = [call for call in function.calls if call.position > node.position]
    return ends(node.body[-1]) and any(_works(c) for c in later if not node.holds(c))


def _inside(node: Node, parts: Sequence[ast.AST], checks: list[Node]) -> list[Node]:
    return [check for check in checks if any(node.at(part).holds(check) for part in parts)]


def _hashes(node: Node, statements: Sequence[ast.stmt]) -> bool:
    """Say whether statements verify or hash, themselves or through functions of the program."""
    return any(_works(call) for part in statements for call in node.at(part).walk(ast.Call))


def _works(call: Node) -> bool:
    """Say whether a call takes as long as a verification: it verifies, hashes or leads to that."""
    runs = handed_to_thread(call)
    if _is_work(call) or runs.member == _DUMMY:
        return True
    return any(_is_work(inner) for f in reached([runs.runs or call.callee]) for inner in f.calls)


def _is_work(call: Node) -> bool:
    return call.member == _DUMMY or is_hash(call) or is_verification(call)


def _is_looked_up(function: Node, name: str, checks: list[Node]) -> bool:
    """Say whether a variable is the account, found by what an unknown caller gave.

    The verification takes its hash from it; nobody who is logged in already comes here.
    """
    reads = (read for check in checks for read in check.walk(ast.Name) if read.name == name)
    if all(isinstance(read.parent.ast, (ast.BinOp, ast.Compare)) for read in reads):
        return False  # a number, not an account
    return bool(looked_up(function, name))
