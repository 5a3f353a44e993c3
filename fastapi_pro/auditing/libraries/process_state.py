"""Containers and counters that a process keeps between requests, and the code that changes them."""

import ast
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from fastapi_pro.auditing.libraries.fastapi import is_app
from fastapi_pro.auditing.libraries.fastapi_requests import is_middleware_class
from fastapi_pro.auditing.model import limits
from fastapi_pro.auditing.model.node import Node
from fastapi_pro.auditing.model.program import Program, fact

_MADE = {
    "builtins.dict", "builtins.list", "builtins.set", "collections.Counter", "collections.deque",
    "collections.defaultdict", "collections.OrderedDict",
}  # fmt: skip
CACHES = {
    f"cachetools.{name}" for name in ("Cache", "LFUCache", "LRUCache", "TLRUCache", "TTLCache")
}
"""Dictionaries that drop entries by themselves: usually for values that can be computed again."""
_LITERALS = (ast.Dict, ast.List, ast.Set, ast.DictComp, ast.ListComp, ast.SetComp)
_PUT = {"append", "appendleft", "add", "extend", "insert", "update", "setdefault"}
_TAKE = {"pop", "popleft", "popitem", "remove", "discard", "clear"}


class Kept(NamedTuple):
    """A value that outlives a request: where it is made, and its name."""

    made: Node
    name: str


@dataclass(frozen=True, eq=False)
class Change:
    """A change of a container or number in a function: what is changed, and how.

    `kind` is "count" for `x[k] += 1` and `x[k].append(v)`, "store" for `x[k] = v`, "put" for
    `x.append(v)` and "take" for `x.pop(k)` and `del x[k]`. `value` is the `v`; `+=` has none.
    """

    function: Node
    node: Node
    changed: Node
    kind: str
    value: Node

    @property
    def owner(self) -> Node:
        """The class whose attribute is changed: that of `self.x`, `Class.x`, `instance.x`."""
        if not isinstance(self.changed.ast, ast.Attribute):
            return self.changed.at(None)
        named = self.changed.owner.definition
        return named if named.is_class else self.changed.owner.type_class

    @cached_property
    def kept(self) -> Kept | None:
        """The changed value, if it outlives the request."""
        if _is_app_state(self.changed):
            return self._of_app
        found = variable(self.changed)
        if is_container(found) or (self._counts_number(found) and self._declares_global()):
            return Kept(found, self.changed.last_name)
        name = self.changed.member
        kept = _of_class(self.owner, name) if self.owner and not found else None
        is_of_new = self.changed.owner.name == "self" and _is_making(self.function)
        return None if is_of_new and name in container_attributes(self.owner) else kept

    @property
    def _of_app(self) -> Kept | None:
        """The changed value in `app.state`, if it is a container or a counter."""
        name = self.changed.member
        made = app_state(self.node.program).get(name, self.node.at(None))
        is_number = not made or isinstance(made.literal, int)
        if is_number and self.kind == "count" and not self.node.is_call:
            return Kept(made or self.node, name)
        return Kept(made, name) if is_container(made) else None

    @property
    def name(self) -> str:
        """The name of the changed value, if that outlives the request."""
        return self.kept.name if self.kept is not None else ""

    @property
    def is_rewritten(self) -> bool:
        """Whether each function that reads the module's dictionary first writes this entry.

        The dictionary is a template then: nothing is kept from one call to the next.
        """
        keys = self.written_keys
        if not keys or self.kept is None or not isinstance(self.kept.made.ast, ast.Dict):
            return False
        return all(_is_written_before(read, keys) for read in _reads(self.kept))

    @property
    def written_keys(self) -> set[object]:
        """The keys that an assignment writes whenever its function runs, if they are literals."""
        keys = {target.index.literal for target in self.node.targets}
        is_always = self.kind == "store" and self.node.parent == self.function
        return keys if is_always and None not in keys else set()

    def _counts_number(self, found: Node) -> bool:
        number = found.literal
        is_number = isinstance(number, (int, float)) and not isinstance(number, bool)
        return is_number and self.kind == "count" and not self.node.is_call

    def _declares_global(self) -> bool:
        statements = [statement.ast for statement in self.function.own(ast.Global)]
        return any(self.changed.name in s.names for s in statements if isinstance(s, ast.Global))


