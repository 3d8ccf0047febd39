"""What is remembered of the places."""

from accelerator.journal.types import declare

PLACES_LOADED = declare(
    "geography.places_loaded",
    "a chargé les lieux : {added} ajoutés, {changed} modifiés, {left} sortis du code",
)
