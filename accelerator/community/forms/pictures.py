"""The logo."""

from django import forms
from django.core.files.uploadedfile import UploadedFile

from accelerator.community.pictures import NotAPicture, logo_from
from accelerator.design.forms import Form


class LogoForm(Form):
    """One picture; what comes out is the picture drawn again, never the file sent."""

    logo = forms.FileField(
        label="Image",
        help_text="PNG, JPEG, WebP ou GIF, 5 Mo au plus. Elle est redessinée à 512 pixels au plus, sans ses données"
        " cachées.",
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp,image/gif"}),
        allow_empty_file=True,
    )

    def clean_logo(self) -> bytes:
        file: UploadedFile = self.cleaned_data["logo"]
        try:
            return logo_from(file, file.size or 0)  # type: ignore[arg-type]  # an uploaded file reads as a file does
        except NotAPicture as reason:
            raise forms.ValidationError(str(reason)) from reason


class RemoveLogoForm(Form):
    """Nothing to fill in."""
