"""Posts and pages: drafts, publishing, revisions, neighbours, counts."""
