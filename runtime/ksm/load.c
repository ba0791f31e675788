/* SPDX-License-Identifier: MIT */
/*
 * Opening `ksm.module`: a shared object whose undefined names the program provides.
 */
#include <dlfcn.h>
#include <stdio.h>

#include "ksm.h"

static int refuse(KsmProblem *problem, const char *text) {
        snprintf(problem->text, sizeof(problem->text), "%s", text ? text : "unknown fault");
        return KSM_E_MODULE;
}

int ksm_module_load(const char *path, KsmProblem *problem, const KsmModule **ret_module) {
        void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
        const KsmModule *module;

        if (!library)
                return refuse(problem, dlerror());
        module = dlsym(library, KSM_MODULE_SYMBOL);
        if (!module) {
                dlclose(library);
                return refuse(problem, "there is no table `" KSM_MODULE_SYMBOL "` in it");
        }
        *ret_module = module;
        return 0;
}
