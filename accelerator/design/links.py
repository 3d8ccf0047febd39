"""Fields for the addresses of sites: http and https only, and leading where they say."""

import re
from typing import Any, Final
from urllib.parse import urlsplit

from django import forms

MOST_LINKS: Final = 5
# "exemple.fr" is a link to the programs that read mail; "J.-P." and "St. Clair" are names.
_SITE: Final = re.compile(r"\w{2,}\.\w{2,}|www\.", re.IGNORECASE)


def leads_somewhere(text: str) -> bool:
    """Whether a program that reads mail would make a link of a part of this text."""
    return _SITE.search(text) is not None


class LinksField(forms.CharField):
    """Links, one a line: an address, or words then an address."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": 4}), required=False, max_length=2500, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, list):
            return "\n".join(f"{link['label']} {link['url']}".strip() for link in value)
        return value

    def clean(self, value: Any) -> list[dict[str, str]]:
        text = super().clean(value)
        links = [self._link(line) for line in text.splitlines() if line.strip()]
        if len(links) > MOST_LINKS:
            raise forms.ValidationError(f"Cinq liens au plus : il y en a {len(links)}.")
        return links

    def _link(self, line: str) -> dict[str, str]:
        label, _, address = line.strip().rpartition(" ")
        try:
            url = WebField().clean(address)
        except forms.ValidationError as error:
            raise forms.ValidationError(
                f"« {line.strip()[:80]} » ne finit pas par une adresse de site, par exemple https://exemple.example."
            ) from error
        return {"label": label.strip()[:80], "url": url}


class WebField(forms.URLField):
    """The address of a site, http or https only; "exemple.fr" is understood."""

    def __init__(self, **kwargs: Any) -> None:
        message = "Cette adresse n’est pas celle d’un site, par exemple https://exemple.example."
        super().__init__(assume_scheme="https", max_length=300, error_messages={"invalid": message}, **kwargs)

    def to_python(self, value: Any) -> Any:
        url = super().to_python(value)
        # "https://la-banque.example@ailleurs.example" leads elsewhere than it says.
        if url and (not url.lower().startswith(("http://", "https://")) or "@" in self._host(url)):
            raise forms.ValidationError(self.error_messages["invalid"])
        return url

    def _host(self, url: str) -> str:
        try:
            return urlsplit(url).netloc
        except ValueError as error:  # "https://[]" is read as a number of the network that it is not
            raise forms.ValidationError(self.error_messages["invalid"]) from error
