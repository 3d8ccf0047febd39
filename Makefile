# The only door. `make run` and `make test` need Python 3.11 to 3.13 and nothing else.
SHELL := /bin/sh
PYTHON ?= $(shell for v in python3.13 python3.12 python3.11 python3; do \
	if command -v $$v >/dev/null 2>&1 && $$v -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; \
	then command -v $$v; break; fi; done)
BIN := .venv/bin
PORT ?= 8000
WEB ?= 2
WORKERS ?= 2
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes
# The public figures are counted at night; after an import, the page says at once what was loaded.
COUNTED = $(BIN)/python manage.py count_figures
# What is installed is known by the content of the locks, whatever the dates of the files.
INSTALLED := .venv/run-$(shell cksum < requirements.txt | cut -d' ' -f1)
TOOLED := .venv/dev-$(shell cksum < requirements-dev.txt | cut -d' ' -f1)

.DEFAULT_GOAL := help
.PHONY: help run serve campaign stop test check fix bench lock clean import-sirene import-rna import-list asks-file asks-source

help:  ## what each door does
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

.venv/python:
	@test -n "$(PYTHON)" || { echo "Il faut Python 3.11, 3.12 ou 3.13 (par exemple : apt install python3 python3-venv)."; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { echo "Il manque le module venv de Python (par exemple : apt install python3-venv)."; exit 1; }
	@"$(PYTHON)" -m venv .venv && touch $@

$(INSTALLED): | .venv/python
	@echo "Installation des dépendances (une fois, environ une minute)…"
	@$(PIP) -r requirements.txt && touch $@

$(TOOLED): | $(INSTALLED)
	@echo "Installation des outils de développement (une fois, environ une minute)…"
	@$(PIP) -r requirements-dev.txt && touch $@

run: $(INSTALLED)  ## opens the platform on http://localhost:8000 with the founding facts
	@$(BIN)/python -m config.run --port $(PORT)

serve: $(INSTALLED)  ## serves with WEB=2 web processes and WORKERS=2 workers, kept going (docs/operating.md)
	@$(BIN)/python -m config.serve --port $(PORT) --web $(WEB) --workers $(WORKERS)

campaign: $(INSTALLED)  ## plays a fictitious campaign of 200 applications, up to UNTIL=filed, reviewed, heard or decided
	@$(BIN)/python -m config.run --prepare && $(BIN)/python manage.py play_campaign $(if $(UNTIL),--until $(UNTIL))

stop:  ## stops the platform and the embedded databases of this checkout
	@test ! -x $(BIN)/python || $(BIN)/python -m config.run --stop

asks-file:
	@test -n "$(FILE)" || { echo "Dites quel fichier charger : make $(firstword $(MAKECMDGOALS)) FILE=chemin/du/fichier"; exit 2; }

import-sirene: asks-file $(INSTALLED)  ## loads INSEE's files: FILE="units.zip sites.zip" [ESS=1 MISSION=1 CATEGORIES= TERRITORY= LIST= ALL=1 ON=]
	@$(BIN)/python -m config.run --prepare && $(BIN)/python manage.py import_sirene $(FILE) $(if $(ESS),--ess) \
		$(if $(MISSION),--mission) $(if $(CATEGORIES),--categories "$(CATEGORIES)") $(if $(TERRITORY),--territory "$(TERRITORY)") \
		$(if $(LIST),--list $(LIST)) $(if $(ALL),--all) $(if $(ON),--on $(ON)) && $(COUNTED)

import-rna: asks-file $(INSTALLED)  ## loads the files of the associations: FILE="rna_waldec.zip" [TERRITORY= LIST= ON=]
	@$(BIN)/python -m config.run --prepare && $(BIN)/python manage.py import_rna $(FILE) \
		$(if $(TERRITORY),--territory "$(TERRITORY)") $(if $(LIST),--list $(LIST)) $(if $(ON),--on $(ON)) && $(COUNTED)

asks-source: asks-file
	@test -n "$(SOURCE)" || { echo "Donnez à la liste un nom court, toujours le même : make import-list FILE=$(FILE) SOURCE=cress-occitanie"; exit 2; }

import-list: asks-source $(INSTALLED)  ## enters the organisations of any list: FILE=list.xlsx SOURCE=code [NAME= LICENCE= URL= MAP='nom="Raison sociale"' YES=1]
	@$(BIN)/python -m config.run --prepare && $(BIN)/python manage.py import_list $(FILE) --source $(SOURCE) \
		$(if $(NAME),--name "$(NAME)") $(if $(LICENCE),--licence "$(LICENCE)") $(if $(URL),--url "$(URL)") \
		$(if $(MAP),--map $(MAP)) $(if $(ON),--on $(ON)) $(if $(YES),--yes) && $(COUNTED)

test: $(TOOLED)  ## passes the tests
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(ARGS)

check: $(TOOLED)  ## lint, types, import contracts, templates, migrations, known vulnerabilities
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .
	@$(BIN)/djlint --lint --check accelerator demonstration
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/mypy
	@$(BIN)/python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run --settings config.settings.test
	@$(BIN)/python -m config.audit

fix: $(TOOLED)  ## formats the code and the templates
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .
	@$(BIN)/djlint --quiet --reformat accelerator demonstration || true

bench: $(TOOLED)  ## measures, and prints the table of benchmarks/
	@$(BIN)/python -m benchmarks

lock: $(TOOLED)  ## writes the hashed requirements from pyproject.toml
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links pyproject.toml -o requirements.txt
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links pyproject.toml --group dev -c requirements.txt -o requirements-dev.txt

clean: stop  ## forgets the environment; the data stay
	@rm -rf .venv
