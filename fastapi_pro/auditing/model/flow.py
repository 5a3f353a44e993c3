"""Which of two places in a function comes after the other."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.model.conditions import contradict
from fastapi_pro.auditing.model.module import SCOPES, Module
from fastapi_pro.auditing.model.node import Node

_OTHERS = {  # fields of which only one is run
    (ast.If, "body"): {"orelse"},
    (ast.IfExp, "body"): {"orelse"},
    (ast.IfExp, "orelse"): {"body"},
    (ast.Try, "body"): {"handlers"},
    (ast.Try, "handlers"): {"orelse", "handlers"},
    (ast.Match, "cases"): {"cases"},
}

_EXITS = {"sys.exit", "builtins.exit", "builtins.quit", "os._exit"}


def reaches(first: Node, second: Node) -> bool:
    """Say whether one run of a function may execute the first node, and then the second.

    The written order counts: the next round of a loop is ignored, and an `except` after its failed
    `try` is another run. So is what a condition runs that contradicts one around the first.
    """
    if second.position <= first.position:
        return False
    around = {second, *second.ancestors}
    below = first
    for holder in (first, *first.ancestors):
        if holder in around:
            return not _excludes(holder, below, second) and not contradict(first, second)
        if isinstance(holder.ast, ast.Try) and _is_left_in_else(holder, below):
            return False
        if holder.parent not in around and any(map(ends, following(holder))):
            return False
        if isinstance(holder.ast, (ast.Return, ast.Raise, *SCOPES)):
            return False
        below = holder
    return False


def ends(statement: Node) -> bool:
    """Say whether no code after a statement runs: it returns or raises in every branch."""

    def is_end(block: list[ast.stmt]) -> bool:
        return bool(block) and ends(statement.at(block[-1]))

    match statement.ast:
        case ast.Return() | ast.Raise():
            return True
        case ast.Expr(value=value):
            return _never_returns(statement.at(value).awaited)
        case ast.Match(cases=cases):
            is_for_all = (
                isinstance(cases[-1].pattern, ast.MatchAs) and not cases[-1].pattern.pattern
            )
            return is_for_all and not cases[-1].guard and all(is_end(c.body) for c in cases)
        case ast.If(body=body, orelse=orelse):
            return is_end(body) and is_end(orelse)
        case ast.With(body=body) | ast.AsyncWith(body=body):
            return is_end(body)
        case ast.Try(body=body, handlers=handlers, orelse=orelse, finalbody=final):
            is_left = is_end(body) or is_end(orelse)
            return is_end(final) or (is_left and all(is_end(h.body) for h in handlers))
    return False


def is_cut_off(module: Module, line: int) -> bool:
    """Say whether no run reaches a line: a statement of its block ends before it, or `if False`."""
    outer: ast.stmt | None = None
    for before, around in way_to(module, line):
        if any(ends(Node(module, statement)) for statement in before):
            return True
        if isinstance(outer, ast.If) and around in outer.body and _is_false(outer.test):
            return True
        outer = around
    return False


def way_to(module: Module, line: int) -> Iterator[tuple[list[ast.stmt], ast.stmt]]:
    """Yield the statements that hold a line, from the outside in, each with those before it."""
    block: list[ast.stmt] = module.tree.body
    while block:
        begun = [statement for statement in block if _first_line(statement) <= line]
        if not begun:
            return
        yield begun[:-1], begun[-1]
        inner = [b for first, b in _blocks(begun[-1]) if first <= line]
        block = inner[-1] if inner else []


def _first_line(statement: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(decorator.lineno for decorator in decorators)])


def _blocks(statement: ast.stmt) -> list[tuple[int, list[ast.stmt]]]:
    """Return the lists of statements in a statement, each with the line where it begins."""
    own = [getattr(statement, name, ()) for name in ("body", "orelse", "finalbody")]
    found = [(_first_line(block[0]), block) for block in own if block]
    found += [(handler.lineno, handler.body) for handler in getattr(statement, "handlers", ())]
    found += [(case.pattern.lineno, case.body) for case in getattr(statement, "cases", ())]
    return sorted(found, key=lambda begun: begun[0])


def _is_false(test: ast.expr) -> bool:
    return isinstance(test, ast.Constant) and not test.value


def _never_returns(call: Node) -> bool:
    """Say whether a call always raises: of `sys.exit`, or of a function that ends with a raise."""
    function = call.callee
    if not function:
        return call.called in _EXITS
    is_last = bool(function.body) and isinstance(function.body[-1].ast, ast.Raise)
    return is_last and not function.is_generator and not function.own(ast.Return)


def _is_left_in_else(statement: Node, body: Node) -> bool:
    """Say whether a `try` whose body is run is left for good by its `else` and its handlers."""
    match statement.ast:
        case ast.Try(body=block, handlers=handlers, orelse=[*_, last]) if body.ast in block:
            return ends(statement.at(last)) and all(
                ends(statement.at(h.body[-1])) for h in handlers
            )
    return False


def following(statement: Node) -> list[Node]:
    """Return the statements after a statement in its block."""
    block = _block(statement)
    return block[block.index(statement) + 1 :] if block else []


def preceding(statement: Node) -> list[Node]:
    """Return the statements before a statement in its block."""
    block = _block(statement)
    return block[: block.index(statement)] if block else []


def _block(statement: Node) -> list[Node]:
    """Return the block that holds a statement; [] for what is none."""
    block = getattr(statement.parent.ast, _field(statement), None)
    if not isinstance(statement.ast, ast.stmt) or not isinstance(block, list):
        return []
    return [statement.at(other) for other in block]


def _field(node: Node) -> str:
    """Return the field in which a node's parent holds it."""
    for name, value in ast.iter_fields(node.parent.ast):
        if value is node.ast or (isinstance(value, list) and node.ast in value):
            return name
    return ""


def _excludes(common: Node, below: Node, second: Node) -> bool:
    """Say whether `below` and what holds `second` are branches of `common` that exclude each other.

    A function's body is another run, too.
    """
    other = next((n for n in (second, *second.ancestors) if n.parent == common), second)
    if other.is_function or below in (other, common):
        return other.is_function
    return _field(other) in _OTHERS.get((type(common.ast), _field(below)), ())
