"""How far code is followed: further than people write code, but never without end."""

CALLS = 5
"""The longest chain of calls that is followed; real code needs three."""

NAMES = 12
"""The longest chain of names, aliases and wrappers that is followed; real code needs four."""
