"""Replication: entries, seals and files between boxes and their hub.

`segment` (packed by `columns`) is the one unit that travels; `admission` checks it against the
`roster` and what is held; `replica` ships and takes in for one space; `session` is one exchange of
a box with its hub over a `wire` (pinned by `tls`, signed by `identity`); `parcels` carries files;
`client` repeats sessions and tells how things stand; `discovery` finds the hub on the local net;
`enrolment` makes a box known. `hub/` is the other side. `crsqlite/` binds the extension.
"""
