"""The shipped presets: `<task>/<preset>/`, found by `rnnapps.registry`."""
