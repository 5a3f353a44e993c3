"""The values that SQL in a text has for its LIMIT and OFFSET."""

import ast
import re
from collections.abc import Iterator

from fastapi_pro.auditing.model.node import Node
from fastapi_pro.auditing.model.program import Program, fact

_PLACES = r"\s+(?:\$(?P<number>\d+)|:(?P<colon>\w+)|%\((?P<percent>\w+)\)s|(?P<mark>%s|\?))"
_PATTERNS = {name: re.compile(name + _PLACES, re.IGNORECASE) for name in ("limit", "offset")}
_ENDS = {name: re.compile(name + r"\s+$", re.IGNORECASE) for name in ("limit", "offset")}
_SELECT = re.compile(r"\bselect\b", re.IGNORECASE)
_MARK = re.compile(r"%s|\?")


def raw_values(program: Program, clause: str) -> Iterator[Node]:
    """Yield the values of the placeholders and f-string parts after "LIMIT" or "OFFSET"."""
    for text in _texts(program):
        match = _PATTERNS[clause].search(str(text.literal))
        call = _sent(text) if match else text.at(None)
        if not match or not call:
            continue
        if match["number"]:
            yield call.argument(int(match["number"]), "")
        elif name := match["colon"] or match["percent"]:
            for given in _parameters(call):
                yield given.entry(name) or given.keyword(name)
        else:
            position = len(_MARK.findall(str(text.literal)[: match.start("mark")]))
            for given in _parameters(call):
                yield given.elements[position] if position < len(given.elements) else call.at(None)
    for text, written in _selecting(program):
        parts = getattr(text.ast, "values", [])
        for before, part in zip(written, parts[1:], strict=False):
            if _ENDS[clause].search(before) and isinstance(part, ast.FormattedValue):
                yield text.at(part.value)


@fact
def _selecting(program: Program) -> list[tuple[Node, list[str]]]:
    """Return the f-strings outside tests that are a SELECT, with the texts between their values."""
    found = []
    for text in program.nodes(ast.JoinedStr):
        parts = getattr(text.ast, "values", [])
        written = [str(part.value) if isinstance(part, ast.Constant) else "" for part in parts]
        if any(map(_SELECT.search, written)):
            found.append((text, written))
    return found


@fact
def _texts(program: Program) -> list[Node]:
    """Return the strings outside tests that have a LIMIT."""
    return [
        Node(module, text)
        for module in program.code
        if b"limit" in module.source.lower()
        for text in module.nodes(ast.Constant)
        if isinstance(text.value, str) and "limit" in text.value.lower()
    ]


def _sent(text: Node) -> Node:
    """Return the call that sends a statement: the text's own, or that of a variable."""
    holder = text.parent
    if isinstance(holder.ast, ast.JoinedStr):
        text, holder = holder, holder.parent
    if holder.called == "sqlalchemy.text":
        text, holder = holder, holder.parent
    if isinstance(holder.ast, ast.Assign):
        names = [target.name for target in holder.targets]
        return next(
            (call for call in text.function.calls if _statement(call).name in names), text.at(None)
        )
    while holder.member in ("bindparams", "columns") or isinstance(holder.ast, ast.Attribute):
        holder = holder.parent
    return holder if holder.is_call else text.at(None)


def _statement(call: Node) -> Node:
    """Return the first argument of a call, without `text(...)`."""
    first = call.argument(0, "statement")
    return first.argument(0, "text") if first.called == "sqlalchemy.text" else first


def _parameters(call: Node) -> list[Node]:
    """Return where a call may have the values: its second argument, `bindparams(...)`."""
    first = call.args[0] if call.args else call.at(None)
    bound = first if first.member == "bindparams" else call.at(None)
    return [given.value for given in (call.argument(1, "params"), bound) if given]
