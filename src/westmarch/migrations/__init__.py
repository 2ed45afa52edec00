"""The schema's history. Each migration says in `phase` whether it is an expand or a contract step."""
