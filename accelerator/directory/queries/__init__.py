"""Reads of the directory, a module per noun."""
