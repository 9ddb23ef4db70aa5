# make demo   sets up this machine and runs the whole product on the virtual bench
# make test   sets up this machine and runs the tests
# make check  style, types and who imports whom
# The environment stands in .venv; requirements.lock says what is in it, with hashes.

VENV := .venv
PYTHON ?= python3
BIN := $(VENV)/bin

.PHONY: demo test check setup setup-dev lock clean

demo: setup
	$(BIN)/handwijzer demo $(ARGS)

test: setup-dev
	$(BIN)/pytest -n 2 --dist loadfile $(ARGS)

check: setup-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

setup: $(VENV)/.installed
	@$(BIN)/handwijzer model fetch --if-missing

setup-dev: $(VENV)/.installed-dev
	@$(BIN)/handwijzer model fetch --if-missing

$(VENV)/.debian: scripts/debian-packages
	@sh scripts/debian-packages $(PYTHON)
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.installed: $(VENV)/.debian requirements.lock pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

# Renews both locks after pyproject.toml has changed.
lock:
	$(BIN)/python -m pip install --quiet pip-tools
	$(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-header --output-file requirements.lock pyproject.toml requirements-build.in
	$(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-header --extra dev --output-file requirements-dev.lock pyproject.toml requirements-build.in

clean:
	rm -rf $(VENV) *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
