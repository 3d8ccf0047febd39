"""Everything that is written in the community, a module per noun."""
