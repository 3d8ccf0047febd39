"""What is read of the calls, a module per noun."""
