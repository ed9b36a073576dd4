"""The five services of Portolan, and the two ways to run them."""

from shared.runtime.memory import collect_seldom

collect_seldom()  # before anything else is imported
