"""Pages of the account, a module per noun."""
