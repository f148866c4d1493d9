"""The delivery engine: claims what is due, checks that it is still true, sends it, and settles what became of it."""
