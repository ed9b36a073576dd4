"""Makes the JavaScript that draws the charts: `python -m services.reporting.web.bundle`, once, at install.

It takes seconds and 150 MB, so it is done in a process of its own and never by a running service. The source is what
vl-convert carries with it: nothing is fetched.
"""

from pathlib import Path

BUNDLE = Path(__file__).parent / "static" / "vega.js"


def main() -> None:
    from vl_convert import javascript_bundle

    beside = BUNDLE.with_suffix(".new")
    beside.write_text(javascript_bundle("window.vegaEmbed = vegaEmbed;"), encoding="utf-8")
    beside.replace(BUNDLE)


if __name__ == "__main__":
    main()
