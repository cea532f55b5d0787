"""Compiled code, for callers that compile ahead or report progress: the door to the kernels."""

from winset.models.kernels.compiling import Kernel as Kernel
from winset.models.kernels.compiling import doors as doors
from winset.models.kernels.compiling import expect as expect
from winset.models.kernels.place import place as place
