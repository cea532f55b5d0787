"""The table of an issue, and what solves it: the door to the kernel for those who solve a part."""

from winset.models.kernels.ratification import IssueTable as IssueTable
from winset.models.kernels.two_level import SolvedTable as SolvedTable
from winset.models.kernels.two_level import solve_table as solve_table
