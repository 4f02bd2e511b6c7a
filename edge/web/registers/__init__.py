"""Screens of registers that the general ones of matters are not good enough for: `storage` rooms
and places, `stock` counting, `rounds` of inspection, `volumes`, `figures` of a year.
"""
