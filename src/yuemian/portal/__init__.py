"""The candidate's pages: what the interview is, and the answer."""
