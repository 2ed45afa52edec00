"""The site: what its owner decides, such as title, language, zone and permalink."""
