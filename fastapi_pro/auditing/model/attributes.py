"""What a class and its methods give the attributes of its objects."""

from collections.abc import Iterator

from fastapi_pro.auditing.model.node import Node


def attribute_values(cls: Node, name: str) -> Iterator[Node]:
    """Yield what a class, its bases and their methods assign to an attribute."""
    for above in cls.lineage if cls else ():
        yield from (above.at(bound.node) for bound in above.bindings(name))
        for statement in above.module.self_assignments(above.ast).get(name, ()):
            if statement.value is not None:
                yield above.at(statement.value)
