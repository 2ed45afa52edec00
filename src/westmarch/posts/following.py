"""The followers that keep what is derived from posts."""

from westmarch.posts import references, related

FOLLOWERS = (references.FOLLOWING, related.FOLLOWING)
