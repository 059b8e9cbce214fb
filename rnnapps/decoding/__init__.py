"""From the numbers of a network to a result: numpy, no framework."""
