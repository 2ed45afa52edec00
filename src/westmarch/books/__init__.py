"""Books: the catalogue with its writers, series and tags, and what the owner reads."""
