"""Whether the conditions under which two places run exclude each other."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from fastapi_pro.auditing.model.node import Node

_FALSE = frozenset({"None", "False", "0", "''"})


@dataclass(frozen=True, slots=True)
class _Fact:
    """What holds where a place runs: a variable is one of some values, or none of them."""

    subject: Node
    values: frozenset[str]
    is_one: bool

    def excludes(self, other: "_Fact") -> bool:
        """Say whether both cannot hold."""
        if self.is_one and other.is_one:
            return self.values.isdisjoint(other.values)
        if self.is_one:
            return self.values <= other.values
        return other.is_one and other.values <= self.values

    @property
    def negated(self) -> "_Fact":
        """What holds in the other branch."""
        return _Fact(self.subject, self.values, not self.is_one)


def contradict(first: Node, second: Node) -> bool:
    """Say whether a run of a function that passes the one place does not come to the later one.

    `if kind == "a"` before `if kind == "b"`, `if new` before `if not new`, where nothing changes
    the variable in between.
    """
    after = list(_facts(second))
    return any(
        before.subject.dotted == later.subject.dotted
        and before.excludes(later)
        and not _is_changed(before.subject, later.subject)
        for before in (_facts(first) if after else ())
        for later in after
    )


def _facts(place: Node) -> Iterator[_Fact]:
    """Yield what the branches say that hold a place within its function."""
    below = place
    for above in place.ancestors:
        if above.is_function:
            return
        if isinstance(above.ast, (ast.If, ast.IfExp)) and below != above.test:
            facts = list(_of_test(above.test))
            listed = above.ast.orelse if isinstance(above.ast.orelse, list) else [above.ast.orelse]
            if below.ast not in listed:
                yield from facts
            elif len(facts) == 1 and not isinstance(above.test.ast, ast.BoolOp):
                yield facts[0].negated
        below = above


def _of_test(test: Node) -> Iterator[_Fact]:
    """Yield what holds where a condition is true, as far as it compares a variable."""
    match test.ast:
        case ast.BoolOp(op=ast.And(), values=values):
            for value in values:
                yield from _of_test(test.at(value))
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            facts = list(_of_test(test.at(operand)))
            if len(facts) == 1 and not isinstance(operand, ast.BoolOp):
                yield facts[0].negated
        case ast.Name() | ast.Attribute() if test.dotted:
            yield _Fact(test, _FALSE, is_one=False)
        case ast.Compare(left=left, ops=[op], comparators=[right]) if test.at(left).dotted:
            is_among = isinstance(op, (ast.In, ast.NotIn))
            known = _values(test.at(right).elements if is_among else [test.at(right)])
            if known and isinstance(op, (ast.Eq, ast.Is, ast.In)):
                yield _Fact(test.at(left), known, is_one=True)
            elif known and isinstance(op, (ast.NotEq, ast.IsNot, ast.NotIn)):
                yield _Fact(test.at(left), known, is_one=False)


def _values(written: list[Node]) -> frozenset[str]:
    """Return the constants or members of an enumeration, none where one is something else."""
    found = {
        one.text
        for one in written
        if isinstance(one.ast, ast.Constant) or (one.member and one.owner.last_name[:1].isupper())
    }
    return frozenset(found) if len(found) == len(written) else frozenset()


def _is_changed(first: Node, second: Node) -> bool:
    """Say whether a variable, or its object's attribute, may change between two places."""
    root, _, rest = first.dotted.partition(".")
    names = (name for name in first.function.own(ast.Name) if name.name == root)
    between = [name for name in names if first.position < name.position < second.position]
    return any(name.is_target or (rest and not _is_looked_at(name)) for name in between)


def _is_looked_at(name: Node) -> bool:
    """Say whether only an attribute of an object is read."""
    attribute = name.parent
    is_read = isinstance(attribute.ast, ast.Attribute) and attribute.is_read
    return is_read and not (attribute.parent.is_call and attribute.parent.func == attribute)
