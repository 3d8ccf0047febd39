"""What is read of the labels, a module per noun."""
