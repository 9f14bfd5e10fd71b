# The two commands are `make lab` and `make test`; `make help` lists all.

PYTHON ?= python3
VENV := $(if $(COURSEKIT_VENV),$(COURSEKIT_VENV),.venv)
BIN := $(VENV)/bin
GPU_FLAG := $(if $(GPU),--gpu,)
LESSONS ?=
LAB_ARGS ?=
REPLAY := $(BIN)/python -m pytest -q -p no:cacheprovider --nbval \
	--nbval-current-env -p coursekit.replay
CODE := lib tests benchmarks notebooks/source

.DEFAULT_GOAL := help
.PHONY: help setup lab test check lint replay notebooks nightly data lock bench

help:  ## Show this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' Makefile \
	| while IFS='|' read -r name text; do printf '%-18s %s\n' "$$name" "$$text"; done
	@echo '  GPU=1 installs with CUDA; LESSONS="01 04" limits `make notebooks`.'

setup:  ## Create or update .venv (the other targets do this themselves)
	@$(PYTHON) lib/bootstrap.py $(GPU_FLAG)

lab: setup  ## Copy the lessons to work/ and open them in JupyterLab
	@$(BIN)/coursekit work
	@cd work && exec "$(abspath $(BIN))/jupyter-lab" $(LAB_ARGS)

test: check replay  ## Everything: check, then replay every notebook strictly

check: setup lint  ## Lint, types and unit tests, no notebooks (2 minutes)
	$(BIN)/python -m pytest -q -m "not slow" tests

lint: setup  ## Style and types only
	$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/mypy

replay: setup  ## Replay the notebooks only, comparing every output
	$(REPLAY) notebooks

notebooks: setup  ## Execute changed lesson sources into notebooks/
	$(BIN)/coursekit notebooks $(LESSONS)

nightly: setup  ## test, and: slow tests, regeneration, plain-script runs
	$(MAKE) test
	$(BIN)/python -m pytest -q -m slow tests

data:  ## Make the bundled files in data/ again
	@COURSEKIT_VENV="$(CURDIR)/.venv-data" $(PYTHON) lib/bootstrap.py --data
	PYTHONPATH=lib .venv-data/bin/python -m coursekit.data.generate

lock:  ## Pin the newest allowed packages into requirements*.txt (needs uv)
	uv pip compile -q --universal --generate-hashes --python-version 3.11 \
	  --no-header --no-annotate --upgrade pyproject.toml --extra test \
	  -o requirements.txt
	uv pip compile -q --universal --generate-hashes --python-version 3.11 \
	  --no-header --no-annotate pyproject.toml --extra test --extra gpu \
	  -c requirements.txt -o requirements-gpu.txt
	uv pip compile -q --universal --generate-hashes --python-version 3.11 \
	  --no-header --no-annotate --upgrade --group data \
	  -o requirements-data.txt

bench: setup  ## Run the benchmarks; each prints JSON (minutes to hours)
	for file in benchmarks/[a-z]*.py; do $(BIN)/python $$file || exit 1; done
