"""Pages of the account."""

from accelerator.design.pages import Page


class Account(Page):
    """The person's account."""

    title = "Mon compte"
    template_name = "portal/home.html"
