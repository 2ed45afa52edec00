"""Pictures as they are kept: upright, and without what a camera writes beside them (where, when, by whom)."""

from collections.abc import Callable, Mapping
from io import BytesIO
from typing import TYPE_CHECKING, Any

from westmarch.errors import Invalid
from westmarch.media import stripping
from westmarch.media.files import BROKEN, PICTURES, PIXELS, broken, picture_kind

if TYPE_CHECKING:
    from PIL.Image import Image

#: The pixels of all frames of a moving picture; each is unpacked once, one after the other.
FRAMES = 10 * PIXELS
#: How good a picture is kept that has to be packed anew with losses.
_QUALITY = 90
#: What belongs to the picture itself.
_OWN = ("icc_profile", "transparency")
_STRIPPED: Mapping[str, Callable[[bytes], bytes]] = {
    "GIF": stripping.gif,
    "WEBP": stripping.webp,
    "PNG": stripping.png,
}


def rewritten(content: bytes) -> bytes:
    """The picture anew: decoded to its end, turned upright, and packed without its metadata, in the same format.

    A moving one keeps its frames as they are. Raises Invalid for what is no whole picture, or has too many pixels.
    """
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(BytesIO(content), formats=tuple(PICTURES)) as picture:
            _require_small(picture, 1, PIXELS)
            kind = picture_kind(picture)
            # Of several pictures in one JPEG (MPO) the first is the one that everybody sees.
            frames = 1 if kind == "JPEG" else int(getattr(picture, "n_frames", 1))
            return _moving(picture, content, kind, frames) if frames > 1 else _still(picture, content, kind)
    except UnidentifiedImageError as error:
        raise Invalid("It is no picture that can be shown.", hint="JPEG, PNG, GIF, WebP and AVIF are taken.") from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:  # Before we see its size.
        raise Invalid(
            f"The picture has more than {PIXELS // 1_000_000} million pixels.", hint="Make it smaller."
        ) from error
    except BROKEN as error:
        raise broken() from error


def _require_small(picture: "Image", frames: int, most: int) -> None:
    width, height = picture.size
    if width * height * frames > most:
        moving = f"{frames:,} frames of " if frames > 1 else ""
        raise Invalid(
            f"The picture has {moving}{width:,} × {height:,} pixels, more than {most // 1_000_000} million.",
            hint="Make it smaller.",
        )


def _moving(picture: "Image", content: bytes, kind: str, frames: int) -> bytes:
    _require_small(picture, frames, FRAMES)
    if kind not in _STRIPPED:
        raise Invalid(f"A moving picture in {kind} is not taken.", hint="Send it as WebP, GIF or as a film.")
    for frame in range(frames):
        picture.seek(frame)
        picture.load()
    return _STRIPPED[kind](content)


def _still(picture: "Image", content: bytes, kind: str) -> bytes:
    from PIL import ImageOps

    options = _options(picture, content, kind)
    picture.load()
    ImageOps.exif_transpose(picture, in_place=True)
    picture.info = {name: value for name, value in picture.info.items() if name in _OWN}
    if "icc_profile" in picture.info and kind != "GIF":
        options["icc_profile"] = picture.info["icc_profile"]
    out = BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def _options(picture: "Image", content: bytes, kind: str) -> dict[str, Any]:
    """How a picture is packed, so that it loses as little as may be."""
    if kind == "JPEG":
        from PIL import JpegImagePlugin

        found: dict[str, Any] = {"progressive": bool(picture.info.get("progressive"))}
        sampling = JpegImagePlugin.get_sampling(picture)
        tables = getattr(picture, "quantization", None)
        found |= {"qtables": dict(tables)} if tables else {"quality": _QUALITY}
        return found | ({"subsampling": sampling} if sampling in (0, 1, 2) else {})
    if kind == "WEBP":
        return {"lossless": True} if b"VP8L" in content[:200] else {"quality": _QUALITY}
    return {"quality": _QUALITY} if kind == "AVIF" else {}
