"""The tasks: one folder each, found by `rnnapps.registry`."""
