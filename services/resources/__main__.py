"""`python -m services.resources`: the resources service in a process of its own."""

from services.resources.service import SERVICE
from shared.runtime.serve import main

main(SERVICE)
