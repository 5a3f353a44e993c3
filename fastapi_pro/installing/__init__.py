"""How install.py and pack.py bring the skills to a user's machine."""
