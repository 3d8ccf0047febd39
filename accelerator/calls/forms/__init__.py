"""The forms of the calls, a module per noun."""
