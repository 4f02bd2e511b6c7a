"""Setting up boxes and hubs, and the demonstration county."""
