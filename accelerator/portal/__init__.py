"""THE DOORS: home, the person's own space, territory pages, the pages that show several subjects, legal pages."""
