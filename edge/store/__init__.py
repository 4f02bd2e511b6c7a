"""All SQL of a box and of the hub's spaces.

`database` owns the connections (the only `connect`); `migrations/` the schema; `entries` appends;
`projection` (with `reducers`) computes the present; `seals` closes chains; `blobs` keeps files;
the nouns (`persons`, `dossiers`, `captures`, `papers`, `room`, `staff`, `desk`, `transfers`) ask.
"""
