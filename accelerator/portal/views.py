"""The doors."""

from accelerator.design.pages import Page


class Home(Page):
    """The home page."""

    title = "Accueil"
    public = True
    template_name = "portal/home.html"
