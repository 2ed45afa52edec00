"""Captions of pictures and files, and who uploaded them."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

phase = "expand"


def upgrade() -> None:
    op.create_table(
        "media_detail",
        sa.Column("media_id", sa.Integer(), nullable=False),
        sa.Column("caption", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["media_id"], ["media.id"], name=op.f("fk_media_detail_media_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_media_detail_account_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("media_id", name=op.f("pk_media_detail")),
    )


def downgrade() -> None:
    op.drop_table("media_detail")
