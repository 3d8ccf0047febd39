"""The demonstration: fictitious people, one click to become each of them, mail read in the browser.

Absent from production's INSTALLED_APPS, and refused there (`apps.py`). Nothing of the platform knows it, except the
place that the page's frame keeps for its bar.
"""
