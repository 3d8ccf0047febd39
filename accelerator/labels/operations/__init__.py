"""What can be done to the labels, a module per noun."""
