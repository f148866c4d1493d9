"""A week of the demo company, lived through by the product's own actions and told as of one moment."""
