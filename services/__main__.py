"""`python -m services`: everything in one process, the same as `portolan up`; with arguments, any of its commands."""

import sys

from services.cli import main

if __name__ == "__main__":
    main(sys.argv[1:] or ["up"])
