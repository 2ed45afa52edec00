"""The first schema."""

import uuid
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

phase = "expand"

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
VISIBLE = (
    "CASE WHEN status <> 'published' OR trashed_at IS NOT NULL OR published_revision_id IS NULL THEN 0 "
    "WHEN unlisted THEN 1 ELSE 2 END"
)


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE SEQUENCE change_position AS bigint")
    op.create_table(
        "archive_count",
        sa.Column("scope_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("month", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("posts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("scope_id", "year", "month", name=op.f("pk_archive_count")),
    )
    op.create_table(
        "change",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("format", sa.SmallInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("table_name", sa.String(length=63), nullable=False),
        sa.Column("operation", sa.String(length=10), nullable=False),
        sa.Column("row_key", sa.Text(), nullable=True),
        sa.Column("columns", sa.Text(), nullable=True),
        sa.Column("old", sa.Text(), nullable=True),
        sa.Column("new", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("CURRENT_TIMESTAMP"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_change_position", "change", ["position"], unique=True)
    op.create_table(
        "epoch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_epoch")),
    )
    op.create_table(
        "follower",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("epoch", sa.String(length=32), nullable=False),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("leased_by", sa.String(length=100), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_follower")),
    )
    op.create_table(
        "media",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("mime", sa.String(length=100), nullable=False),
        sa.Column("extension", sa.String(length=10), nullable=False),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("alt", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_media")),
        sa.UniqueConstraint("hash", name=op.f("uq_media_hash")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "site_option",
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("value", JSON, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_site_option")),
    )
    op.create_table(
        "subject",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("purged_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subject")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "author",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("slug", sa.String(length=200), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("bio_markdown", sa.Text(), nullable=False),
        sa.Column("bio_html", sa.Text(), nullable=False),
        sa.Column("picture_id", sa.Integer(), nullable=True),
        sa.Column("links", JSON, nullable=False),
        sa.Column("post_count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["subject.id"], name=op.f("fk_author_id")),
        sa.ForeignKeyConstraint(["picture_id"], ["media.id"], name=op.f("fk_author_picture_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_author")),
        sa.UniqueConstraint("folded", name=op.f("uq_author_folded")),
        sa.UniqueConstraint("slug", name=op.f("uq_author_slug")),
    )
    op.create_table(
        "event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("verb", sa.String(length=60), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("token", sa.String(length=60), nullable=True),
        sa.Column("request_id", sa.String(length=60), nullable=True),
        sa.Column("subject_id", sa.Integer(), nullable=True),
        sa.Column("detail", JSON, nullable=False),
        sa.ForeignKeyConstraint(["subject_id"], ["subject.id"], name=op.f("fk_event_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_event_subject_id", "event", ["subject_id", "id"], unique=False)
    op.create_table(
        "link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("query", sa.String(length=200), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.Column("permanent", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(subject_id IS NULL) <> (address IS NULL)", name=op.f("ck_link_one_target")),
        sa.ForeignKeyConstraint(["subject_id"], ["subject.id"], name=op.f("fk_link_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link")),
        sa.UniqueConstraint("path", "query", name=op.f("uq_link_path_query")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_link_folded", "link", ["folded", "query"], unique=False)
    op.create_index("ix_link_subject_id", "link", ["subject_id"], unique=False)
    op.create_index(
        "ix_link_subject_id_current",
        "link",
        ["subject_id"],
        unique=True,
        sqlite_where=sa.text("current = 1"),
        postgresql_where=sa.text("current"),
    )
    op.create_table(
        "reference",
        sa.Column("from_subject_id", sa.Integer(), nullable=False),
        sa.Column("href", sa.Text(), nullable=False),
        sa.Column("to_subject_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["from_subject_id"], ["subject.id"], name=op.f("fk_reference_from_subject_id")),
        sa.ForeignKeyConstraint(["to_subject_id"], ["subject.id"], name=op.f("fk_reference_to_subject_id")),
        sa.PrimaryKeyConstraint("from_subject_id", "href", name=op.f("pk_reference")),
    )
    op.create_index("ix_reference_to_subject_id", "reference", ["to_subject_id"], unique=False)
    op.create_table(
        "revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("markdown", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("excerpt_html", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("toc", JSON, nullable=False),
        sa.Column("words", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("renderer", sa.String(length=20), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["subject_id"], ["subject.id"], name=op.f("fk_revision_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revision")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_revision_subject_id", "revision", ["subject_id", "id"], unique=False)
    op.create_table(
        "tag",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("slug", sa.String(length=200), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("synonyms", JSON, nullable=False),
        sa.Column("post_count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["subject.id"], name=op.f("fk_tag_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tag")),
        sa.UniqueConstraint("folded", name=op.f("uq_tag_folded")),
        sa.UniqueConstraint("slug", name=op.f("uq_tag_slug")),
    )
    op.create_table(
        "topic",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("slug", sa.String(length=200), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("introduction_markdown", sa.Text(), nullable=False),
        sa.Column("introduction_html", sa.Text(), nullable=False),
        sa.Column("post_count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["subject.id"], name=op.f("fk_topic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topic")),
        sa.UniqueConstraint("folded", name=op.f("uq_topic_folded")),
        sa.UniqueConstraint("slug", name=op.f("uq_topic_slug")),
    )
    op.create_table(
        "part",
        sa.Column("topic_id", sa.Integer(), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["subject_id"], ["subject.id"], name=op.f("fk_part_subject_id")),
        sa.ForeignKeyConstraint(["topic_id"], ["topic.id"], name=op.f("fk_part_topic_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("topic_id", "subject_id", name=op.f("pk_part")),
        sa.UniqueConstraint("subject_id", name=op.f("uq_part_subject_id")),
    )
    op.create_index("ix_part_topic_id_number", "part", ["topic_id", "number"], unique=False)
    op.create_table(
        "post",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("slug", sa.String(length=200), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("excerpt_html", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("unlisted", sa.Boolean(), nullable=False),
        sa.Column("pinned", sa.Boolean(), nullable=False),
        sa.Column("trashed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("visible", sa.SmallInteger(), sa.Computed(VISIBLE, persisted=True), nullable=False),
        sa.Column("published_revision_id", sa.Integer(), nullable=True),
        sa.Column("draft_revision_id", sa.Integer(), nullable=True),
        sa.Column("previous_id", sa.Integer(), nullable=True),
        sa.Column("next_id", sa.Integer(), nullable=True),
        sa.Column("cover_id", sa.Integer(), nullable=True),
        sa.Column("translation_group", sa.String(length=200), nullable=True),
        sa.Column("guid", sa.Text(), nullable=False),
        sa.Column("source_key", sa.Text(), nullable=True),
        sa.Column("source_hash", sa.String(length=64), nullable=True),
        sa.Column("extra", JSON, nullable=False),
        sa.CheckConstraint("kind IN ('post', 'page')", name=op.f("ck_post_kind")),
        sa.CheckConstraint("status IN ('draft', 'scheduled', 'published')", name=op.f("ck_post_status")),
        sa.ForeignKeyConstraint(["cover_id"], ["media.id"], name=op.f("fk_post_cover_id")),
        sa.ForeignKeyConstraint(["draft_revision_id"], ["revision.id"], name=op.f("fk_post_draft_revision_id")),
        sa.ForeignKeyConstraint(["id"], ["subject.id"], name=op.f("fk_post_id")),
        sa.ForeignKeyConstraint(["next_id"], ["post.id"], name=op.f("fk_post_next_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["previous_id"], ["post.id"], name=op.f("fk_post_previous_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["published_revision_id"], ["revision.id"], name=op.f("fk_post_published_revision_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post")),
    )
    op.create_index(
        "ix_post_kind_visible_published_at", "post", ["kind", "visible", "published_at", "id"], unique=False
    )
    op.create_index(op.f("ix_post_next_id"), "post", ["next_id"], unique=False)
    op.create_index(op.f("ix_post_previous_id"), "post", ["previous_id"], unique=False)
    op.create_index("ix_post_source_key", "post", ["source_key"], unique=False)
    op.create_index("ix_post_status_published_at", "post", ["status", "published_at"], unique=False)
    op.create_index(
        "ix_post_pinned",
        "post",
        ["kind", "visible", "published_at", "id"],
        unique=False,
        sqlite_where=sa.text("pinned = 1"),
        postgresql_where=sa.text("pinned"),
    )
    op.create_index("ix_post_translation_group", "post", ["translation_group"], unique=False)
    op.create_table(
        "tagging",
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("tag_id", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("listed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["subject_id"], ["subject.id"], name=op.f("fk_tagging_subject_id")),
        sa.ForeignKeyConstraint(["tag_id"], ["tag.id"], name=op.f("fk_tagging_tag_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("subject_id", "tag_id", name=op.f("pk_tagging")),
    )
    op.create_index("ix_tagging_tag_id_listed_at", "tagging", ["tag_id", "listed_at", "subject_id"], unique=False)
    op.create_table(
        "byline",
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("listed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["author_id"], ["author.id"], name=op.f("fk_byline_author_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_byline_post_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("post_id", "author_id", name=op.f("pk_byline")),
    )
    op.create_index("ix_byline_author_id_listed_at", "byline", ["author_id", "listed_at", "post_id"], unique=False)
    op.create_table(
        "related",
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["other_id"], ["post.id"], name=op.f("fk_related_other_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_related_post_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("post_id", "rank", name=op.f("pk_related")),
    )
    op.create_index("ix_related_other_id", "related", ["other_id"], unique=False)
    epoch = sa.table("epoch", sa.column("id"), sa.column("name"), sa.column("began_at", sa.DateTime(timezone=True)))
    op.bulk_insert(epoch, [{"id": 1, "name": uuid.uuid4().hex, "began_at": datetime.now(UTC)}])


def downgrade() -> None:
    op.drop_index("ix_related_other_id", table_name="related")
    op.drop_table("related")
    op.drop_index("ix_byline_author_id_listed_at", table_name="byline")
    op.drop_table("byline")
    op.drop_index("ix_tagging_tag_id_listed_at", table_name="tagging")
    op.drop_table("tagging")
    op.drop_index("ix_post_translation_group", table_name="post")
    op.drop_index(
        "ix_post_pinned",
        table_name="post",
        sqlite_where=sa.text("pinned = 1"),
        postgresql_where=sa.text("pinned"),
    )
    op.drop_index("ix_post_status_published_at", table_name="post")
    op.drop_index("ix_post_source_key", table_name="post")
    op.drop_index(op.f("ix_post_previous_id"), table_name="post")
    op.drop_index(op.f("ix_post_next_id"), table_name="post")
    op.drop_index("ix_post_kind_visible_published_at", table_name="post")
    op.drop_table("post")
    op.drop_index("ix_part_topic_id_number", table_name="part")
    op.drop_table("part")
    op.drop_table("topic")
    op.drop_table("tag")
    op.drop_index("ix_revision_subject_id", table_name="revision")
    op.drop_table("revision")
    op.drop_index("ix_reference_to_subject_id", table_name="reference")
    op.drop_table("reference")
    op.drop_index(
        "ix_link_subject_id_current",
        table_name="link",
        sqlite_where=sa.text("current = 1"),
        postgresql_where=sa.text("current"),
    )
    op.drop_index("ix_link_subject_id", table_name="link")
    op.drop_index("ix_link_folded", table_name="link")
    op.drop_table("link")
    op.drop_index("ix_event_subject_id", table_name="event")
    op.drop_table("event")
    op.drop_table("author")
    op.drop_table("subject")
    op.drop_table("site_option")
    op.drop_table("media")
    op.drop_table("follower")
    op.drop_table("epoch")
    op.drop_index("ix_change_position", table_name="change")
    op.drop_table("change")
    op.drop_table("archive_count")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP SEQUENCE change_position")
