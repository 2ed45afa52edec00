"""What a benchmark found, for people or for programs."""

import json
import sys
from collections.abc import Mapping


def tell(found: Mapping[str, float], *, as_json: bool) -> None:
    """Print figures by their names: a table, or JSON."""
    if as_json:
        json.dump(found, sys.stdout)
        return
    for name, value in found.items():
        print(f"{name:48} {value:10,.1f}")
