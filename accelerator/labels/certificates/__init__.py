"""The certificate of a label: a page that screen readers read (PDF/UA-1), made to last (PDF/A-3), and its attestation.

The signed attestation is attached to it: whoever receives the PDF alone verifies the label, here or elsewhere.
"""

import json
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from accelerator.credentials.papers import NAME
from accelerator.design import codes
from accelerator.design.papers import pdf

_HERE: Final = Path(__file__).resolve().parent


def certificate(*, told: dict[str, str], facts: list[tuple[str, str]], signed: dict[str, Any], proof_url: str) -> bytes:
    """The certificate of a label.

    told    "title", "holder", "announced" and "mark" (what it is not, or empty).
    facts   what is attested, a name and what it is.
    signed  the attestation; the document bears its date, so that the same one makes the same bytes.
    """
    data = {
        **told,
        "author": settings.SITE_NAME,
        "issuer": settings.SITE_NAME,
        "running": f"{told['title']} – {settings.SITE_NAME}",
        "facts": [list(fact) for fact in facts],
        "code": codes.drawn(proof_url),
        "proof": proof_url,
        "attached": NAME,
        "credential": json.dumps(signed, ensure_ascii=False, indent=1),
    }
    dated = datetime.fromisoformat(signed["proof"]["created"])
    return pdf("certificate", data, at=dated, folder=_HERE, standards=("ua-1", "a-3a"))
