"""What every detector is made of: it asks a Program, looks at Nodes, and yields Hits."""

from fastapi_pro.auditing.finding import Hit
from fastapi_pro.auditing.model.node import Node
from fastapi_pro.auditing.model.program import Program, fact

__all__ = ["Hit", "Node", "Program", "fact"]
