"""One module per noun; each function folds a batch of entries of one kind into local tables."""
