"""The demonstration county: people, their materials and the pages of them, all invented."""
