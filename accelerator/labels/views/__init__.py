"""Pages of the labels, a module per noun."""
