"""Blogger's own exports: the XML of its settings page, and `feed.atom` of Google Takeout. Both are Atom."""
