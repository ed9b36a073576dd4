"""`python -m services.finance`: the finance service in a process of its own."""

from services.finance.service import SERVICE
from shared.runtime.serve import main

main(SERVICE)
