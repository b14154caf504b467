# `make run` and `make test` install what they need into .venv, from a fresh clone.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt
EXAMPLE := examples/minimal/alembic
DOCKER ?= docker
IMAGE ?= bootctl-example
TESTS ?= tests
SITE ?= .site

.DEFAULT_GOAL := help
.PHONY: help run migrate test exhaustive unit lint docs bench wheel image image-size clean

help: ## show this
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(VENV)/example.stamp ## boot the example on SQLite, at http://127.0.0.1:8000/health
	@BOOTCTL__SERVER__MODE=drain $(BIN)/bootctl run --project $(EXAMPLE)

migrate: $(VENV)/example.stamp ## migrate the example's database, as `make run` does first
	@$(BIN)/bootctl migrate --project $(EXAMPLE)

test: $(VENV)/test.stamp ## run the tests, less the long suites of .ci/run
	$(BIN)/python -m pytest -n 4 --dist worksteal -m "not slow" $(TESTS)

exhaustive: $(VENV)/test.stamp ## run what takes longest: every feature and every change, on each database
	WALK_STEPS=500 RECEIPT_CHANGES=150 FUZZ_SECONDS=60 $(BIN)/python -m pytest -n 4 --dist worksteal -m "slow and exhaustive"

unit: $(VENV)/test.stamp ## run the unit tests only
	$(BIN)/python -m pytest -n 2 tests/unit

lint: $(VENV)/test.stamp ## check style, types, and which module imports which
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: $(VENV)/docs.stamp ## build the manual, as a site with search; SITE= for another folder
	@NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build -q --site-dir $(SITE)
	@echo $(SITE)/index.html

bench: $(VENV)/test.stamp ## measure bootctl beside what it replaces, as ratios, and how late it sees readiness
	$(BIN)/python -m tests.bench --compare
	$(BIN)/python -m tests.bench.readiness

wheel: $(BIN)/python ## build the wheel of bootctl into dist/, for images and CI jobs
	@$(BIN)/python -m pip wheel -q --disable-pip-version-check --no-deps --wheel-dir dist .
	@ls dist/robyn_bootctl-*.whl

image: ## build the example's image; DOCKER=podman for another program, IMAGE= for another name
	$(DOCKER) build --build-arg SERVICE=$(EXAMPLE) --tag $(IMAGE) .

image-size: ## print what that image weighs, by layer
	@$(DOCKER) history --no-trunc --format '{{.Size}}\t{{.CreatedBy}}' $(IMAGE) | grep -v '^0 *B'
	@$(DOCKER) image inspect --format '{{.Size}} bytes in all' $(IMAGE)

clean: ## remove .venv and the examples' databases
	rm -rf $(VENV) .site dist examples/minimal/*/notes.db* examples/*/desk.db* examples/*/logs

$(VENV)/test.stamp: EXTRA = test
$(VENV)/example.stamp: EXTRA = example
$(VENV)/docs.stamp: EXTRA = docs

$(VENV)/%.stamp: $(BIN)/python pyproject.toml constraints.txt
	@echo "installing bootctl with $(EXTRA) into $(VENV)"
	@$(BIN)/python -m pip uninstall -q -y bootctl 2>/dev/null # what this distribution was called
	@$(INSTALL) -e '.[$(EXTRA)]'
	@touch $@

$(BIN)/python:
	@.ci/venv $(PYTHON) $(VENV)
