"""Which of two places in a function comes after the other."""

import ast

from fastapi_pro.auditing.model.module import FUNCTIONS, SCOPES, Module

_OTHERS = {  # fields of which only one is run
    (ast.If, "body"): {"orelse"},
    (ast.IfExp, "body"): {"orelse"},
    (ast.IfExp, "orelse"): {"body"},
    (ast.Try, "body"): {"handlers"},
    (ast.Try, "handlers"): {"orelse", "handlers"},
    (ast.Match, "cases"): {"cases"},
}


def reaches(module: Module, first: ast.AST, second: ast.AST) -> bool:
    """Say whether a run of a function may pass the one node, and after it the other.

    Written order is what counts: the next turn of a loop is not looked at, and what an `except`
    does after its `try` failed is another run.
    """
    if position(second) <= position(first):
        return False
    above = {id(a): a for a in (second, *module.ancestors(second))}
    below = first
    for holder in (first, *module.ancestors(first)):
        if id(holder) in above:
            return not _excludes(module, holder, below, second)
        is_shared = id(module.parent(holder)) in above
        block, index = ([], 0) if is_shared else _place(module, holder)
        if any(ends(statement) for statement in block[index:] if statement is not first):
            return False
        if isinstance(holder, (ast.Return, ast.Raise, *SCOPES)):
            return False
        below = holder
    return False


def position(node: ast.AST) -> tuple[int, int]:
    """Return where a node begins: line and column."""
    return getattr(node, "lineno", 0), getattr(node, "col_offset", 0)


def ends(statement: ast.AST) -> bool:
    """Say whether nothing after a statement is run: it returns or raises in every branch."""
    match statement:
        case ast.Return() | ast.Raise():
            return True
        case ast.If(body=body, orelse=orelse):
            return bool(orelse) and ends(body[-1]) and ends(orelse[-1])
        case ast.With(body=body) | ast.AsyncWith(body=body):
            return ends(body[-1])
        case ast.Try(body=body, handlers=handlers, orelse=orelse, finalbody=final):
            is_end = ends((orelse or body)[-1]) or ends(body[-1])
            return (is_end and all(ends(h.body[-1]) for h in handlers)) or bool(
                final and ends(final[-1])
            )
    return False


def _place(module: Module, node: ast.AST) -> tuple[list[ast.stmt], int]:
    """Return the block that holds a statement, and the index of what follows it there."""
    holder = module.parent(node)
    for _, value in ast.iter_fields(holder) if holder is not None else ():
        if isinstance(value, list) and any(item is node for item in value):
            index = next(i for i, item in enumerate(value) if item is node)
            return (value, index + 1) if isinstance(node, ast.stmt) else ([], 0)
    return [], 0


def _excludes(module: Module, common: ast.AST, below: ast.AST, second: ast.AST) -> bool:
    """Say whether `below` and what holds `second` are branches of `common` that exclude others."""
    other = second
    for above in module.ancestors(second):
        if above is common:
            break
        other = above
    if other is below or below is common or isinstance(other, FUNCTIONS):
        return isinstance(other, FUNCTIONS)
    fields = {
        name
        for name, value in ast.iter_fields(common)
        if value is other or (isinstance(value, list) and any(v is other for v in value))
    }
    for (kind, name), excluded in _OTHERS.items():
        if isinstance(common, kind) and fields & excluded:
            value = getattr(common, name)
            if value is below or (isinstance(value, list) and any(v is below for v in value)):
                return True
    return False
