"""Tables that grow with use: accounts, and what belongs to them."""

import re

from fastapi_pro.auditing.libraries.fastapi import http_endpoints
from fastapi_pro.auditing.libraries.sqlalchemy_models import Model, models
from fastapi_pro.auditing.model.call_graph import reached
from fastapi_pro.auditing.model.node import Node
from fastapi_pro.auditing.model.program import Program, fact

_FEW = re.compile(
    r"role|permission|categor|plan|setting|config|tag|currenc|countr|language|locale|template"
    r"|provider|feature|department|team|organi[sz]ation|tenant|workspace|type|kind|status|level"
    r"|group|model|source|channel|scope|client|integration|connector|policy|rule"
    r"|instance|server|session|author|blog|page|article|faq|news|label|topic|unit|region|city"
    r"|preference|menu|coupon|badge|semester|(?-i:^Terms?$)",
    re.IGNORECASE,
)
"""Names of tables that somebody fills by hand."""
_ACCOUNTS = re.compile(r"user|account|customer|member|profile|author|owner", re.IGNORECASE)


@fact
def growing(program: Program) -> set[Node]:
    """Return the models that are accounts or belong to one, of those that endpoints create."""
    known = models(program)
    return {cls for cls in created(program) if _is_of_accounts(known[cls])}


@fact
def created(program: Program) -> set[Node]:
    """Return the models whose rows endpoints create, without those that somebody fills by hand."""
    creating = [e.function for e in http_endpoints(program) if e.method in ("post", "put")]
    made = {call.func.definition for f in reached(creating) for call in f.calls}
    return {cls for cls in models(program) if cls in made and not _FEW.search(cls.name)}


def _is_of_accounts(model: Model) -> bool:
    if "email" in model.columns:
        return True
    for column in model.columns.values():
        for part in (column.options, *column.options.args):
            is_key = part.last_name == "ForeignKey"
            target = part.args[0].literal if is_key and part.args else None
            target = target or part.keyword("foreign_key").literal
            if isinstance(target, str) and _ACCOUNTS.search(target):
                return True
    return False
