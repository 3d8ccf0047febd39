"""What is typed about labels, a module per noun."""
