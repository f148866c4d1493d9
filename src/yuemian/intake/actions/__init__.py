"""What a person does with an import: start it, decide about its rows, confirm or discard it."""
