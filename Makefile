# The only door. `make run` and `make test` need Python 3.11 to 3.13 and nothing else.
SHELL := /bin/sh
PYTHON ?= $(shell for v in python3.13 python3.12 python3.11 python3; do \
	if command -v $$v >/dev/null 2>&1 && $$v -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; \
	then command -v $$v; break; fi; done)
BIN := .venv/bin
PORT ?= 8000

.DEFAULT_GOAL := help
.PHONY: help run stop test check fix bench lock clean

help:  ## what each door does
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

.venv/python:
	@test -n "$(PYTHON)" || { echo "Il faut Python 3.11, 3.12 ou 3.13 (par exemple : apt install python3 python3-venv)."; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip' 2>/dev/null || { echo "Il manque le module venv de Python (par exemple : apt install python3-venv)."; exit 1; }
	@"$(PYTHON)" -m venv .venv && touch $@

.venv/run: requirements.txt | .venv/python
	@echo "Installation des dépendances (une seule fois)…"
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt && touch $@

.venv/dev: requirements-dev.txt | .venv/run
	@echo "Installation des outils de développement (une seule fois)…"
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt && touch $@

run: .venv/run  ## opens the platform on http://localhost:8000 with the founding facts
	@$(BIN)/python -m config.run --port $(PORT)

stop: .venv/run  ## stops the embedded databases of this checkout
	@$(BIN)/python -m config.run --stop

test: .venv/dev  ## passes the tests
	@$(BIN)/python -m pytest -n $${WORKERS:-2} $(ARGS)

check: .venv/dev  ## lint, types, import contracts, templates, migrations
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .
	@$(BIN)/djlint --quiet --lint --check accelerator demonstration
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/mypy
	@$(BIN)/python manage.py makemigrations --check --dry-run --settings config.settings.test

fix: .venv/dev  ## formats the code and the templates
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .
	@$(BIN)/djlint --quiet --reformat accelerator demonstration || true

bench: .venv/dev  ## measures, and prints the table of benchmarks/
	@$(BIN)/python -m benchmarks

lock: .venv/dev  ## writes the hashed requirements from pyproject.toml
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links pyproject.toml -o requirements.txt
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links pyproject.toml --group dev -c requirements.txt -o requirements-dev.txt

clean: stop  ## forgets the environment; the data stay
	@rm -rf .venv
