"""`python -m anlan.operations`: the `anlan` command where no script is on the path."""

import sys

from anlan.operations.cli import main

if __name__ == "__main__":
    sys.exit(main())
