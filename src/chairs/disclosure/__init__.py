"""What may leave, and the gate that decides it."""
