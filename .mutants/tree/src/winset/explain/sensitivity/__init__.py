"""What drives a forecast: swings, Sobol indices and the evidence for each input."""

from winset.explain.sensitivity.analysis import (
    Driver,
    Index,
    Sensitivity,
    Swing,
    measure_sensitivity,
)
from winset.explain.sensitivity.inputs import Input, case_inputs, uncertain_inputs
from winset.explain.sensitivity.sobol import Estimates, Indices, sobol
from winset.explain.sensitivity.summary import Summary, read_summary
from winset.explain.sensitivity.words import headline, research_sentences

__all__ = [
    "Driver",
    "Estimates",
    "Index",
    "Indices",
    "Input",
    "Sensitivity",
    "Summary",
    "Swing",
    "case_inputs",
    "headline",
    "measure_sensitivity",
    "read_summary",
    "research_sentences",
    "sobol",
    "uncertain_inputs",
]
