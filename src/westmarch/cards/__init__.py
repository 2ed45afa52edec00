"""Social cards: a title set in type and drawn, for any script that a font on the machine covers."""
