"""HTTP: routes, dependencies, middleware."""
