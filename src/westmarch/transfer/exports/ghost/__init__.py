"""Ghost's own export: JSON of its tables, and beside it a folder of pictures, redirects and routes."""
