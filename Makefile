# `make` lists the targets. Everything else sets itself up first: a fresh clone needs Python 3.11+, make and git.
PYTHON ?= python3
BIN := .venv/bin
LOCALES := $(wildcard locales/*/LC_MESSAGES/bot.po)
LOCK := $(BIN)/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --no-header \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host

.PHONY: help setup setup-dev demo run test check spell bench lock clean
.DEFAULT_GOAL := help

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

.venv/installed: requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing the dependencies into .venv (once)…"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/installed-dev: requirements-dev.lock .venv/installed
	@echo "Installing the development tools into .venv (once)…"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

.venv/locales: .venv/installed $(LOCALES)
	@$(BIN)/pybabel --quiet compile --directory locales --domain bot
	@touch $@

setup: .venv/locales ## install what the bot needs (the others call this first)

setup-dev: setup .venv/installed-dev

demo: setup ## run the whole bot against a Telegram on this machine: no token, no network
	@$(BIN)/bot demo

run: setup ## run the bot on real Telegram: BOT_TELEGRAM__TOKEN=… make run
	@$(BIN)/bot run

test: setup-dev ## run the tests
	@$(BIN)/python -m pytest

check: setup-dev ## ruff, mypy --strict, import-linter, and `bot check`
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/bot check

spell: setup ## look for misspelt words in all texts, Kazakh and Russian (needs hunspell)
	@$(BIN)/python -m spelling

bench: setup-dev ## measure, each figure beside its baseline of the same run
	@$(BIN)/python -m bench

lock: setup-dev ## renew requirements.lock and requirements-dev.lock from pyproject.toml
	$(LOCK) --all-build-deps --output-file requirements.lock pyproject.toml
	$(LOCK) --all-build-deps --extra dev --constraint requirements.lock --output-file requirements-dev.lock pyproject.toml

clean: ## remove the virtual environment and the caches (never the data)
	rm -rf .venv .mypy_cache .ruff_cache .hypothesis build *.egg-info
