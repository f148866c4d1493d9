"""What people do with onboardings: one function for each intention."""
