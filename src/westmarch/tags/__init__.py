"""Tags: names that hang on subjects."""
