# Two commands do everything: `make run` and `make test`. The rest is for those who build Portolan.

PYTHON ?= python3
BIN := .venv/bin
RUN := .venv/.run
ALL := .venv/.all

ROTATING := tests/system/test_hostile_input.py tests/system/test_schemathesis.py tests/system/test_accessibility.py tests/architecture/test_engine_inputs.py

.DEFAULT_GOAL := help
.PHONY: help run test stack kafka keycloak bench lint contracts release-contracts install chaos migration lock texts clean

help:  ## What there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "Portolan needs Python 3.11 or newer as '$(PYTHON)'. Debian: apt install python3 python3-venv. macOS: brew install python."; exit 1; }
	@$(PYTHON) -m venv .venv 2>/dev/null || { rm -rf .venv; \
	  echo "This Python cannot make environments. Debian: apt install python3-venv."; exit 1; }
	@$(BIN)/python -m pip install --quiet --upgrade pip

$(RUN): requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing what running needs …"
	@$(BIN)/python deploy/install.py requirements.lock
	@echo "Installing Portolan …"
	@PYTHONWARNINGS=ignore $(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@echo "Making the JavaScript of the charts …"
	@$(BIN)/python -m services.reporting.web.bundle
	@echo "Compiling the translations …"
	@$(BIN)/python -m services.texts compile
	@touch $@

$(ALL): requirements-all.lock $(RUN)
	@echo "Installing what testing needs …"
	@$(BIN)/python deploy/install.py requirements-all.lock
	@touch $@

install: $(ALL)  ## Everything, for development

run: $(RUN)  ## Start everything in one process, with the sample portfolio
	@$(BIN)/portolan up $(ARGS)

test: $(ALL)  ## Every suite on what is there
	@$(BIN)/python -m pytest -n auto --dist loadscope $(ARGS)

lint: $(ALL)  ## ruff and mypy --strict
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

stack: $(ALL)  ## The distributed shape: Kafka, PostgreSQL, five processes, one front door
	@$(BIN)/python -m services.stack $(ARGS)

kafka: $(ALL)  ## Apache Kafka alone, on 127.0.0.1:9092
	@$(BIN)/python -m deploy.kafka $(ARGS)

keycloak: $(ALL)  ## Keycloak alone, an issuer to log in at, on localhost:8180
	@$(BIN)/python -m deploy.keycloak $(ARGS)

bench: $(ALL)  ## The speed figures, a line each
	@$(BIN)/python -m benchmarks $(ARGS)

contracts: $(ALL)  ## Write the schemas of events, docs/openapi, docs/asyncapi and docs/events.md
	@$(BIN)/python -m services.contracts

release-contracts: $(ALL)  ## Release schemas, to be only added to: ARGS="projects.project finance.budget"
	@$(BIN)/python -m services.contracts release $(ARGS)

migration: $(ALL)  ## Write the next migration of every service whose tables have changed
	@$(BIN)/python -m services.migrations $(ARGS)

chaos: $(ALL)  ## The long kill runs, and all of what `make test` does a tenth of each day
	@$(BIN)/python -m pytest tests/chaos $(ARGS)
	@TESTS_PART=all $(BIN)/python -m pytest -n auto --dist loadscope $(ROTATING) $(ARGS)

texts: $(ALL)  ## Collect what people read, for translators, and compile the translations
	@$(BIN)/python -m services.texts

lock:  ## Resolve the dependencies again
	@$(BIN)/python -m pip install --quiet uv
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  pyproject.toml --extra build -o requirements.lock
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  pyproject.toml --all-extras -c requirements.lock -o requirements-all.lock

clean:  ## Remove what was built, not the data
	@rm -rf .venv build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
