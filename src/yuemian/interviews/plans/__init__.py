"""Plans: which one holds, how one is edited, drawn and previewed, and the one that is shipped."""
