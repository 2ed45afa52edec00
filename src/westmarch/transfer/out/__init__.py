"""Everything goes out: the contents of a site, written in formats that other programs read."""
