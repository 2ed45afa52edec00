"""Who has a post open at this moment."""
