"""Links: every public path of the site, and what it leads to. Links do not rot."""
