"""Text: Markdown to safe HTML, plain text, excerpt and references, once, when it is written."""
