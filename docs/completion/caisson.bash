# SPDX-License-Identifier: MIT
#
# Completion of caisson, nkc and the tools under their other names, for bash. What can follow is asked of the
# program itself, `… --help`, so this file knows no options.

# The words before the one being typed that say which help to ask for: the program, command and action.
_caisson_context() {
        local word
        _caisson_words=("${COMP_WORDS[0]}")
        case ${COMP_WORDS[0]##*/} in caisson | nkc) ;; *) return ;; esac
        for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
                case $word in -* | */* | *.*) break ;; esac
                _caisson_words+=("$word")
                [ "$word" = policy ] || break
        done
}

_caisson() {
        local current=${COMP_WORDS[COMP_CWORD]} help _caisson_words
        _caisson_context
        help=$("${_caisson_words[@]}" --help 2>/dev/null) || return
        case $current in
        -*)
                COMPREPLY=($(compgen -W "$(grep -E '^ +-' <<<"$help" | grep -oE -- '(^| )--?[a-zA-Z][a-z-]*')" -- "$current"))
                ;;
        *)
                # Lines such as "  run   start the processes …" are commands.
                COMPREPLY=($(compgen -W "$(sed -nE 's/^  ([a-z][a-z-]*)( [A-Z]+)*  +.*/\1/p' <<<"$help")" -- "$current"))
                [ ${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=($(compgen -f -- "$current"))
                ;;
        esac
}

complete -o filenames -F _caisson caisson nkc nk-gen-c nk-psl-gen-c einit makekss makeimg
