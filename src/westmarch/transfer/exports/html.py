"""HTML to our Markdown: each block that Markdown can say as it was, the others as the HTML that they are."""

from html_to_markdown import ConversionOptions, convert

from westmarch.transfer.items import FileWarning

_OPTIONS = ConversionOptions(
    escape_asterisks=True,
    escape_underscores=True,
    escape_misc=True,
    extract_metadata=False,
    newline_style="backslash",
    compact_tables=True,
)


def to_markdown(html: str) -> tuple[str, list[FileWarning]]:
    """The text in Markdown, and what is told of it."""
    return convert(html, _OPTIONS).content or "", []
