"""The exact page cache: answers as ready bytes, thrown out by the changes that touch what they read."""
