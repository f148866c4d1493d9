"""What HR sees of onboardings."""
