# 码上巡. `make demo` and `make test` set up everything they need.
PYTHON ?= python3
PORT ?= 8000
PHASE ?= collecting
DIR ?= instance/demo
BIN := .venv/bin
CHROMIUM := $(shell command -v chromium || command -v chromium-browser || command -v google-chrome)

.PHONY: help setup browser fonts demo test check format bench soak messages lock wheel clean

help: ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 12

setup: .venv/.runs ## what running needs, in .venv

.venv/bin/python:
	@$(PYTHON) -m venv .venv || { echo "Python 的 venv 不可用：Debian 上请先 apt install python3-venv"; exit 1; }

.venv/.runs: requirements.lock pyproject.toml | .venv/bin/python
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/.tests: requirements-dev.lock .venv/.runs
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

browser: .venv/.tests
ifeq ($(CHROMIUM),)
	@$(BIN)/playwright install chromium || \
	  { [ "$$(id -u)" = 0 ] && apt-get install -y -q chromium fonts-noto-cjk; } || \
	  { echo "没有浏览器：请安装 chromium 和中文字体后再试"; exit 1; }
endif

fonts: .venv/.runs
	@$(BIN)/python -c "from portal.posters.fonts import Style, faces; faces(Style.TEXT)" 2>/dev/null || \
	  { [ "$$(id -u)" = 0 ] && apt-get install -y -q fonts-noto-cjk >/dev/null 2>&1; } || \
	  echo "没有中文字体：海报暂时只有网页版；装上 fonts-noto-cjk 或设 PORTAL_FONT 后就有 PDF"

demo: fonts ## a fictional district at PORT (8000), in PHASE (collecting), kept in DIR (instance/demo)
	@PORT=$(PORT) PHASE=$(PHASE) DIR=$(DIR) $(BIN)/portal demo

test: browser ## every test, a real browser included
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder

check: .venv/.tests ## format, lint, types, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: .venv/.tests ## put the code into shape
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: browser ## benchmarks beside their reference, as ratios
	$(BIN)/python -m bench

soak: .venv/.tests ## long fault loops, with counts
	$(BIN)/python -m bench.soak
	$(BIN)/python -m bench.order

messages: .venv/.tests ## collect what can be said in English into portal/locale/en.po
	@pot=$$(mktemp); \
	$(BIN)/python -m babel.messages.frontend -q extract -F pyproject.toml --add-location=file --sort-by-file -o $$pot . && \
	$(BIN)/python -m babel.messages.frontend -q update -i $$pot -o portal/locale/en.po -l en -w 88 \
	  --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date; rm -f $$pot

wheel: .venv/.tests ## the wheel, in dist/
	$(BIN)/python -m build --wheel --no-isolation

lock: | .venv/bin/python ## resolve the pinned requirements anew
	$(BIN)/pip install --quiet pip-tools
	$(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-header --no-annotate --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --extra build -o requirements.lock pyproject.toml
	$(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-header --no-annotate --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --extra build --extra dev -o requirements-dev.lock pyproject.toml

clean: ## remove what was built
	rm -rf .venv dist build instance .mypy_cache .ruff_cache .pytest_cache .hypothesis
