"""The search index of a site: what is in it, how it follows the database, how it is made anew."""
