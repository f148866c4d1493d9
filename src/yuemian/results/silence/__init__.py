"""Nobody is forgotten: promises, how long somebody waits for word, and who hears of it."""
