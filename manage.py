#!/usr/bin/env python
"""The command line of the platform."""

import os
import sys

from django.core.management import execute_from_command_line

from config import embedded


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    embedded.start_if_needed()
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
