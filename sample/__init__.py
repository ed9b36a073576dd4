"""The sample portfolio: half a year of the IT projects of Arvenberg, a hospital group that does not exist.

`chapters.chapters(today)` tells it, every date relative to the day it is loaded, as what was put and moved on
five days; `services/cli/sample.py` loads it through the public API.
"""
