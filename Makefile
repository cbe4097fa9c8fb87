# RådRum Online. `make run` tries it out, `make test` proves it; both set up all they need.
.DEFAULT_GOAL := help
.PHONY: help run test types tests quick coverage check texts pictures bench chaos migration lock
PYTHON ?= python3
BIN := .venv/bin
# Two more than there are processors: tests with a browser, a database server or a process of their own wait for it a
# good part of their time. What `make quick` runs waits for little.
PROCESSORS = $$($(PYTHON) -c 'import os; print(os.cpu_count())')
WORKERS = $(shell expr $(PROCESSORS) + 2)
QUICK_WORKERS = $(shell expr $(PROCESSORS) + 1)
# What `make quick` runs: rules, actions and sentences. Not browsers, channels, crashes and journeys, nor what starts a
# program, makes a database anew, looks through its files, or is drawn at random for long.
QUICK = tests/test_architecture.py tests/test_documents.py --ignore=tests/hours/formats \
	$(addprefix --ignore=tests/,engine/test_migrations.py models/test_new_revision.py privacy/test_wiping.py telling/test_choices.py) \
	$(addprefix tests/,models engine language people trouble roster hours cases privacy intake reports telling)
# Where bytecode is not written, every start of the program compiles every library anew: seconds instead of one.
unexport PYTHONDONTWRITEBYTECODE

help:  ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

run: .venv/run  ## try the whole service on this computer: web on http://127.0.0.1:8080, no token needed
	$(BIN)/python -m bot demo

test: .venv/test  ## every test, on real SQLite, PostgreSQL and Chromium
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(MAKE) --no-print-directory --jobs=2 types tests

# Both at once: the tests wait for browsers and servers a good part of their time.
types: .venv/test
	$(BIN)/mypy

tests: .venv/test
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

quick: .venv/test  ## the rules, the actions on SQLite and the sentences: less than a minute, while working
	$(BIN)/ruff check .
	$(BIN)/python -m pytest -q -n $(QUICK_WORKERS) --dist loadfile --no-loadscope-reorder -k "not postgresql and not programs and not whatever_people and not typed_for and not same_rows" $(QUICK) $(ARGS)

coverage: .venv/test  ## the tests, and which lines and branches none of them runs; not those of processes of their own
	$(BIN)/python -m pytest -q -n $(WORKERS) --dist loadfile --no-loadscope-reorder --cov --cov-report=term $(ARGS)

check: .venv/run  ## are the settings, key and database of this environment fit for production?
	$(BIN)/python -m bot check

texts: .venv/test  ## everything the service says, whole and in every language, into docs/texts/: after a changed sentence
	$(BIN)/python -m tests.book

pictures: .venv/test  ## the pictures of the README, from the trial in a browser: after a page looks different
	$(BIN)/python -m tests.book.pictures

bench: .venv/test  ## the program beside hand-written floors and an earlier version, at most 20 minutes; FULL=1: everything
	$(BIN)/python -m tests.bench $(if $(FULL),--full) $(if $(BEFORE),--before $(BEFORE)) $(ARGS)

chaos: .venv/test  ## random kills while people write, on both databases; at most 30 minutes
	$(BIN)/python -m tests.chaos $(ARGS)

migration: .venv/test  ## a new revision of the database, written from the models: NAME=what_it_brings
	$(BIN)/python -m models.migrations.new "$(NAME)"

lock: .venv/test  ## choose library versions anew and write their hashes
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header requirements/run.in -o requirements/run.txt
	$(BIN)/uv pip compile --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header requirements/test.in -o requirements/test.txt

# Installed with uv where it is found, else with venv and pip. A library whose hash differs is refused.
INSTALL = if command -v uv >/dev/null; then uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r $(1); \
	else $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(1); fi

.venv/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "RådRum Online needs Python 3.11 or newer"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@touch $@

.venv/run: .venv/python requirements/run.txt
	$(call INSTALL,requirements/run.txt)
	@touch $@

.venv/test: .venv/python requirements/test.txt
	$(call INSTALL,requirements/test.txt)
	@touch $@ .venv/run
