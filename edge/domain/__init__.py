"""The archive's own rules: pure, without I/O, clock, randomness or SQL."""
