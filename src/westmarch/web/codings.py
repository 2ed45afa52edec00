"""The codings of content that a browser takes (RFC 9110, 12.5.3)."""


def takes_gzip(accept_encoding: str) -> bool:
    """Whether a header Accept-Encoding allows gzip. A weight that is no number counts as none."""
    weights = dict(_weighed(part) for part in accept_encoding.lower().split(","))
    return weights.get("gzip", weights.get("x-gzip", weights.get("*", 0.0))) > 0


def _weighed(part: str) -> tuple[str, float]:
    coding, _, parameter = part.partition(";")
    name, _, weight = parameter.partition("=")
    if name.strip() != "q":
        return coding.strip(), 1.0
    try:
        return coding.strip(), float(weight)
    except ValueError:
        return coding.strip(), 0.0
