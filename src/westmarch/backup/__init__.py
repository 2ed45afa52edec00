"""Backups of a whole site in one file: made while it serves, checked, and restored on either engine."""
