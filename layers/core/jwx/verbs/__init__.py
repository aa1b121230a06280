"""What the rotation function is asked to do, and what it answers."""
