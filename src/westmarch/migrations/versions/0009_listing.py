"""An index by which posts are counted by language and state, without a look at the posts."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

phase = "expand"


def upgrade() -> None:
    op.create_index(
        "ix_post_listing", "post", ["kind", "trashed_at", "language", "status", "unlisted", "draft_revision_id"]
    )


def downgrade() -> None:
    op.drop_index("ix_post_listing", table_name="post")
