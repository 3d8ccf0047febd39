"""Who may do what in a call, and the French reason when not."""
