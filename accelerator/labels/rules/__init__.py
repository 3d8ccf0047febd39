"""Who may do what, a module per noun."""
