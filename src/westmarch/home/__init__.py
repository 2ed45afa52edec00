"""Home: the pages that mix content: front page, archive, pages of tags, topics and authors."""
