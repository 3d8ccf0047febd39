"""What allauth asks of the platform."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter


class Adapter(DefaultAccountAdapter):
    """Sign-in as allauth does it, without its messages and without sign-up: the platform's own pages do both."""

    def is_open_for_signup(self, request: Any) -> bool:
        return False

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """The pages say what was done."""
