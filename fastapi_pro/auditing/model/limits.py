"""How far code is followed: further than people write code, but never without end."""

CALLS = 5
"""Functions that call each other, from the first to the last; real code needs three."""

NAMES = 12
"""Names, aliases and wrappers between an expression and what it stands for; it needs four."""
