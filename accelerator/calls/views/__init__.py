"""The pages of the calls, a module per noun."""
