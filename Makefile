# Every target is one line of a tool. What a target needs is installed on its first call.
.DEFAULT_GOAL := help
.PHONY: help demo up down test test-fast simulate lint lint-jwks fuzz bench build deploy clean
SHELL := /bin/bash
PYTHON ?= python3
# The tools are set up from outside of themselves: what was half installed when it was stopped is no help.
PATH_OF_CALLER := $(PATH)
export PATH := $(CURDIR)/.venv/bin:$(CURDIR)/.tools/uv/bin:$(PATH)
LOCAL := .venv/bin/python -m local

help:  ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1	\2/' | expand -t 20

demo: .tools/venv.ready .tools/emulator.ready .tools/sam.ready  ## tell and check the whole story on an embedded AWS
	@$(LOCAL) demo

up: .tools/venv.ready .tools/emulator.ready .tools/sam.ready  ## start the embedded AWS, deploy to it, leave it running
	@$(LOCAL) up

down:  ## stop what 'make up' started
	@test ! -x .venv/bin/python || $(LOCAL) down

test: .tools/venv.ready .tools/emulator.ready .tools/sam.ready .tools/interop.ready .tools/node.ready .tools/benchmarks.ready  ## run all tests
	@.venv/bin/pytest -n auto --dist loadfile

test-fast: .tools/venv.ready .tools/emulator.ready  ## run the tests that take seconds: no deployment, browser or long enumeration
	@.venv/bin/pytest -n auto --dist loadfile -m "not deploy and not slow and not browser"

simulate: .tools/venv.ready  ## simulate 100 years of key rotation with everything that can go wrong
	@.venv/bin/python -m tests.lifecycle.simulation --years $(or $(YEARS),100) --seed $(or $(SEED),1) --worlds 2

lint: .tools/venv.ready .tools/sam.ready .tools/checkov.ready  ## check the code and the template
	@.venv/bin/python -m local.lint

lint-jwks: .tools/venv.ready  ## judge what the issuer at URL publishes
	@.venv/bin/python -m jwx_cli lint "$(URL)"

fuzz: .tools/fuzz.ready  ## feed the parsers what nobody would write; SECONDS_EACH=20 for each target
	@PYTHONPATH=.:layers/core .tools/fuzz/bin/python -m tests.fuzz $(TARGETS)

bench: .tools/venv.ready .tools/benchmarks.ready .tools/emulator.ready .tools/sam.ready .tools/node.ready  ## measure everything beside its peers; writes docs/performance.md; BENCH=--smoke only sees that it runs
	@PYTHONPATH=.:layers/core:layers/aws .tools/benchmarks/bin/python -m benchmarks $(BENCH)

build: .tools/venv.ready .tools/sam.ready  ## build the functions and layers for AWS
	@.tools/sam/bin/sam build

deploy: build  ## deploy to AWS, asking for the parameters
	@.tools/sam/bin/sam deploy --guided

clean: down  ## stop everything and remove all that the targets made
	@rm -rf .venv .tools .local .aws-sam .hypothesis .mypy_cache .ruff_cache .pytest_cache .import_linter_cache tests/interop/node/node_modules

.tools/node.ready: tests/interop/node/package-lock.json

.tools/%.ready: uv.lock .python-version local/bootstrap.py
	@PATH="$(PATH_OF_CALLER)" $(PYTHON) local/bootstrap.py $*
