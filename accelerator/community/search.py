"""What the search of the directory knows of an organisation."""

from collections.abc import Iterable

from accelerator.community.models import Organisation


def refresh(organisations: Iterable[Organisation]) -> None:
    """Write again what search knows of these organisations; called by every operation that changes one.

    Runs inside the operation's transaction: whoever saved a record finds it at once. An organisation that is no
    longer listed (merged, not publishable) leaves the index.
    """
