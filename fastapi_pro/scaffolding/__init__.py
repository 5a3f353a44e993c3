"""How new.py turns the reference service into a project of its own."""
