"""What readers of an old site wrote below its texts, kept until this site has conversations."""
