"""The JSON API of posts, pages, tags, topics, authors and media, below `/api/v1/`."""
