"""Roads from the files a planner has: read, cut, joined and tidied into one network."""
