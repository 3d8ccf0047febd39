"""The ordinary "no"."""


class Refused(Exception):
    """What was asked cannot be done.

    message  a French sentence for the person who asked: why, and if possible what to do instead.
    field    the name of the form's field concerned, when there is one.
    """

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
