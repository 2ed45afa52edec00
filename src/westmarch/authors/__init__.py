"""Authors: who is named as the writer of something. An author may have no account."""
