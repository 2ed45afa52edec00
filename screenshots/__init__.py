"""Pictures of all pages of many sites, for eyes: `make screenshots`."""
