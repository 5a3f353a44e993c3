"""A table of SQLModel that is the body of a request."""

from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.fastapi import Parameter, endpoints
from fastapi_pro.auditing.libraries.pydantic import Schema, schemas_in


def detect(program: Program) -> Iterator[Hit]:
    """Yield the parameters that a body fills, and that are tables or hold some."""
    seen: set[Node] = set()
    for endpoint in endpoints(program) if _tables(program) else ():
        asked = [d for dependency in endpoint.dependencies for d in dependency.parameters]
        for given in (*endpoint.parameters, *asked):
            if given.node in seen or given.dependency is not None or given.is_filled_otherwise:
                continue
            seen.add(given.node)
            if table := _table(given):
                is_table = table in schemas_in(given.annotation)
                verb = "is" if is_table else "holds"
                yield given.node.hit(
                    f"`{given.name}` of `{given.owner}` {verb} the table `{table.name}`: nothing"
                    " checks its fields, and clients can set every column",
                    fix=f"A class without `table=True`, then `{table.name}.model_validate(body)`",
                )


def _tables(program: Program) -> list[Node]:
    return [cls for cls in program.classes if cls.keyword("table").literal is True]


def _table(given: Parameter) -> Schema | None:
    """Return the table that a parameter is or holds."""
    parts = (part for schema in schemas_in(given.annotation) for part in schema.parts)
    return next(filter(_is_unchecked, parts), None)


def _is_unchecked(schema: Schema) -> bool:
    """Say whether a schema is a table, or inherits from one, whose values nobody checks."""
    if not any(cls.keyword("table").literal is True for cls in schema.node.lineage):
        return False
    checks = schema.config.get("validate_assignment")
    return (checks is None or checks.literal is False) and not schema.node.method("__init__")
