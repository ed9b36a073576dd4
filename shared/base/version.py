"""The version of this Portolan, as its distribution states it."""

from importlib.metadata import PackageNotFoundError, version

try:
    VERSION = version("portolan")
except PackageNotFoundError:  # run from a tree that was never installed
    VERSION = "0"
