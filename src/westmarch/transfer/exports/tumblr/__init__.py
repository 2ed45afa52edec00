"""Blogs of Tumblr: its own export (a page of HTML for each post, and media), and the XML and JSON of its interfaces."""
