"""What a command works with: the unit of work, registers, lifecycles, references, erasure."""
