"""Functions and classes that no running code names: nothing calls them.

A name counts wherever code has it, so that what is found by its name alone is not taken for unused.
"""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator

from fastapi_pro.auditing.libraries.fastapi import apps
from fastapi_pro.auditing.libraries.text_files import texts_beside
from fastapi_pro.auditing.model.module import Module
from fastapi_pro.auditing.model.node import Node
from fastapi_pro.auditing.model.program import Program, fact

_NEUTRAL = (
    "abc.", "builtins.", "contextlib.", "dataclasses.", "functools.", "tenacity.", "typing.",
)  # fmt: skip
"""Where decorators are from that call a function for nobody."""
_OWN_METHODS = {
    "abc.ABC", "builtins.object", "pydantic.BaseModel", "sqlmodel.SQLModel", "typing.Generic",
    "typing.Protocol",
}  # fmt: skip
"""Bases that call no method by a name of the program's."""
_PLAIN = _OWN_METHODS | {"builtins.Exception", "fastapi.middleware.base.BaseHTTPMiddleware"}
"""Bases that do not learn of the classes that inherit them."""
_HOOK = re.compile(r"__\w+__|(lambda_)?handler|main|model_post_init")
"""Names by which Python, a server or Pydantic calls."""
_WORDS = re.compile(r"[A-Za-z_]\w*(?:[.:/-][A-Za-z_]\w*)*")


def is_uncalled(definition: Node, left_out: frozenset[Node] = frozenset()) -> bool:
    """Say whether nothing that runs names a function, a method or its class, or a class.

    `left_out` are functions that do not run though they have a decorator that may run them.
    """
    if not definition:
        return False
    key = (definition.ast, left_out)
    return definition.program.once(_is_uncalled, key, definition, left_out)


def outermost(node: Node) -> Node:
    """Return the outermost function that holds a node, else the outermost class."""
    above = [one for one in (node, *node.ancestors) if one.is_function or one.is_class]
    return next((one for one in reversed(above) if one.is_function), (above or [node.at(None)])[-1])


def users(variable: Node) -> list[Node]:
    """Return the outermost functions and classes that name a variable; a false Node is a module."""
    value = variable.statement.assigned
    named = (n for n in _naming(variable.name, variable.program) if n != variable)
    found = (n for n in named if not n.definition or n.definition == value)
    return list(dict.fromkeys(map(outermost, found)))


def _is_uncalled(definition: Node, left_out: frozenset[Node]) -> bool:
    cls = definition.parent
    if definition.is_function and cls.is_class and is_uncalled(cls, left_out):
        return True
    seen: set[Node] = set()
    queue = [definition]
    while queue:
        current = queue.pop()
        if current in seen:
            continue
        seen.add(current)
        if current not in left_out and _may_run(current):
            return False
        for name in _named(current):
            holder = outermost(name)
            if holder.is_function:
                queue.append(holder)
            elif not current.holds(name):
                return False
    return True


def _may_run(definition: Node) -> bool:
    """Say whether something may run a function, or use a class, that no code names."""
    module = definition.module
    if module.is_test or module.is_tool or "gunicorn" in module.name:
        return True
    if definition in _factories(module.program):
        return True
    if _is_handed_on(definition):
        return True
    if definition.is_class:
        return not _is_plain(definition)
    if _HOOK.fullmatch(definition.name):
        return True
    cls = definition.parent
    return cls.is_class and (
        _is_handed_on(cls) or not cls.bases <= _OWN_METHODS or not _is_plain(cls)
    )


def _is_handed_on(definition: Node) -> bool:
    """Say whether a decorator may keep a function or class, and call it."""
    return not all(d.func.library_name.startswith(_NEUTRAL) for d in definition.decorators)


@fact
def _factories(program: Program) -> set[Node]:
    """Return the functions that make an application: a server may call them by their name."""
    return {outermost(app) for app in apps(program)}


def _is_plain(cls: Node) -> bool:
    """Say whether nothing learns of a class by its being defined."""
    return cls.program.once(_has_plain_bases, cls.ast, cls)


@fact
def _asks_for_heirs(program: Program) -> bool:
    return bool(program.saying("__subclasses__"))


def _has_plain_bases(cls: Node) -> bool:
    if _asks_for_heirs(cls.program):
        return False
    for above in cls.lineage:
        written = (base.generic or base for base in map(above.at, above.ast.bases))  # type: ignore[attr-defined]
        known = all(base.definition.is_class or base.library_name in _PLAIN for base in written)
        if not known or above.keywords or above.method("__init_subclass__"):
            return False
    return True


def _named(definition: Node) -> list[Node]:
    """Return where code outside tests has the name of a function or class.

    Where a file beside the code has it, or `getattr` looks for such names, that is its module.
    """
    name, program = definition.name, definition.program
    named = [node for node in _naming(name, program) if not _is_another(node, definition)]
    is_named = name in _words_beside(program) or name.startswith(_beginnings(program))
    return [*named, Node(definition.module, definition.module.tree)] if is_named else named


def _is_another(name: Node, definition: Node) -> bool:
    """Say whether a name is known to be that of something else, for example of a variable."""
    bound = name.bound
    if bound is not None and bound.imported is None:
        return bound.kind != "def" or name.module is not definition.module
    is_known = isinstance(name.ast, (ast.Name, ast.Attribute)) and not definition.parent.is_class
    return is_known and name.origin not in (None, definition)


def _naming(name: str, program: Program) -> Iterator[Node]:
    """Yield the nodes that have a name: variables, attributes, arguments, words of short texts.

    An import names nothing, unless by another name or for those who import the package.
    """
    for module in program.code:
        others = program.once(_others, module, module).get(name, ())
        for node in (*module.naming(name), *others):
            yield Node(module, node)


def _others(module: Module) -> dict[str, list[ast.AST]]:
    found: dict[str, list[ast.AST]] = defaultdict(list)
    for given in module.nodes(ast.keyword):
        found[given.arg or ""].append(given)
    for alias in module.nodes(ast.alias):
        if alias.asname or module.is_package:
            found[alias.name].append(alias)
    for constant, text in module.texts:
        if _WORDS.fullmatch(text):
            for word in re.split(r"\W", text):
                found[word].append(constant)
    return found


@fact
def _beginnings(program: Program) -> tuple[str, ...]:
    """Return how names begin that `getattr(handler, f"on_{event}")` looks for."""
    looked_for = (call.argument(1, "name").value for call in program.calls_named("getattr"))
    made = (n for n in looked_for if isinstance(n.ast, (ast.JoinedStr, ast.BinOp)))
    texts = (next(name.walk(ast.Constant), name).literal for name in made)
    return tuple(text for text in texts if isinstance(text, str) and len(text) > 1)


@fact
def _words_beside(program: Program) -> set[str]:
    return {word for text in texts_beside(program) for word in re.findall(r"\w+", text)}
