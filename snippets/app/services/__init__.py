"""What the service does. Knows no FastAPI; flushes, never commits."""
