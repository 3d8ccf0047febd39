"""What can be done to the projects, a module per noun."""
