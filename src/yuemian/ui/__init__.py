"""Page frame, components, static assets, template tags, catalogues."""
