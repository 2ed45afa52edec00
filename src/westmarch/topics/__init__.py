"""Topics: ordered courses of posts with an introduction."""
