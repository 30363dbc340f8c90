"""What leaves the system: pages to look at, files for other tools."""
