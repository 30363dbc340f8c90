"""What was read from scans, in the formats that other tools take."""
