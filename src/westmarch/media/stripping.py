"""Moving pictures without what is no picture: names of people and places, comments, and whatever hangs behind the end.

The frames stay as they are, byte by byte. The formats: GIF89a; RIFF container of WebP (RFC 9649); PNG (third edition).
"""

from struct import unpack_from

_LOOPS = (b"NETSCAPE2.0", b"ANIMEXTS1.0")
_WEBP = (b"VP8X", b"ICCP", b"ANIM", b"ANMF", b"ALPH", b"VP8 ", b"VP8L")
_PNG = (
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"cHRM", b"gAMA", b"iCCP", b"sBIT", b"sRGB", b"cICP", b"bKGD", b"pHYs",
    b"acTL", b"fcTL", b"fdAT",
)  # fmt: skip
#: Flags of VP8X that say that there is EXIF, or XMP.
_TOLD = 0x08 | 0x04


def gif(content: bytes) -> bytes:
    """A GIF with its frames and how often they are repeated. Raises ValueError for one that is cut or broken."""
    try:
        return _gif(content)
    except IndexError as error:
        raise ValueError("it is cut") from error


def _gif(content: bytes) -> bytes:
    at = 13 + _table(content[10])
    kept = [content[:at]]
    while content[at] != 0x3B:
        begin, kind = at, content[at]
        if kind == 0x21:
            label = content[at + 1]
            at = _blocks(content, at + 2)
            looping = label == 0xFF and content[begin + 3 : begin + 14] in _LOOPS
            if label == 0xF9 or looping:
                kept.append(content[begin:at])
        elif kind == 0x2C:
            at = _blocks(content, at + 11 + _table(content[at + 9]))
            kept.append(content[begin:at])
        else:
            raise ValueError("it holds an unknown block")
    return b"".join([*kept, b"\x3b"])


def _table(flags: int) -> int:
    """How many bytes a table of colours takes."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _blocks(content: bytes, at: int) -> int:
    """Where the blocks that begin at a place have ended."""
    while content[at]:
        at += content[at] + 1
    return at + 1


def webp(content: bytes) -> bytes:
    """A WebP with its frames and colours. Raises ValueError for one that is cut."""
    end = 8 + unpack_from("<I", content, 4)[0]
    kept, at = [b"WEBP"], 12
    while at + 8 <= end:
        name, size = content[at : at + 4], unpack_from("<I", content, at + 4)[0]
        after = at + 8 + size + size % 2
        if after > len(content) + 1:
            raise ValueError("it is cut")
        chunk = content[at:after]
        if name == b"VP8X":
            chunk = chunk[:8] + bytes([chunk[8] & ~_TOLD]) + chunk[9:]
        if name in _WEBP:
            kept.append(chunk)
        at = after
    body = b"".join(kept)
    return b"RIFF" + len(body).to_bytes(4, "little") + body


def png(content: bytes) -> bytes:
    """A PNG with its frames and colours. Raises ValueError for one that is cut."""
    kept, at = [content[:8]], 8
    while at + 12 <= len(content):
        size = unpack_from(">I", content, at)[0]
        name = content[at + 4 : at + 8]
        after = at + 12 + size
        if after > len(content):
            break
        if name in _PNG:
            kept.append(content[at:after])
        if name == b"IEND":
            return b"".join(kept)
        at = after
    raise ValueError("it is cut")
