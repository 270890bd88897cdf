"""Platform of the research chairs."""
