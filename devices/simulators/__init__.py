"""Simulated far ends: what a driver would meet on the wire, for the demo and the tests."""
