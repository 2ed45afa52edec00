"""Transfer: what comes in from other programs, and goes out."""
