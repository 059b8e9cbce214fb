"""From raw files to batches of arrays, and back."""
