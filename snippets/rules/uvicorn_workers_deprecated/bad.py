"""How gunicorn runs the service: with uvicorn's worker class."""

bind = "0.0.0.0:8000"
worker_class = "uvicorn.workers.UvicornWorker"
graceful_timeout = 20
