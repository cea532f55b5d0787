"""The workbench: the same functions in a browser, on this machine, without a network."""
