"""The table of an issue, and what solves it: the door to the kernel for those who solve a part."""

from winset.models.kernels.ratification import Table as Table
from winset.models.kernels.two_level import Solved as Solved
from winset.models.kernels.two_level import solve_table as solve_table
