"""What Python means in them: scopes, names, types, calls, the order of statements."""
