"""Devices in words."""

import pytest

from westmarch.accounts.devices import words

pytestmark = pytest.mark.unit

_SAFARI = "AppleWebKit/605.1.15 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("agent", "told"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0", "Firefox 150 on Linux"),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/156.0.0.0 Safari/537.36 Edg/156.0",
            "Edge 156 on Windows",
        ),
        (
            "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/156.0.0.0 Mobile Safari/537.36",
            "Chrome 156 on Android",
        ),
        (
            f"Mozilla/5.0 (iPhone; CPU iPhone OS 26_1 like Mac OS X) {_SAFARI} Version/26.1 Mobile/15E148 Safari/604.1",
            "Safari 26 on iPhone",
        ),
        (
            f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {_SAFARI} Version/26.0 Safari/605.1.15",
            "Safari 26 on macOS",
        ),
        ("curl/8.17.0", "curl/8.17.0"),
        ("python-httpx2/2.16 more", "python-httpx2/2.16"),
        ("Mozilla/5.0 (X11; Linux x86_64)", "Linux"),
        ("Mozilla/5.0", "An unknown device"),
        ("", "An unknown device"),
        ("x" * 300, "x" * 40),
    ],
)
def test_a_device_is_called_what_people_know_it_by(agent: str, told: str) -> None:
    assert words(agent) == told
