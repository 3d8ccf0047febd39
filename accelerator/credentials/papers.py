"""The credential that a PDF carries, attached under the name `NAME`.

Note [Read apart]
A PDF that a stranger made is read by another process, which has seconds and a bounded memory, reaches nothing, and is
killed when it takes longer: whatever a library that reads PDFs can be made to do, the platform goes on.
"""

import io
import resource
import subprocess
import sys
from typing import Final

NAME: Final = "attestation.json"
LARGEST_PDF: Final = 2 * 1024 * 1024
_LONGEST: Final = 5
_MOST_MEMORY: Final = 512 * 1024 * 1024


def attached(content: bytes) -> bytes | None:
    """What a PDF has attached under `NAME`; None when there is nothing, or when it cannot be read in seconds."""
    if len(content) > LARGEST_PDF:
        return None
    try:
        done = subprocess.run(  # noqa: S603  this file, by this interpreter, isolated from its surroundings
            [sys.executable, "-I", __file__], input=content, capture_output=True, timeout=_LONGEST, check=False, env={}
        )
    except subprocess.TimeoutExpired:
        return None
    return done.stdout if done.returncode == 0 and done.stdout else None


def _read() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_LONGEST, _LONGEST))
    from pypdf import PdfReader  # noqa: PLC0415  the platform itself never reads a PDF

    reader = PdfReader(io.BytesIO(sys.stdin.buffer.read(LARGEST_PDF)))
    for one in reader.attachment_list:
        if one.name == NAME:
            sys.stdout.buffer.write(one.content[: 1024 * 1024])
            return


if __name__ == "__main__":
    _read()
