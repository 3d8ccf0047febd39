"""Reads of the projects, a module per noun."""
