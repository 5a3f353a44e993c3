"""Whether code checks a value before it uses it: compares it, tests it, calls a check."""

import ast
import re
from collections import defaultdict
from collections.abc import Collection, Iterator

from fastapi_pro.auditing.model.node import Node

_CHECKS = re.compile(
    r"valid|check|verif|ensure|safe|allow|assert|relative_to|commonp|require|guard|sanit|secure"
    r"|clean|escape|permit|whitelist|authori[sz]e|match|ip_address|contain|forbid|reject|inside"
    r"|within|block|private|quote|\btest|public|trust|internal|ssrf",
    re.IGNORECASE,
)
_CONVERTS = {"builtins.int", "builtins.float", "uuid.UUID", "bson.ObjectId"}
_NO_CHECKS = frozenset({"len", "isinstance", "bool", "strip", "lower", "str"})
FILE_QUESTIONS = frozenset({
    "exists", "is_file", "isfile", "is_dir", "isdir", "endswith", "splitext", "suffix", "suffixes",
    "split", "rsplit", "partition", "rpartition", "guess_type",
})  # fmt: skip
"""Questions about a path that do not check where it leads: whether it exists, how it ends."""
_ENDING = re.compile(r"\^?(\.[*+])?(\[[^/]*\][*+])?\\?\.\(?(\?:)?\w+(\|\w+)*\)?(\$|\\Z)")
"""Patterns of what a text ends in: `\\.(png|jpg)$`."""


def is_checked(use: Node, no_checks: Collection[str] = ()) -> bool:
    """Say whether the function checks the value of an expression, before or where it is used.

    `if not x`, `x is None`, `len(x)` and calls named in `no_checks` do not count. The result of a
    call such as `urlparse(url)` counts as the value too.
    """
    function = use.function or use.at(use.module.tree)
    written = use.program.once(_written, function.ast, function)
    around = {use.ast, *(above.ast for above in use.ancestors)}
    same, made = {_text(use.ast)}, set[str]()
    queue = [(use, (0, 0))]  # what names the value, and from where on
    seen: set[str] = set()
    while queue:
        key, since = queue.pop()
        text = _text(key.ast)
        for place in written.get(_short(key.ast), ()):
            if place.ast in around or place.position < since or _dumped(place) != text:
                continue
            for above in _above(place):
                is_around = above.ast in around
                if above.position > use.position and not is_around:
                    continue
                if above.is_call and not is_around and _is_check(above, same, no_checks):
                    return True
                if any(_looks(test, same, made, no_checks) for test in _tests(above)):
                    return True
                noted = _noted(above, same, made, no_checks)
                queue += [(t, above.position) for t in noted if t.name not in seen]
                seen |= {target.name for target in above.targets}
    # the value may be looked at in the very expression that uses it: `x if x in known else y`
    if any(
        _looks(test, same, made, no_checks)
        for above in use.ancestors
        if isinstance(above.ast, (*_LOOKS, *_COMPREHENSIONS))
        for test in _tests(above)
    ):
        return True
    return any(is_checked(place, no_checks) for place in _outside(use))


def _outside(use: Node) -> list[Node]:
    """Return the uses of a variable in the enclosing function, before the inner function."""
    inner = use.function
    outer = inner.function if use.name and not inner.bindings(use.name) else inner.at(None)
    if not outer or not outer.bindings(use.name):
        return []
    written = use.program.once(_written, outer.ast, outer)
    return [
        place
        for place in written.get(use.name, ())
        if place.name == use.name and place.position < inner.position
    ]


_LOOKS = (ast.If, ast.IfExp, ast.While, ast.Assert, ast.comprehension, ast.Match)
_COMPREHENSIONS = (ast.ListComp, ast.GeneratorExp, ast.SetComp, ast.DictComp)