def changes(function: Node) -> list[Change]:
    """Return the changes of containers and numbers in a function's own body."""
    return function.program.once(_changes, function.ast, function)


def _changes(function: Node) -> list[Change]:
    found = []
    for node in function.own(ast.AugAssign, ast.Assign, ast.Delete, ast.Call):
        for target in node.targets if not node.is_call else ():
            kind = _kind(node, target)
            if kind:
                value = node.assigned if kind == "store" else node.at(None)
                found.append(Change(function, node, _container(target), kind, value))
        if node.is_call and _may_change(node):
            changed = _container(_aliased(node.owner))
            kind = "take" if node.member in _TAKE else "put" if changed == node.owner else "count"
            value = node.args[-1] if node.args else node.at(None)
            found.append(Change(function, node, changed, kind, value))
    return found


def _may_change(call: Node) -> bool:
    """Say whether a call may be of a container's method that changes it.

    `add` and `append` take one value: what takes more, or a number to add, is no container.
    """
    if call.member in ("add", "append", "appendleft"):
        numbers = [value for value in call.args if isinstance(value.literal, (int, float))]
        is_counter = call.member == "add" and bool(numbers)
        return len(call.args) == 1 and not call.keywords and not is_counter
    return call.member in _PUT or call.member in _TAKE


def _aliased(name: Node) -> Node:
    """Return the entry of a container that a variable stands for: `hits = self.hits[key]`."""
    bound = name.bound
    held = name.at(bound.node) if bound is not None and bound.kind == "assign" else name.at(None)
    return held if held.generic or held.member == "setdefault" else name


def _kind(statement: Node, target: Node) -> str:
    """Return how an assignment or `del` changes a target, "" if it is only set.

    `x[k] = x.get(k, 0) + 1` counts, as `x[k] += 1` does.
    """
    if isinstance(statement.ast, ast.AugAssign):
        return "count"
    value = statement.assigned
    if target.generic:
        if isinstance(statement.ast, ast.Delete):
            return "take"
        changed = _container(target).text
        is_sum = isinstance(value.ast, ast.BinOp)
        is_counted = is_sum and any(_container(s).text == changed for s in value.operands)
        return "count" if is_counted else "store"
    if not isinstance(value.ast, ast.BinOp):
        return ""
    sides = [_read(side) for side in value.operands]
    return "count" if target.text in sides else ""


def _read(side: Node) -> str:
    """Return the expression that is read; `getattr(x, "y", 0)` counts as `x.y`."""
    if side.called == "builtins.getattr" and len(side.args) > 1:
        return f"{side.args[0].text}.{side.args[1].literal}"
    return side.text


def _is_making(method: Node, depth: int = 0) -> bool:
    """Say whether only the `__init__` of its class calls a method, of an object nobody has yet."""
    above = {call.function for call in method.callers if call.owner.name == "self"}
    if depth > limits.CALLS or len(above) < len(method.callers):
        return False
    return bool(above) and all(f.name == "__init__" or _is_making(f, depth + 1) for f in above)


def _is_app_state(expr: Node) -> bool:
    """Say whether an expression is a name of `app.state`; `request.state` is the request's own."""
    state = expr.owner
    is_attribute = bool(state) and not expr.is_call and state.member == "state"
    return is_attribute and (state.owner.last_name == "app" or is_app(state.owner))


@fact
def app_state(program: Program) -> dict[str, Node]:
    """Return what the service puts into `app.state`, by name: the last value that is written."""
    return {
        target.member: assignment.assigned
        for module in program.service
        for assignment in (Node(module, node) for node in module.nodes(ast.Assign, ast.AnnAssign))
        for target in assignment.targets
        if isinstance(target.ast, ast.Attribute) and _is_app_state(target)
        if not assignment.assigned.operands  # a sum counts on
    }


def _container(expr: Node) -> Node:
    """Return the container of `container[key]`, `container[key][other]`, `container.get(key)`."""
    while expr.generic or (expr.is_call and expr.member in ("setdefault", "get")):
        expr = expr.generic or expr.owner
    return expr


