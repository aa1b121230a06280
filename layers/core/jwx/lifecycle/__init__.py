"""The life of signing keys: the plan for a key ring, and the runs that carry it out."""
