"""Whoever moderates or administers the platform has a second factor."""

from accelerator.accounts.duties import demand_second_factor
from accelerator.accounts.models import Person
from accelerator.community.models import Role


def of_platform_roles(person: Person) -> str:
    """Why this person must have a second factor: their role on the platform."""
    role = Role.objects.current().platform().filter(person=person).first()
    return f"Votre rôle ({role.get_name_display().lower()}) donne accès aux fiches des autres." if role else ""


demand_second_factor("community", of_platform_roles)
