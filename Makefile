# The two commands are `make lab` and `make test`; `make help` lists all.

VENV := $(if $(COURSEKIT_VENV),$(COURSEKIT_VENV),.venv)
# In quotes: the folder may have a space in its name.
SCRIPTS := $(if $(filter Windows_NT,$(OS)),Scripts,bin)
BIN := "$(VENV)/$(SCRIPTS)"
GPU_FLAG := $(if $(filter-out 0 no,$(GPU)),--gpu,)
LESSONS ?=
LAB_ARGS ?=
DEMO_ARGS ?=
REPLAY := $(BIN)/python -m pytest -q -p no:cacheprovider --nbval \
	--nbval-current-env -p coursekit.dev.replay
CODE := lib tools lessons tests benchmarks

# Runs the set-up with the first Python that fits the course, or says in one
# line that there is none.
PYTHONS := python3 python python3.13 python3.12 python3.11
FITS := import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))
SETUP = for p in $(if $(PYTHON),'$(PYTHON)',$(PYTHONS)); do \
	"$$p" -c '$(FITS)' 2>/dev/null && exec "$$p" tools/bootstrap.py $(1); \
	done; echo 'coursekit set-up: needs Python 3.11, 3.12 or 3.13, and' \
	'$(if $(PYTHON),$(PYTHON) is none,found none). Install one from' \
	'python.org or your package manager, or name one:' \
	'make lab PYTHON=/path/to/python3.12' >&2; exit 1
# Each has an environment of its own: $(call OWN_SETUP,demo).
OWN_SETUP = COURSEKIT_VENV='$(CURDIR)/.venv-$(1)'; export COURSEKIT_VENV; \
	$(call SETUP,--$(1))
UPGRADE := --upgrade
LOCK = $(BIN)/uv pip compile -q --universal --generate-hashes \
	--python-version 3.11 --no-header --no-annotate $(UPGRADE)

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup lab demo test check lint replay notebooks tables nightly jax torch data lock bench

help:  ## Show this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' Makefile \
	| while IFS='|' read -r name text; \
	do printf '%-18s %s\n' "$$name" "$$text"; done
	@echo '  Settings: GPU=1 installs with CUDA, PYTHON=python3.12 chooses one,'
	@echo '  LESSONS="01 04" limits notebooks and replay, LAB_ARGS=--no-browser,'
	@echo '  DEMO_ARGS="--port 8123 --no-browser".'

setup:  ## Create or update .venv (the other targets do this themselves)
	@$(call SETUP,$(GPU_FLAG))

lab: setup  ## Copy the lessons to work/ and open them in JupyterLab
	@first=$$(test -d work || echo 00_start_here.ipynb); \
	PATH="$$(CDPATH= cd $(BIN) && pwd):$$PATH"; coursekit work \
	&& cd ./work && exec jupyter-lab $$first $(LAB_ARGS)

demo:  ## Open a page on which to try the networks (has its own environment)
	@$(call OWN_SETUP,demo)
	@exec .venv-demo/$(SCRIPTS)/python -m coursekit demo $(DEMO_ARGS)

test: check replay  ## Everything: check, then replay every notebook strictly

check: setup lint  ## Lint, types and unit tests, no notebooks (3 minutes)
	$(BIN)/python -m pytest -q -n 2 --dist loadfile \
	-m "not slow and not bundled" tests lessons

lint: setup  ## Style and types only
	$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/mypy

replay: setup  ## Replay the notebooks only, comparing every output
	$(REPLAY) $(if $(LESSONS),$(LESSONS:%=notebooks/%_*.ipynb),notebooks)

notebooks: setup  ## Execute changed lesson sources into notebooks/
	$(BIN)/coursekit notebooks $(LESSONS)

tables: setup  ## Make README's tables and the lessons' headers anew
	$(BIN)/coursekit tables

nightly: test  ## test, and: plain-script runs, making all again changes nothing
	@$(call OWN_SETUP,demo)
	$(BIN)/python -m pytest -q -n 2 --dist worksteal -m slow tests lessons
	COURSEKIT_EXACT=1 $(REPLAY) -rs notebooks
	$(MAKE) data CHECK=--check

jax:  ## Run the lessons that can on JAX (has its own environment)
torch:  ## Run the lessons that can on PyTorch (has its own environment)
jax torch:
	@$(call OWN_SETUP,$@)
	.venv-$@/$(SCRIPTS)/python -m pytest -q -n 2 --dist worksteal \
	-m slow -k $@ tests/dev/test_scripts.py

data: setup  ## Make the bundled files in data/ again, and test them
	@$(call OWN_SETUP,data)
	PYTHONPATH=lib:tools .venv-data/bin/python -m generate $(CHECK)
	$(BIN)/python -m pytest -q -m bundled tests/data

lock: setup  ## Pin the newest allowed packages into requirements*.txt
	$(LOCK) pyproject.toml --extra test -o requirements.txt
	$(LOCK) pyproject.toml --extra test --extra gpu -c requirements.txt \
	  -o requirements-gpu.txt
	$(LOCK) pyproject.toml --extra test --extra jax -c requirements.txt \
	  -o requirements-jax.txt
	$(LOCK) pyproject.toml --extra test --extra torch -c requirements.txt \
	  -o requirements-torch.txt
	$(LOCK) pyproject.toml --extra demo -o requirements-demo.txt
	$(LOCK) --group data -o requirements-data.txt

bench: setup  ## Run the benchmarks; each prints JSON (minutes to hours)
	@code=0; for file in $$(grep -l __main__ benchmarks/*.py); do \
	echo "$$file" >&2; $(BIN)/python "$$file" || code=1; done; exit $$code
