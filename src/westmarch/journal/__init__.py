"""What somebody has typed and not saved: kept for whoever typed it, until it is saved or thrown away."""
