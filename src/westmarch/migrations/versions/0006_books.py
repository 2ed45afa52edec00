"""The catalogue of books, what the owner reads, and what the database knows of an index."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

phase = "expand"

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "book_tag",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("book_count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_book_tag")),
        sa.UniqueConstraint("slug", name=op.f("uq_book_tag_slug")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_book_tag_book_count", "book_tag", ["book_count", "id"], unique=False)
    op.create_table(
        "index_generation",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("documents", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.String(length=32), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_index_generation")),
    )
    op.create_table(
        "series",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("slug", sa.String(length=200), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("book_count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["subject.id"], name=op.f("fk_series_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series")),
        sa.UniqueConstraint("folded", name=op.f("uq_series_folded")),
        sa.UniqueConstraint("slug", name=op.f("uq_series_slug")),
    )
    op.create_table(
        "writer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("slug", sa.String(length=200), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("book_count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["subject.id"], name=op.f("fk_writer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_writer")),
        sa.UniqueConstraint("folded", name=op.f("uq_writer_folded")),
        sa.UniqueConstraint("slug", name=op.f("uq_writer_slug")),
    )
    op.create_table(
        "book",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("book_id", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("title_plain", sa.Text(), nullable=False),
        sa.Column("original_title", sa.Text(), nullable=True),
        sa.Column("slug", sa.String(length=200), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("language", sa.String(length=35), nullable=True),
        sa.Column("isbn10", sa.Text(), nullable=True),
        sa.Column("isbn13", sa.Text(), nullable=True),
        sa.Column("isbn_key", sa.String(length=13), nullable=True),
        sa.Column("isbn_valid", sa.Boolean(), nullable=False),
        sa.Column("description_markdown", sa.Text(), nullable=False),
        sa.Column("description_html", sa.Text(), nullable=False),
        sa.Column("rating", sa.Double(), nullable=True),
        sa.Column("ratings_count", sa.BigInteger(), nullable=True),
        sa.Column("cover_id", sa.Integer(), nullable=True),
        sa.Column("series_id", sa.Integer(), nullable=True),
        sa.Column("series_number", sa.Text(), nullable=True),
        sa.Column("series_order", sa.Double(), nullable=True),
        sa.Column("extra", JSON, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["cover_id"], ["media.id"], name=op.f("fk_book_cover_id")),
        sa.ForeignKeyConstraint(["id"], ["subject.id"], name=op.f("fk_book_id")),
        sa.ForeignKeyConstraint(["series_id"], ["series.id"], name=op.f("fk_book_series_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_book")),
        sa.UniqueConstraint("book_id", name=op.f("uq_book_book_id")),
        sa.UniqueConstraint("slug", name=op.f("uq_book_slug")),
    )
    op.create_index("ix_book_isbn_key", "book", ["isbn_key"], unique=False)
    op.create_index("ix_book_series_id", "book", ["series_id", "series_order", "book_id"], unique=False)
    op.create_table(
        "book_tagging",
        sa.Column("book_id", sa.Integer(), nullable=False),
        sa.Column("tag_id", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["book_id"], ["book.id"], name=op.f("fk_book_tagging_book_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["tag_id"], ["book_tag.id"], name=op.f("fk_book_tagging_tag_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("book_id", "tag_id", name=op.f("pk_book_tagging")),
    )
    op.create_index("ix_book_tagging_tag_id", "book_tagging", ["tag_id", "book_id"], unique=False)
    op.create_table(
        "book_writer",
        sa.Column("book_id", sa.Integer(), nullable=False),
        sa.Column("writer_id", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["book_id"], ["book.id"], name=op.f("fk_book_writer_book_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["writer_id"], ["writer.id"], name=op.f("fk_book_writer_writer_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("book_id", "writer_id", name=op.f("pk_book_writer")),
    )
    op.create_index("ix_book_writer_writer_id", "book_writer", ["writer_id", "book_id"], unique=False)
    op.create_table(
        "reading",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("book_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=True),
        sa.Column("finished_on", sa.Date(), nullable=True),
        sa.Column("rating", sa.Double(), nullable=True),
        sa.Column("review_markdown", sa.Text(), nullable=False),
        sa.Column("review_html", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("status IN ('to-read', 'reading', 'read')", name=op.f("ck_reading_status")),
        sa.ForeignKeyConstraint(["book_id"], ["book.id"], name=op.f("fk_reading_book_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reading")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_reading_book_id", "reading", ["book_id"], unique=False)
    op.create_index("ix_reading_status", "reading", ["status", "finished_on", "id"], unique=False)
    op.create_index("ix_reference_href", "reference", ["href"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_reference_href", table_name="reference")
    op.drop_index("ix_reading_status", table_name="reading")
    op.drop_index("ix_reading_book_id", table_name="reading")
    op.drop_table("reading")
    op.drop_index("ix_book_writer_writer_id", table_name="book_writer")
    op.drop_table("book_writer")
    op.drop_index("ix_book_tagging_tag_id", table_name="book_tagging")
    op.drop_table("book_tagging")
    op.drop_index("ix_book_series_id", table_name="book")
    op.drop_index("ix_book_isbn_key", table_name="book")
    op.drop_table("book")
    op.drop_table("writer")
    op.drop_table("series")
    op.drop_table("index_generation")
    op.drop_index("ix_book_tag_book_count", table_name="book_tag")
    op.drop_table("book_tag")
