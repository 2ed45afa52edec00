"""The programs whose folders are read. The command line knows them from here, without what reads them."""

from typing import Literal

Program = Literal[
    "jekyll", "hexo", "hugo", "zola", "pelican", "eleventy", "astro", "obsidian", "notion", "plain"
]  # fmt: skip
