"""Triggers that log more values: counts, places in time and numbers of parts, by which lists are told apart.

No table changes. On the schemas before, the log does not tell these values, and the page cache throws out more pages.
"""

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

phase = "expand"


def upgrade() -> None:
    """The triggers are made anew from the models with the newest schema (see env.py)."""


def downgrade() -> None:
    """The schema before has other triggers only, which its own release makes."""
