"""Drivers of scanners, printers, card readers and room sensors, and their simulated far ends.

`driver` holds the protocol and the fault taxonomy; one module per device kind; `profiles/*.toml`
hold the models; `simulators/` are the far ends that the demo and the tests run against.
"""
