"""Every write of the calls, a module per noun."""
