"""Tables of calls: which functions and methods of libraries do something, by their names."""

from collections.abc import Mapping

from fastapi_pro.auditing.libraries.task_queues import task_class
from fastapi_pro.auditing.model import limits
from fastapi_pro.auditing.model.node import Node


class Calls:
    """Calls of libraries that have something in common, one line for each module or class.

    `{"requests": "get post"}` are the functions of a module, `{"requests.Session": "get post"}` the
    methods of a class and of what inherits it. `{"stripe.*": "create"}` are those of all that a
    module or an object leads to: `stripe.Customer.create`, `client.customers.create`. The members
    `"* -close"` are all methods of a class with names in lower case, `close` left out.
    """

    def __init__(self, *tables: Mapping[str, str]) -> None:
        self._named: dict[str, set[str]] = {}
        self._others: dict[str, set[str]] = {}
        for owner, members in (line for table in tables for line in table.items()):
            listed = set(members.split())
            if "*" in listed:
                self._others[owner] = {name[1:] for name in listed if name.startswith("-")}
            else:
                self._named.setdefault(owner, set()).update(listed)
        self._members = frozenset[str]().union(*self._named.values())

    @property
    def members(self) -> frozenset[str]:
        """The last names of the calls that the lines name."""
        return self._members

    def __contains__(self, node: Node) -> bool:
        """Say whether a call, or a function that is named and not called, is one of these."""
        member = node.member
        if member and member not in self._members and not self._others:
            return False
        name = node.func.library_name
        if name or not member:
            return self.has_name(name) or self._is_called(node, name)
        return self._has_method(node)

    def _is_called(self, node: Node, name: str) -> bool:
        """Say whether an object is called whose class has a matching `__call__`."""
        if name or "__call__" not in self._members or not node.is_call:
            return False
        kind = node.func.type
        return isinstance(kind, str) and self.has_name(f"{kind}.__call__")

    def has_name(self, name: str) -> bool:
        """Say whether a function, or the method of a class, is one of these by its dotted name."""
        owner, _, member = name.rpartition(".")
        if member not in self._members:
            return False
        if member in self._named.get(owner, ()):
            return True
        while owner:
            if member in self._named.get(f"{owner}.*", ()):
                return True
            owner = owner.rpartition(".")[0]
        return False

    def _has_method(self, node: Node) -> bool:
        owner, path = node.owner, node.member
        for _ in range(limits.NAMES):
            kind = owner.type or task_class(owner)
            if isinstance(kind, Node):  # a class of the program that inherits the library's
                names = [] if "." in path or kind.method(path) else kind.bases
                return any(self._has_member(base, path) for base in names)
            if kind is not None:
                return self._has_member(kind, path)
            if node.member not in self._members:
                return False
            if owner.owner:
                path, owner = f"{owner.member}.{path}", owner.owner
            else:
                found = owner.generic or owner.value
                if found == owner or not found:
                    return False
                owner = found
        return False

    def _has_member(self, kind: str, path: str) -> bool:
        if kind in self._others and "." not in path:
            return path.islower() and path not in self._others[kind]
        return self.has_name(f"{kind}.{path}")
