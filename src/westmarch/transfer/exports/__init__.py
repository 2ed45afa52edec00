"""Exports of other programs: a file, or a folder of records, that a program wrote for moving out of it."""
