"""The order of the catalogue."""

from alembic import op

revision = "catalogue"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_index("ix_products_price_id", "products", ["price", "id"])


def downgrade() -> None:
    """Go back."""
    op.drop_index("ix_products_price_id", "products")
