"""`python -m services.projects`: the projects service in a process of its own."""

from services.projects.service import SERVICE
from shared.runtime.serve import main

main(SERVICE)
