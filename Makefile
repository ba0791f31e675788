# SPDX-License-Identifier: MIT
#
# The two commands of the README, over Meson: `make run` and `make test`. Both install the
# packages that are missing first. Everything that is made lies in build*/.

BUILD := build
# `make test WERROR=true`: a warning is an error
WERROR := false
STAGE := $(CURDIR)/$(BUILD)/stage/usr/local

.PHONY: help packages build stage run test format update-golden clean
.DEFAULT_GOAL := help

help:
	@echo 'make run            build everything, run the echo solution, show what it says'
	@echo 'make test           build everything, run all tests, also under sanitizers'
	@echo 'make build          build everything into $(BUILD)/'
	@echo 'make stage          install into $(BUILD)/stage/, where the examples look for the SDK'
	@echo 'make packages       install the packages that are missing'
	@echo 'make format         bring the C files into their form'
	@echo 'make update-golden  take what nkc prints now as expected output; look at `git diff` after it'
	@echo 'make clean          remove what was built'

packages:
	@sh .ci/packages

$(BUILD)/build.ninja: | packages
	meson setup --buildtype=release --prefix=/usr/local $(BUILD)

build: packages $(BUILD)/build.ninja
	ninja -C $(BUILD)

stage: build
	@sh tests/support/stage.sh $(BUILD)

run: stage
	@$(MAKE) --no-print-directory -C examples/echo BUILD=$(CURDIR)/$(BUILD)/examples/echo CAISSON=$(STAGE) run

test: packages
	@WERROR=$(WERROR) sh tests/support/test_all.sh $(BUILD)

format: packages $(BUILD)/build.ninja
	ninja -C $(BUILD) clang-format

update-golden: stage
	ninja -C $(BUILD) update-golden
	docs/reference/compat.py $(STAGE)

clean:
	rm -rf $(BUILD) $(BUILD)-asan $(BUILD)-tsan