def _written(function: Node) -> dict[str, list[Node]]:
    """Return the names, attributes and items in a function by their last name."""
    found: dict[str, list[Node]] = defaultdict(list)
    kinds = (ast.Name, ast.Attribute, ast.Subscript, ast.Call)
    inner = [node for part in function.own(ast.Lambda) for node in part.walk(*kinds)]
    for node in (*function.own(*kinds), *inner):
        found[_short(node.ast)].append(node)
    return found


def _short(node: ast.AST) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Call(func=ast.Attribute(attr=name)):
            return f"{name}()"
    return "[]"


def _above(place: Node) -> Iterator[Node]:
    """Yield the expressions around a value, up to its statement."""
    for above in place.ancestors:
        yield above
        if isinstance(above.ast, ast.stmt):
            return


def names_a_check(function: Node) -> bool:
    """Say whether the name of a function says that it checks or cleans its argument."""
    return _CHECKS.search(function.last_name) is not None


def _noted(
    node: Node, same: set[str], made: set[str], no_checks: Collection[str]
) -> Iterator[Node]:
    """Note what an assignment makes from the value, itself or a result; yield the variables."""
    value = node.assigned.awaited
    if not _mentions(value, same | made) or _asks(value, no_checks):
        return
    is_result = value.is_call and not _keeps(value)
    is_result = is_result or isinstance(value.ast, (ast.Compare, ast.BoolOp, ast.UnaryOp))
    is_result = is_result or _is_of_rows(value, same, made)
    for target in node.targets:
        if target.name:
            (made if is_result else same).add(target.name)
            yield node.at(ast.Name(id=target.name, ctx=ast.Load()))


def _is_of_rows(value: Node, same: set[str], made: set[str]) -> bool:
    """Say whether a list is of the rows of a result, or of what is awaited for a value."""
    match value.ast:
        case (
            ast.ListComp(generators=[loop])
            | ast.SetComp(generators=[loop])
            | ast.DictComp(generators=[loop])
        ):
            looped = value.at(loop.iter)
            is_awaited = isinstance(looped.ast, ast.Await)
            return _mentions(looped, same | made if is_awaited else made)
    return False


def _keeps(call: Node) -> bool:
    """Say whether a call returns its path or text unchanged."""
    return call.last_name in {
        "Path", "PurePath", "join", "joinpath", "resolve", "absolute", "abspath", "realpath",
        "normpath", "strip", "lower", "upper", "str", "expanduser", "format", "text",
    }  # fmt: skip


def _tests(node: Node) -> Iterator[Node]:
    match node.ast:
        case ast.comprehension(ifs=ifs):
            yield from map(node.at, ifs)
        case _ if isinstance(node.ast, _COMPREHENSIONS):
            yield from (node.at(test) for part in node.ast.generators for test in part.ifs)
        case ast.Match(subject=subject):
            yield node.at(ast.Compare(left=subject, ops=[ast.In()], comparators=[subject]))
        case _:
            yield node.test


def _looks(test: Node, same: set[str], made: set[str], no_checks: Collection[str]) -> bool:
    """Say whether a condition tests more than whether a value exists."""
    match test.ast:
        case ast.BoolOp(values=values):
            return any(_looks(test.at(value), same, made, no_checks) for value in values)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return _looks(test.at(operand), same, made, no_checks)
        case ast.Compare(ops=[ast.Is() | ast.IsNot()]):
            return _mentions(test, made)
        case ast.Compare(comparators=[ast.Constant(value="" | None)]):
            return _mentions(test, made)
        case ast.Call() if test.last_name in _NO_CHECKS:
            return _mentions(test, made)
        case ast.Compare(left=ast.Call() as call) if test.at(call).last_name in _NO_CHECKS:
            return _mentions(test, made)
        case ast.Name() | ast.Attribute() | ast.Subscript() if _text(test.ast) in same:
            return False
    return _mentions(test, made if _asks(test, no_checks) else same | made)


