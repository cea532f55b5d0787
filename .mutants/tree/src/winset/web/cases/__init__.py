"""Cases as the workbench has them."""
