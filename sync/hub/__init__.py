"""The county: spaces of all towns, the endpoint that boxes speak to, routing, enrolment.

`county` opens a hub's folder and does what the command line asks; `spaces` holds every database
and blob folder; `peers` answers boxes; `endpoint` mounts that on HTTP; `enrolment` checks tickets;
`routing` carries dossiers between towns; `search` looks into all towns; `web/` the screens.
"""
