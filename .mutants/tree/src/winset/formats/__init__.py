"""Other programs: cases and statements from Excel, KTAB, DNA, REFI-QDA and others, and back."""
