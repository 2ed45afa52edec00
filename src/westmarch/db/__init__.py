"""The database: engines, sessions that read, sessions that write, column types."""
