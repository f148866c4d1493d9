"""The recruiter's inbox: every conversation of the company in one list, and what helps to answer."""