def _asks(expr: Node, names: Collection[str]) -> bool:
    """Say whether an expression asks by one of these names, or for an ending if they do."""
    if not names:
        return False
    if any(_is_question(node, names) for node in expr.walk(ast.Attribute, ast.Name)):
        return True
    kinds = (ast.Call, ast.Subscript, ast.Compare)
    return "endswith" in names and any(_is_of_ending(node, names) for node in expr.walk(*kinds))


def _is_question(node: Node, names: Collection[str]) -> bool:
    """Say whether a name or attribute is one of these; of what splits a text, at a dot."""
    if node.last_name not in names:
        return False
    call = node.parent if node.parent.func == node else node
    return not call.args or "split" not in node.member or call.args[0].literal == "."


def _is_of_ending(node: Node, names: Collection[str]) -> bool:
    r"""Say whether an expression only asks how a text ends.

    `name[-4:]`, `"." in name`, `re.search(r"\.png$", name)`, or a function of the program that
    does so.
    """
    match node.ast:
        case ast.Subscript(slice=ast.Slice(lower=ast.UnaryOp(), upper=None)):
            return True
        case ast.Compare(left=ast.Constant(value="."), ops=[ast.In() | ast.NotIn()]):
            return True
        case ast.Call() if node.called in ("re.search", "re.match"):
            pattern = node.argument(0, "pattern").constant
            is_anchored = node.called == "re.match" and not str(pattern).startswith((".", "^."))
            return _ENDING.fullmatch(str(pattern)) is not None and not is_anchored
    callee = node.callee if node.is_call else node.at(None)
    return bool(callee) and node.program.once(_only_asks, callee.ast, callee, frozenset(names))


def _only_asks(function: Node, names: frozenset[str]) -> bool:
    """Say whether all that a function does with what it is given is to ask how it ends."""
    given = {parameter.name for parameter in function.parameters}
    used = [name for name in function.own(ast.Name) if name.is_read and name.name in given]
    return bool(used) and all(_is_only_asked(name, names) for name in used)


def _is_only_asked(name: Node, names: frozenset[str]) -> bool:
    for above in _above(name):
        if isinstance(above.ast, ast.Attribute) and _is_question(above, names):
            return True
        if above.is_call and _is_question(above.func, names):
            return True
        if isinstance(above.ast, (ast.Compare, ast.Subscript)) and _is_of_ending(above, names):
            return True
        if above.called in ("re.search", "re.match") and _is_of_ending(above, names):
            return True
    return False


def _is_check(call: Node, same: set[str], no_checks: Collection[str]) -> bool:
    """Say whether a call checks what it is given: by its name, or as its code tests it."""
    given = [argument for argument in call.given if _mentions(argument, same)]
    if not given and not (call.owner and _mentions(call.owner, same)):
        return False
    if "endswith" in no_checks and _is_of_ending(call, no_checks):
        return False
    if names_a_check(call):
        return True
    if not given:
        return False
    if call.called in _CONVERTS or call.func.definition.is_class:
        return any(_text(argument.ast) in same for argument in given)
    callee = call.callee
    for parameter in callee.parameters:
        if _mentions(parameter.passed(call), same):
            name = {parameter.name}
            looks = callee.own(ast.If, ast.IfExp, ast.Assert)
            if any(_looks(look.test, name, set(), no_checks) for look in looks):
                return True
    return False


def _mentions(expr: Node, keys: set[str]) -> bool:
    """Say whether one of these expressions, as `_text` writes them, is in another."""
    kinds: tuple[type[ast.AST], ...] = (ast.Name, ast.Attribute, ast.Subscript)
    if any(key.startswith("Call(") for key in keys):
        kinds += (ast.Call,)
    return bool(keys) and any(_dumped(node) in keys for node in expr.walk(*kinds))


def _dumped(node: Node) -> str:
    return node.program.once(_text, node.ast, node.ast)


def _text(node: ast.AST | None) -> str:
    """Return a key that expressions with the same text share; `ast.dump` alone is slow."""
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        return node.id
    if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
        return f"{_text(node.value)}.{node.attr}"
    return ast.dump(node) if node is not None else ""