def _reads(kept: Kept) -> list[Node]:
    """Return the places that read a module's variable, except those that write an entry."""
    return [
        name
        for name in kept.made.program.naming(kept.name)
        if name.is_read and not name.parent.is_target
        if variable(name) == kept.made
    ]


def _is_written_before(read: Node, keys: set[object]) -> bool:
    """Say whether a function writes the entries that it reads later, with no `await` in between.

    Another coroutine may write its own entries while one waits.
    """
    if not read.function or read.function.own(ast.Await):
        return False
    return any(
        keys == change.written_keys and change.node.position < read.position
        for change in changes(read.function)
        if change.changed.last_name == read.last_name
    )


def is_container(value: Node) -> bool:
    """Say whether a value is a new dict, list, set, counter or deque."""
    return isinstance(value.ast, _LITERALS) or value.called in _MADE | CACHES


def variable(expr: Node) -> Node:
    """Return the value of the module-level variable that an expression names, here or imported."""
    found = expr.definition
    if expr.name:
        bound = expr.bound
        if bound is None or bound.kind not in ("assign", "import"):
            return expr.at(None)
        if bound.kind == "assign":
            found = Node(expr.module, bound.node, bound)
    if found.binding is None or found.binding.kind != "assign":
        return expr.at(None)
    of_module = found.module.bindings(found.module.tree).values()
    return found if any(found.binding in bindings for bindings in of_module) else expr.at(None)


def container_attributes(cls: Node) -> dict[str, Node]:
    """Return the containers that an object of a class has from its `__init__`."""
    return {
        target.member: assignment.assigned
        for assignment in cls.method("__init__").own(ast.Assign, ast.AnnAssign)
        for target in assignment.targets
        if target.owner.name and is_container(assignment.assigned)
    }


def class_containers(cls: Node) -> dict[str, Node]:
    """Return the containers in the body of a class, which all its objects share."""
    found: dict[str, Node] = {}
    for above in cls.lineage:
        for name, bound in above.module.bindings(above.ast).items():
            value = above.at(bound[-1].node)
            if bound[-1].kind == "assign" and is_container(value):
                found.setdefault(name, value)
    return found


@fact
def singletons(program: Program) -> dict[Node, Node]:
    """Return the classes, with bases, of the objects that module-level variables hold.

    With each comes the call that makes the object.
    """
    found: dict[Node, Node] = {}
    for module in program.service:
        for bindings in module.bindings(module.tree).values():
            for made in (Node(module, b.node) for b in bindings if b.kind == "assign"):
                for cls in made.func.definition.lineage if made.is_call else ():
                    found.setdefault(cls, made)
    return found


def is_changed(cls: Node, name: str) -> bool:
    """Say whether the program changes an attribute of a class's objects."""
    return any(
        cls in change.owner.lineage or change.owner in cls.lineage
        for function in cls.program.functions
        for change in changes(function)
        if change.changed.member == name and change.owner
    )


def _of_class(cls: Node, name: str) -> Kept | None:
    """Return what holds the container of a class: a variable, a middleware, or the class itself."""
    own = container_attributes(cls).get(name)
    if own is not None:
        made = singletons(cls.program).get(cls)
        if made is None and not is_middleware_class(cls):
            return None
        return Kept(made or own, name)
    shared = class_containers(cls).get(name)
    if shared is None or _is_field(cls, shared, name) or _runs_tasks(shared):
        return None
    return Kept(shared, name)


def _runs_tasks(shared: Node) -> bool:
    """Say whether a class has a task next to its container, which then belongs to the task."""
    owner = shared.enclosing_class
    return any("asyncio.Task" in s.annotation.text for s in owner.body if s.annotation)


def _is_field(cls: Node, shared: Node, name: str) -> bool:
    """Say whether each object has its own attribute: a field of Pydantic or of a dataclass."""
    declared = [s for s in shared.enclosing_class.body if s.annotation]
    annotated = [s.annotation.text for s in declared if s.targets[0].text == name]
    is_made_over = isinstance(cls.ast, ast.ClassDef) and bool(cls.ast.bases or cls.decorators)
    return is_made_over and bool(annotated) and "ClassVar" not in annotated[0]
