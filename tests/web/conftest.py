"""Fixtures of these tests."""

from tests.readers import reader as reader
