"""The screens of box, hub and citizen: templates, static files and sentences; no logic."""
