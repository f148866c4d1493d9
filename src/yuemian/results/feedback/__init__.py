"""What a candidate reads about their interview: composed, checked, reviewed."""
