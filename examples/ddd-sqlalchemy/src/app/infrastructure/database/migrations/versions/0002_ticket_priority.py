"""how urgent a ticket is

The first release goes on with it: its tickets are of normal priority.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    column = sa.Column("priority", sa.String(8), nullable=False, server_default="normal")
    op.add_column("tickets", column)


def downgrade() -> None:
    op.drop_column("tickets", "priority")
