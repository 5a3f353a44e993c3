"""How gunicorn runs the service: with its own worker class for ASGI."""

bind = "0.0.0.0:8000"
worker_class = "asgi"
graceful_timeout = 20
