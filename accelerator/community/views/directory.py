"""Pages of the community."""

from accelerator.design.pages import Page


class Directory(Page):
    """The national directory."""

    title = "Annuaire"
    public = True
    template_name = "portal/home.html"
