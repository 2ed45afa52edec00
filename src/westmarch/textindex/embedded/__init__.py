"""The engine that needs no other program: tantivy, in the process, on a folder."""
