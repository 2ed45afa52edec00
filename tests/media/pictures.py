"""Pictures for tests, made on the spot."""

from io import BytesIO
from typing import Any

from PIL import Image

#: Tags of EXIF: how the camera was held, its name, and where the block about the place lies.
ORIENTATION, CAMERA, PLACE = 0x0112, 0x0110, 0x8825

#: A document with nothing on its one page.
PDF = (
    b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 3 3]>>endobj\nxref\n0 4\n0000000000 65535 f \n"
    b"0000000009 00000 n \n0000000053 00000 n \n0000000102 00000 n \n"
    b"trailer<</Size 4/Root 1 0 R>>\nstartxref\n160\n%%EOF\n"
)


def picture(kind: str = "PNG", size: tuple[int, int] = (4, 3), colour: str = "teal", **options: Any) -> bytes:
    """A picture of one colour."""
    out = BytesIO()
    Image.new("RGB", size, colour).save(out, kind, **options)
    return out.getvalue()


def photograph(kind: str = "JPEG", size: tuple[int, int] = (40, 30)) -> bytes:
    """A picture as a camera writes it that was held on its side: turned, with its name and a place."""
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    exif[CAMERA] = "Secret camera"
    exif[PLACE] = {1: "N", 2: (48.0, 12.0, 0.0), 3: "E", 4: (16.0, 22.0, 0.0)}
    made = Image.new("RGB", size, "teal")
    made.paste("red", (0, 0, size[0] // 2, size[1]))  # The left half; upright it is the upper one.
    out = BytesIO()
    made.save(out, kind, exif=exif, **({"comment": b"Secret words"} if kind == "JPEG" else {}))
    return out.getvalue()


def moving(kind: str = "GIF", frames: int = 3, size: tuple[int, int] = (8, 6), **options: Any) -> bytes:
    """A moving picture."""
    all_of_it = [Image.new("RGB", size, (60 * number, 0, 0)) for number in range(frames)]
    out = BytesIO()
    all_of_it[0].save(out, kind, save_all=True, append_images=all_of_it[1:], duration=100, loop=0, **options)
    return out.getvalue()
