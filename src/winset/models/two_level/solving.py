"""The table of an issue and the function that solves it, for callers that solve one issue."""

from winset.models.kernels.ratification import IssueTable as IssueTable
from winset.models.kernels.two_level import SolvedTable as SolvedTable
from winset.models.kernels.two_level import solve_table as solve_table
