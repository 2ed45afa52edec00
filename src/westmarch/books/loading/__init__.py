"""Loading catalogues: from the bytes of a file to books that are stored, and the report of what became of each."""
