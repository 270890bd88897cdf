"""Links between what an establishment is and what its patients or customers say."""
