"""A small production service: users, login, products."""
