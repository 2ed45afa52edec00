"""`python -m westmarch` is the command `westmarch`."""

from westmarch.cli.main import main

if __name__ == "__main__":
    main()
