"""How interviews arrive: spreadsheets, checked row by row before anything exists."""
