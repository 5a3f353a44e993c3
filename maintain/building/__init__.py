"""How build.py cuts blocks from snippets and fills them into pages."""
