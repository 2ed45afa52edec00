"""`python -m westmarch` is the command `westmarch`."""

import atexit
import gc
import os
import signal


def main() -> None:
    """Load the command line and run it. Ctrl-C while it loads, where nothing has begun, ends the process with 130."""
    heard = signal.getsignal(signal.SIGINT) is signal.default_int_handler  # Not where whoever started us ignores it.
    if heard:
        # No KeyboardInterrupt: inside of an import it may be told as a traceback, or be lost.
        signal.signal(signal.SIGINT, lambda *_: os._exit(130))
    # What is loaded stays: looking for garbage after each 700 things that are made would take a sixth of the loading.
    gc.set_threshold(10_000)
    # What is left at the end goes with the process: looking for garbage in it would take a third of a short command.
    atexit.register(gc.freeze)
    from westmarch.cli.main import main as command

    if heard:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    command()


if __name__ == "__main__":
    main()
