"""What fastapi-users calls while a request waits: the methods of a service's user manager."""

import ast
import re

from fastapi_pro.auditing.model.node import Node, inherits
from fastapi_pro.auditing.model.program import Program, fact

_MANAGER = "fastapi_users.BaseUserManager"
_CALLED = re.compile(r"on_(after|before)_\w+|validate_password|authenticate|create|update")
_SENDS = ("on_after_forgot_password", "on_after_request_verify")


@fact
def manager_methods(program: Program) -> list[Node]:
    """Return the methods of user managers that the routers of fastapi-users call."""
    return [
        method
        for cls in program.nodes(ast.ClassDef)
        if inherits(cls, _MANAGER)
        for method in cls.body
        if method.is_function and _CALLED.fullmatch(method.name)
    ]


def is_sent_token(expr: Node) -> bool:
    """Say whether a name is the token that a user manager is given to send by mail."""
    bound = expr.bound
    if bound is None or bound.kind != "param" or expr.function.name not in _SENDS:
        return False
    parameters = expr.function.parameters
    is_token = expr.name in [parameter.name for parameter in parameters[1:2]]
    return is_token and inherits(expr.function.enclosing_class, _MANAGER)
