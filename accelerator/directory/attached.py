"""What the directory adds to the page of an organisation: its twin for machines."""

from django.urls import reverse

from accelerator.community.attached import Attached, Twin, register
from accelerator.community.models import Organisation


def _twin(organisation: Organisation) -> Twin:
    return Twin(reverse("directory:organisation_data", args=[organisation.key]), reverse("directory:reuse"))


register(Attached(subject="directory", twin=_twin))
