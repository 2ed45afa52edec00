"""What a picture of twelve megapixels costs the server that takes it: time, and memory at the peak."""

import asyncio
import io
import statistics
import time
from pathlib import Path

from PIL import Image

from benchmarks.asking import asking
from benchmarks.servers import Server, resident

SIZE, PICTURES = (4000, 3000), 5
_MARK = "a-mark-between-parts"


def picture(number: int) -> bytes:
    """A JPEG of twelve megapixels with as much in it as a photograph has, each another one."""
    slopes = [Image.radial_gradient("L").resize(SIZE).rotate(90 * (number + part)) for part in range(3)]
    noise = Image.effect_noise(SIZE, 20)
    whole = Image.merge("RGB", [Image.blend(slope.resize(SIZE), noise, 0.2) for slope in slopes])
    file = io.BytesIO()
    whole.save(file, "JPEG", quality=88)
    return file.getvalue()


def _peak(pid: int) -> float:
    """The most memory that a process has had since it was last asked, in MiB; not a number where nobody tells."""
    folder = Path(f"/proc/{pid}")
    try:
        lines = (folder / "status").read_text().splitlines()
        (folder / "clear_refs").write_text("5")
    except OSError:
        return float("nan")
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024


async def _sent(url: str, cookie: str, pictures: list[bytes]) -> list[float]:
    ask, writer = await asking(url, cookie)
    took = []
    for number, body in enumerate(pictures):
        head = (
            f'--{_MARK}\r\nContent-Disposition: form-data; name="alt"\r\n\r\nNoise\r\n'
            f'--{_MARK}\r\nContent-Disposition: form-data; name="file"; filename="{number}.jpg"\r\n\r\n'
        )
        whole = head.encode() + body + f"\r\n--{_MARK}--\r\n".encode()
        begun = time.perf_counter()
        await ask("POST", "/admin/media/", whole, f"multipart/form-data; boundary={_MARK}")
        took.append(time.perf_counter() - begun)
    writer.close()
    return took


def measure(server: Server, cookie: str) -> dict[str, float]:
    """All figures."""
    pictures = [picture(number) for number in range(PICTURES + 1)]
    asyncio.run(_sent(server.url, cookie, pictures[:1]))  # What is made once is made before.
    _peak(server.pid)
    resting, before = resident(server.pid), server.processor_time()
    took = asyncio.run(_sent(server.url, cookie, pictures[1:]))
    processor = server.processor_time() - before
    return {
        "upload of 12 megapixels, MB": statistics.median(map(len, pictures)) / 1e6,
        "upload, ms, half of them": statistics.median(took) * 1e3,
        "upload, ms of the processor": processor / PICTURES * 1e3,
        "upload, MiB more at the peak": _peak(server.pid) - resting,
    }
