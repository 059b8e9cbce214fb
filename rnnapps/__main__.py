"""`python -m rnnapps` is the command `rnnapps`."""

from rnnapps.cli import main

if __name__ == "__main__":
    main()
