"""The commands that users call; `scripts/` starts them."""
