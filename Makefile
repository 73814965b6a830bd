# Two commands do everything on a fresh Debian machine with Swift: `make run` and `make test`.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help deps peers run release certs test unit lint format bench bench-smtp bench-mail fuzz soak

# What the build needs, as Debian names it.
PACKAGES := libsqlite3-dev libssl-dev

# The server that runs and that the end-to-end tests start is a release build with a folder of its own, so that it and
# the tests' debug build do not undo each other.
RELEASE := .build-release
# Optimised across the rooms, and with Swift's runtime in the binary: a tenth faster, and it runs where no Swift is.
RELEASE_FLAGS := -c release --scratch-path $(RELEASE) --static-swift-stdlib -Xswiftc -cross-module-optimization
BINARY := $(RELEASE)/release/mailwicket
CONFIG ?= Config/mailwicket.yaml

help: ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 12

deps: ## Install the system packages that the build needs
	@missing=""; \
	for package in $(PACKAGES); do \
	  dpkg-query -W -f='$${Status}' $$package 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$package"; \
	done; \
	if [ -z "$$missing" ]; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ]; then as=""; elif sudo -n true 2>/dev/null; then as="sudo"; else \
	  echo "Missing packages. As root: apt-get update && apt-get install -y --no-install-recommends$$missing"; exit 1; fi; \
	$$as apt-get update -qq && \
	$$as env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing

peers: ## Install the programs that the end-to-end tests talk to
	@Tests/Bench/peers.sh

release: deps ## Build the server
	swift build $(RELEASE_FLAGS) --product mailwicket

run: release ## Build and start the server (CONFIG=FILE for another configuration)
	$(BINARY) serve --config $(CONFIG)

certs: release ## Make a local authority and a pair for this host in certs/, as far as they are not there
	@[ -e certs/ca.pem ] || $(BINARY) cert ca
	@[ -e certs/localhost.pem ] || $(BINARY) cert server localhost "$$(hostname)" 127.0.0.1 ::1
	@$(BINARY) cert show certs/*.pem

# Tests with peers in their own process, which have a sense of time: beside those that only calculate they would wait most
# of a minute for a processor.
SOCKET_TESTS := InboundTests|ConsoleTests|DNSTests

unit: deps ## Run the tests that need no other program
	swift build --build-tests
	swift test --skip-build --skip 'EndToEndTests|$(SOCKET_TESTS)'
	swift test --skip-build --filter '$(SOCKET_TESTS)'

test: unit peers release ## Run all tests
	swift build $(RELEASE_FLAGS) --product mailwicket-load
	swift test --skip-build --filter EndToEndTests --no-parallel

lint: export MAILWICKET_STRICT = 1
lint: deps ## Check format, imports and layering; warnings are errors
	swift format lint --strict --recursive Sources Tests Package.swift
	.ci/check-imports
	swift build --build-tests --explicit-target-dependency-import-check error

format: ## Format the sources in place
	swift format format --in-place --recursive Sources Tests Package.swift

bench: ## Measure speed and memory beside other programs: bench-smtp and bench-mail
	@$(MAKE) --keep-going bench-smtp bench-mail

bench-smtp: release ## Measure the server beside Postfix and smtp-sink (see Tests/Bench/bench.sh)
	swift build $(RELEASE_FLAGS) --product mailwicket-load
	Tests/Bench/bench.sh

# What the mail bench measures the parser and the sanitiser beside.
MAIL_PEERS := gcc libc6-dev pkg-config libgmime-3.0-dev python3 python3-html5lib python3-bleach

bench-mail: deps ## Measure parser and sanitiser beside GMime, Python and bleach (see Tests/Bench/mail.sh)
	@$(MAKE) deps PACKAGES="$(MAIL_PEERS)"
	swift build $(RELEASE_FLAGS) --product mailwicket-measure
	Tests/Bench/mail.sh

FUZZ_SECONDS ?= 600
fuzz: deps ## Fuzz every reader, FUZZ_SECONDS each (TARGET=FuzzX for one; see Tests/Fuzz/README.md)
	FUZZ_SECONDS=$(FUZZ_SECONDS) TARGET=$(TARGET) Tests/Fuzz/fuzz.sh

soak: unit peers release ## Run the long kill, fault and generator tests in full
	swift build $(RELEASE_FLAGS) --product mailwicket-load
	MAILWICKET_SOAK=1 swift test --skip-build --filter 'StorageTests|IntakeTests'
	MAILWICKET_SOAK=1 MAILWICKET_KILLS=200 swift test --skip-build --filter EndToEndTests --no-parallel
