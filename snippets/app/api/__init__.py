"""HTTP: routes, dependencies, middleware, error answers."""
