"""`python -m services.reporting`: the reporting service in a process of its own."""

from services.reporting.service import SERVICE
from shared.runtime.serve import main

main(SERVICE)
