#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The lints find what they look for: each is run on a small tree with one fault in it."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).parent
TOP = "/* SPDX-License-Identifier: MIT */\n/*\n * A file that is here for the lints to read.\n */\n"
ONCE = TOP + "#pragma once\n"


class Lints(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def put(self, path, text):
        path = pathlib.Path(self.folder.name, path)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def run_lint(self, name):
        command = [sys.executable, str(HERE / f"{name}.py"), self.folder.name]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        self.assertEqual(done.stderr, "")
        return done.returncode, done.stdout

    def expect(self, lint, finding):
        code, output = self.run_lint(lint)
        self.assertEqual(code, 1, output)
        self.assertIn(finding, output)

    def expect_clean(self, lint):
        code, output = self.run_lint(lint)
        self.assertEqual(code, 0, output)

    def test_a_lint_without_files_fails(self):
        self.expect("layers", "no file to look at")

    def test_a_forbidden_include_is_found(self):
        self.put("runtime/transport/chan.h", ONCE)
        self.put("nkc/src/main.c", TOP + '\n#include "../../runtime/transport/chan.h"\n')
        self.expect("layers", "nkc/src/main.c:6: nkc/src must not include runtime/transport/chan.h")

    def test_a_lower_layer_may_not_look_up(self):
        self.put("runtime/kernel/start.h", ONCE)
        self.put("runtime/nk/verify.c", TOP + '#include "kernel/start.h"\n')
        self.expect("layers", "runtime/nk must not include runtime/kernel/start.h")

    def test_a_folder_without_a_row_is_found(self):
        self.put("runtime/new/a.c", TOP)
        self.expect("layers", "has no row")

    def test_allowed_includes_pass(self):
        self.put("sysroot/include/nk/types.h", TOP)
        self.put("runtime/nk/verify.c", TOP + "#include <nk/types.h>\n#include <stdio.h>\n")
        self.expect_clean("layers")

    def test_a_file_without_licence_line_is_found(self):
        self.put("runtime/nk/a.c", "/* A file about the licence, without it here. */\n")
        self.expect("headers", "lack `SPDX")

    def test_a_file_without_paragraph_is_found(self):
        self.put("runtime/nk/a.c", "/* SPDX-License-Identifier: MIT */\n\nint a;\n")
        self.expect("headers", "without a paragraph")

    def test_a_private_header_without_pragma_is_found(self):
        self.put("runtime/nk/a.h", TOP)
        self.expect("headers", "#pragma once")

    def test_an_installed_header_with_another_guard_is_found(self):
        self.put("sysroot/include/coresrv/sl/sl_api.h", TOP + "#ifndef SL_API_H\n#define SL_API_H\n#endif\n")
        self.expect("headers", "CORESRV_SL_SL_API_H")

    def test_a_forbidden_call_is_found_but_not_in_a_comment(self):
        self.put("runtime/nk/a.c", TOP + "/* strcpy(a, b) */\nvoid f(void) {\n        strcat(a, b);\n}\n")
        code, output = self.run_lint("calls")
        self.assertEqual(code, 1)
        self.assertIn("a.c:7: strcat() is forbidden", output)
        self.assertNotIn("strcpy", output)

    def test_a_library_that_prints_is_found(self):
        self.put("runtime/nk/a.c", TOP + 'void f(void) {\n        printf("x");\n}\n')
        self.expect("calls", "printf() is forbidden here")

    def test_private_code_under_a_public_name_is_found(self):
        self.put("runtime/nk/a.c", TOP + "static int nk_helper(int a) {\n        return a;\n}\n")
        self.expect("calls", "nk_helper is not public")

    def test_white_space_at_the_end_is_found(self):
        self.put("docs/a.md", "text \n")
        self.expect("text", "docs/a.md:1: white space")

    def test_a_file_at_the_limit_passes_and_one_line_more_is_found(self):
        self.put("docs/a.md", "a\n" * 900)
        self.expect_clean("text")
        self.put("docs/a.md", "a\n" * 901)
        self.expect("text", "more than 900 lines")

    def test_a_function_at_the_limit_passes_and_one_line_more_is_found(self):
        self.put("runtime/nk/a.c", TOP + "void f(void) {\n" + "        g();\n" * 118 + "}\n")
        self.expect_clean("text")
        self.put("runtime/nk/a.c", TOP + "void f(void) {\n" + "        g();\n" * 119 + "}\n")
        self.expect("text", "a function of 121 lines")

    def put_checklist(self, name):
        models = "Base Pred Bool Math Struct Regex HashSet StaticMap Flow".split()
        rows = "".join(f"| **{model}** |\n" for model in models)
        self.put("docs/reference/policy-checklist.md", f"{rows}| **Mic** |\n`{name}`\n")
        self.put("tests/unit/ksm/test_mic.c", "static void a_level_is_there(void **state) {\n}\n")
        self.put("tests/e2e/policy/mic.psl", 'assert "Mic" {\n    sequence "it grants" { }\n}\n')

    def test_tests_of_the_checklist_are_there(self):
        for name in ("a_level_is_there", "Mic.it grants"):
            self.put_checklist(name)
            self.expect_clean("checklist")
        for name in ("a_level_is_gone", "Mic.it denies"):
            self.put_checklist(name)
            self.expect("checklist", f"no such test: {name}")

    def test_checklist_has_all_models(self):
        self.put_checklist("a_level_is_there")
        self.put("docs/reference/policy-checklist.md", "`a_level_is_there`\n| **Mic** |\n")
        self.expect("checklist", "leaves the model Flow out")

    def put_documents(self, changes="## 1.0\n", index="[x](0001-a.md)\n"):
        decision = "# 1\n## Context\n## Choice\n## Alternatives\n## Consequences\n"
        self.put("meson.build", "project('x', version: '1.0')\n")
        self.put("CHANGES.md", changes)
        self.put("docs/decisions/README.md", index)
        self.put("docs/decisions/0001-a.md", decision)

    def test_good_documents_pass(self):
        self.put_documents()
        self.expect_clean("documents")

    def test_a_link_that_leads_nowhere_is_found(self):
        self.put_documents(index="[x](0001-a.md) [y](0002-b.md)\n")
        self.expect("documents", "0002-b.md")

    def test_a_decision_that_is_not_listed_is_found(self):
        self.put_documents(index="none\n")
        self.expect("documents", "is not listed")

    def test_changes_without_this_version_are_found(self):
        self.put_documents(changes="## 0.9\n")
        self.expect("documents", "no entry for version 1.0")


if __name__ == "__main__":
    unittest.main(verbosity=0)
