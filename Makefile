# `make lab` is a trainee's desk, `make teach` the instructor's course, `make report` what the class has learned,
# `make demo` all of it with a simulated class. `make quick` is for every change, `make test` before it is handed over.

HERE   := $(dir $(abspath $(lastword $(MAKEFILE_LIST))))
PYTHON ?= python3
VENV   ?= $(HERE).venv
BIN    := $(VENV)/bin
PYTEST := $(BIN)/python -m pytest -n 2 --dist load --maxschedchunk 1 -q  # longest first, see tests/conftest.py

# With it every kernel would compile the standard library anew, and start several times slower.
unexport PYTHONDONTWRITEBYTECODE
export PATH := $(BIN):$(PATH)

.PHONY: lab teach grade report demo quick test test-all lint check-content notebooks pages bench check-qti citations assignments wheel clean

lab: $(VENV)/.lab
	@$(BIN)/icecourse lab $(LAB)

teach: $(VENV)/.report
	@$(BIN)/icecourse teach $(TEACH)

# The page that an instructor reads after grading, with the formgrader behind its links.
report: $(VENV)/.report
	@$(BIN)/icecourse report $(REPORT)

# A course in demo/ with 40 simulated trainees, graded, and its report.
demo: $(VENV)/.report
	@$(BIN)/icecourse demo $(DEMO)

# Grades every submission of one assignment: make grade ASSIGNMENT=quiz-03-ero-finding-and-arresting
grade: $(VENV)/.lab
	@test -n "$(ASSIGNMENT)" || { echo "Say which: make grade ASSIGNMENT=quiz-03-ero-finding-and-arresting"; exit 1; }
	@$(BIN)/nbgrader autograde $(ASSIGNMENT)

# Everything but the browser, the oracle and the kills: within a minute.
quick: lint
	$(PYTEST) -m "not slow"

test: lint notebooks
	$(PYTEST)

# What make test does not do, or does in short: every page in Chromium, stock nbgrader live, more kills, QTI's player.
test-all: check-qti
	ICECOURSE_LONG=1 $(PYTEST) -m long_form

# Of test-all the pages alone.
pages: $(VENV)/.test
	ICECOURSE_LONG=1 $(PYTEST) tests/test_browser.py -k every_page

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

# nbval proves that each page runs in a kernel; tests/test_notebooks.py, that it shows what it should.
notebooks: $(VENV)/.test
	$(BIN)/python -m pytest --nbval-lax -n 2 --dist loadscope -q -p no:cacheprovider lessons assignments

check-content: $(VENV)/.test
	$(BIN)/python -m pytest -q tests/test_curriculum.py tests/test_facts.py tests/test_explorers.py

# How long a trainee waits, in this machine's Chromium; how long grading takes beside stock nbgrader; and the report.
bench: $(VENV)/.test
	cd $(HERE)tests && $(BIN)/python bench.py && $(BIN)/python bench_grading.py && $(BIN)/python bench_report.py

# Holds our QTI 3 items against a player that was not written here, from npm.
check-qti: $(VENV)/.test
	@cd $(VENV) && npm install --silent --no-save --prefix $(VENV)/qti @citolab/qti-components@7.27.4
	@cd $(HERE)tests && $(BIN)/python check_qti.py $(VENV)/qti/node_modules/@citolab/qti-components/cdn/index.global.js

# Writes the citations and Sources of every lesson, and the glossary, sources and map, anew from their data.
citations: $(VENV)/.lab
	cd $(HERE) && $(BIN)/icecourse pages

# Writes assignments/ from source/, with a gradebook of its own: the instructor's is not touched.
assignments: $(VENV)/.lab
	@for master in $(HERE)source/*; do \
	  $(BIN)/nbgrader generate_assignment $$(basename $$master) --force --db=sqlite:///$(VENV)/generate.db || exit 1; \
	done

wheel: $(VENV)/.test
	$(BIN)/python -m build --wheel --outdir dist $(HERE)

$(VENV)/.lab: $(HERE)requirements.txt $(HERE)pyproject.toml $(wildcard $(HERE)icecourse/desk/labextension/* $(HERE)icecourse/desk/labextension/static/*)
	@echo "Installing the course into $(VENV): once, about a minute."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r $(HERE)requirements.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable $(HERE)
	@touch $@

$(VENV)/.report: $(VENV)/.lab $(HERE)requirements-report.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r $(HERE)requirements-report.txt
	@touch $@

$(VENV)/.test: $(VENV)/.report $(HERE)requirements-test.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r $(HERE)requirements-test.txt
	@touch $@

clean:
	rm -rf $(VENV) $(HERE)dist $(HERE)build
