"""Reads of the community, a module per noun."""
