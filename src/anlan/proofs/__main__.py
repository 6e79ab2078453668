import sys

from anlan.proofs.cli import main

sys.exit(main())
