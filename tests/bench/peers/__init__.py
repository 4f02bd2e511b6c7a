"""Other replicators, each installed on demand below `var/bench`."""
