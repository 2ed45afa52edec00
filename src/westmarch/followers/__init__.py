"""Followers: what is derived follows the change log, each with a durable position and a lease."""
