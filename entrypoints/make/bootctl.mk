# To be included last in a Makefile (`include bootctl.mk`), or used by itself (`make -f bootctl.mk`).

BOOTCTL ?= bootctl
DOCKER ?= docker
IMAGE ?= notes
IMAGE_OPTIONS ?=
UP_OPTIONS ?= --publish 127.0.0.1:8000:8000

BOOTCTL_FILE := $(lastword $(MAKEFILE_LIST))
BOOTCTL_TARGETS := migrate check status run image up
# A target that your own Makefile has stays yours; its other name here still works.
BOOTCTL_TAKEN := $(shell sed -n 's/^\([[:alnum:]_.-][^:=]*\):\([^=].*\)*$$/\1/p' \
	$(filter-out $(BOOTCTL_FILE),$(MAKEFILE_LIST)) /dev/null)
BOOTCTL_FREE := $(filter-out $(BOOTCTL_TAKEN),$(BOOTCTL_TARGETS))

.PHONY: bootctl-help $(BOOTCTL_TARGETS:%=bootctl-%) $(BOOTCTL_FREE)

bootctl-help:
	@sed -n 's/^bootctl-\([a-z]*\): ## /make \1: /p' $(BOOTCTL_FILE)

$(BOOTCTL_FREE): %: bootctl-%

bootctl-migrate: ## wait for the database, migrate it, and verify it
	$(BOOTCTL) migrate

bootctl-check: ## tell where the database differs from the models
	$(BOOTCTL) check

bootctl-status: ## tell where the database stands relative to the code
	$(BOOTCTL) status

bootctl-run: ## migrate, verify, and serve
	$(BOOTCTL) run

bootctl-image: ## build the image
	$(DOCKER) build --tag $(IMAGE) $(IMAGE_OPTIONS) .

bootctl-up: ## run the image as in production: no root, no capability, nothing to write
	$(DOCKER) run --rm --read-only --tmpfs /tmp --cap-drop ALL \
		--security-opt no-new-privileges --stop-timeout 40 $(patsubst %,--env-file %,$(wildcard .env)) \
		--env SETTINGS__LOGGING__FILE= $(UP_OPTIONS) $(IMAGE)
