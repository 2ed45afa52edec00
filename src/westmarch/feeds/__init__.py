"""Feeds: Atom, RSS and JSON Feed, sitemap and robots.txt."""
