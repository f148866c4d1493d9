"""The pages of interviews: board, one interview, editing, sending, batches, previews."""
