"""Logins that verify a password only where there is an account."""

import ast
import re
from collections.abc import Iterator

from fastapi_pro.auditing.finding import Hit
from fastapi_pro.auditing.libraries.passwords import is_hash, is_verification
from fastapi_pro.auditing.model.flow import ends, position
from fastapi_pro.auditing.model.legacy import (
    FUNCTIONS,
    At,
    Function,
    Module,
    Program,
    callee,
    calls_in,
    own_nodes,
    spelled,
    written,
)

# what somebody who is not yet known is looked up by
_NAMED = re.compile(
    r"e_?mail|user_?name|login|phone|account|nick|handle|credential|form", re.IGNORECASE
)
_PROVEN = re.compile(r"token|payload|claims|session_?id", re.IGNORECASE)
_KNOWN = re.compile(
    r"current|logged|principal|^me\b|^user: .*(Dep|Security|Session)", re.IGNORECASE
)


def detect(program: Program) -> Iterator[Hit]:
    """Yield the test for a missing account that skips the verification, one in each function."""
    for function in program.functions:
        node, module = function.node, function.module
        assert isinstance(node, FUNCTIONS)
        if module.is_tool:
            continue
        checks = [
            call for call in calls_in(node)
            if _may_verify(call) and is_verification(program, module, call)
        ]  # fmt: skip
        place = _skips(program, module, node, checks) if checks else None
        if place is not None:
            yield Hit(
                module, place,
                f"`{node.name}` verifies no password when there is no such account: the shorter "
                "time tells which accounts exist",
            )  # fmt: skip


def _may_verify(call: ast.Call) -> bool:
    return bool(call.args or call.keywords)


def _skips(
    program: Program, module: Module, function: Function, checks: list[ast.Call]
) -> ast.AST | None:
    """Return where a missing account is told apart before the password is verified."""
    for node in own_nodes(function):
        if isinstance(node, ast.BoolOp):
            for index, value in enumerate(node.values):
                name = _missing(value) if isinstance(node.op, ast.Or) else _present(value)
                later = [c for c in checks if any(_holds(v, c) for v in node.values[index + 1 :])]
                if name and later and _is_looked_up(program, module, function, name, later):
                    return module.statement_of(node) or node
        elif isinstance(node, ast.If):
            inside = [c for c in checks if any(_holds(s, c) for s in node.body)]
            after = [c for c in checks if position(c) > position(node) and not _holds(node, c)]
            before = [c for c in checks if position(c) < position(node)]
            if (name := _missing(node.test)) and ends(node.body[-1]):
                hashes = any(_hashes(program, module, s) for s in node.body)
                is_skipped = not inside and not before and not hashes
                later = after + [c for c in checks if any(_holds(s, c) for s in node.orelse)]
            elif name := _present(node.test):
                hashes = any(_hashes(program, module, s) for s in node.orelse)
                is_skipped = len(inside) == len(checks) and not hashes
                later = inside
            else:
                continue
            if is_skipped and later and _is_looked_up(program, module, function, name, later):
                return node
    return None


def _holds(node: ast.AST, call: ast.Call) -> bool:
    return any(inner is call for inner in ast.walk(node))


def _hashes(program: Program, module: Module, statement: ast.stmt) -> bool:
    """Say whether a statement verifies or hashes, itself or through functions of the program."""
    for call in ast.walk(statement):
        if isinstance(call, ast.Call) and (
            is_hash(program, module, call) or is_verification(program, module, call)
        ):
            return True
        if isinstance(call, ast.Call) and (target := callee(program, module, call)):
            inner = calls_in(target.node)
            if any(is_hash(program, target.module, c) for c in inner):
                return True
    return False


def _missing(test: ast.expr) -> str:
    """Return the variable of `not user` and `user is None`, "" for another test."""
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=ast.Name(id=name)):
            return name
        case ast.Compare(
            left=ast.Name(id=name),
            ops=[ast.Is() | ast.Eq()],
            comparators=[ast.Constant(value=None)],
        ):
            return name
    return ""


def _present(test: ast.expr) -> str:
    """Return the variable of `user` and `user is not None`, "" for another test."""
    match test:
        case ast.Name(id=name):
            return name
        case ast.Compare(
            left=ast.Name(id=name),
            ops=[ast.IsNot() | ast.NotEq()],
            comparators=[ast.Constant(value=None)],
        ):
            return name
    return ""


def _is_looked_up(
    program: Program, module: Module, function: Function, name: str, checks: list[ast.Call]
) -> bool:
    """Say whether a variable is the account, found by what an unknown caller gave.

    The verification takes its hash from it; nobody who is logged in already comes here.
    """
    arguments = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    if any(_KNOWN.search(spelled(arg)) for arg in arguments):
        return False
    if not any(isinstance(n, ast.Name) and n.id == name for c in checks for n in ast.walk(c)):
        return False
    bound = [b for b in module.bindings(function).get(name, []) if b.kind == "assign"]
    texts = [
        written(program, At(module, b.node))
        for b in bound
        if isinstance(_awaited(b.node), ast.Call)
    ]
    return any(_NAMED.search(text) for text in texts) and not any(map(_PROVEN.search, texts))


def _awaited(node: ast.AST) -> ast.AST:
    return node.value if isinstance(node, ast.Await) else node
