"""The charter of the banner: its version and its day. Its text is `templates/community/charter_text.html`.

A default text of the platform: no official text of the charter was found. Another text is another version.
"""

from datetime import date
from typing import Final

VERSION: Final = "2026-11"
SINCE: Final = date(2026, 11, 23)
