# Two commands do everything on a fresh Debian machine with Swift: `make run` and `make test`.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help deps run build test unit lint format bench fuzz soak

# Build packages of the server, as Debian names them.
PACKAGES := libsqlite3-dev libssl-dev

help: ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 12

# $(call install,PACKAGES): installs what is missing, or prints the line that does.
define install
	@missing=""; for p in $(1); do dpkg-query -W -f='$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$p"; done; \
	if [ -n "$$missing" ]; then \
	  if [ "$$(id -u)" = 0 ]; then apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing; \
	  elif sudo -n true 2>/dev/null; then sudo apt-get update -qq && sudo DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing; \
	  else echo "Missing packages. Run this as an administrator, then try again:"; echo "  apt-get update && apt-get install -y$$missing"; exit 1; fi; \
	fi
endef

deps: ## Install the system packages that the build needs
	$(call install,$(PACKAGES))

unit: deps ## Run the tests that need no other program
	swift test --parallel

test: unit ## Run all tests

lint: deps ## Check format, imports and layering
	swift format lint --strict --recursive Sources Tests Package.swift
	.ci/check-imports
	swift build --build-tests --explicit-target-dependency-import-check error
