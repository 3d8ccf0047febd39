"""Pages of the projects, a module per noun."""
