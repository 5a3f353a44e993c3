"""Whole folders: projects, plugins and marketplaces, as Claude Code 2.1.332 loads them."""
