"""Views of posts by day, the posts that are read most, and the tags with the most posts by an index."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

phase = "expand"


def upgrade() -> None:
    op.create_table(
        "post_view",
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("views", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_post_view_post_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("post_id", "day", name=op.f("pk_post_view")),
    )
    op.create_index("ix_post_view_day", "post_view", ["day", "post_id", "views"], unique=False)
    op.create_table(
        "most_read",
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_most_read_post_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("place", name=op.f("pk_most_read")),
    )
    op.create_index("ix_most_read_post_id", "most_read", ["post_id"], unique=False)
    op.create_index("ix_tag_post_count", "tag", ["post_count", "id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_tag_post_count", table_name="tag")
    op.drop_index("ix_most_read_post_id", table_name="most_read")
    op.drop_table("most_read")
    op.drop_index("ix_post_view_day", table_name="post_view")
    op.drop_table("post_view")
