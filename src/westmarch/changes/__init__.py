"""Changes: rows that triggers write in the database for every row that changed, in order of visibility."""
