"""Boxes of one town among themselves, on the local net, when the hub is out of reach."""
