"""Pages of the directory, a module per noun."""
