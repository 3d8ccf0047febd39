"""What registers and lists do to the organisations, a module per source."""
