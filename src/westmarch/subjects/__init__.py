"""Subjects: whatever can be linked to, tagged, discussed or searched has one row here, its revisions and references."""
