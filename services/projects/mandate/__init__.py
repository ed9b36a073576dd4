"""What projects are bound by: papers on which people decide, and their consent."""
