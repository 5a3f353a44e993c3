"""What may be done, and which roles may do it: code, as the endpoints that ask are code."""

from collections.abc import Mapping
from typing import Literal

Permission = Literal["products:manage", "roles:change"]
Role = Literal["manager", "support"]

PERMISSIONS: frozenset[Permission] = frozenset({"products:manage", "roles:change"})
ROLES: Mapping[str, frozenset[Permission]] = {
    "manager": frozenset({"products:manage", "roles:change"}),
    "support": frozenset({"products:manage"}),
}
