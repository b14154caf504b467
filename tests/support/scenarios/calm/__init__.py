"""Features that confuse comparisons: each clean as it was made, and found when it is changed by hand."""
