"""Secrets that somebody shows: made at random, kept as hashes. They are too long to be guessed, so without salt."""

import hashlib
import secrets

#: Bytes of randomness in each.
SIZE = 32


def new(prefix: str = "") -> str:
    """A new secret for addresses, cookies and headers, which begins with `prefix`."""
    return prefix + secrets.token_urlsafe(SIZE)


def hashed(secret: str) -> str:
    """What is kept of a secret: its SHA-256, hexadecimal."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
