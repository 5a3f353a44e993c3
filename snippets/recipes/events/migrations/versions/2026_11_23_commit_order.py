"""Products know their transaction."""

import sqlalchemy as sa
from alembic import op

revision = "commit_order"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    column = sa.Column("transaction_id", sa.BigInteger(), server_default="0", nullable=False)
    op.add_column("products", column)
    op.create_index("ix_products_transaction_id", "products", ["transaction_id"])


def downgrade() -> None:
    """Go back."""
    op.drop_index("ix_products_transaction_id", "products")
    op.drop_column("products", "transaction_id")
