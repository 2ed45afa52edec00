"""Accounts: who signs in, by what, and what each may do."""
