"""zstd as Python has it from 3.14 on; before, from backports.zstd, which is the same."""

import sys

if sys.version_info >= (3, 14):
    from compression.zstd import CompressionParameter, ZstdError, ZstdFile
else:
    from backports.zstd import CompressionParameter, ZstdError, ZstdFile

__all__ = ["CompressionParameter", "ZstdError", "ZstdFile"]
