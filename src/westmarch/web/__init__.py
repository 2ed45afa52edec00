"""The web: pages, templates, conditional answers, errors, request ids; nothing of any content."""
