"""`python -m westmarch.books` is `westmarch serve --service search`."""

import sys

from westmarch.__main__ import main

if __name__ == "__main__":
    sys.argv[1:1] = ["serve", "--service", "search"]
    main()
