"""Bookable times as the pages and actions read them: offers of one interview, policies, a week to look at."""
