"""Westmarch, a publishing platform: one site with a blog, a notebook of short notes and a bookshelf."""

__version__ = "0.1.0"
