"""Jobs, candidates and their contact points, applications, sources."""
