"""Full-text search on any engine: documents in; queries in, hits, counts and facets out."""
