"""The admin: the pages from which people run a site, below `/admin/`."""
