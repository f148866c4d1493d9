"""Letters and notices: what a candidate will read, what speaks against it, who has agreed."""
