"""`python -m services.risk`: the risk service in a process of its own."""

from services.risk.service import SERVICE
from shared.runtime.serve import main

main(SERVICE)
