"""The life of signing keys: the ring, its policy, the plan, and the runs that carry it out."""
