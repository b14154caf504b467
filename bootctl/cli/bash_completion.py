"""Completion in bash, of words that it parts at ``=`` and ``:``, such as settings and URLs."""

import os

from click.shell_completion import BashComplete, split_arg_string

_SCRIPT = """\
%(complete_func)s() {
    local IFS=$'\\n' response completion type value
    response=$(env COMP_WORDS="${COMP_WORDS[*]}" COMP_CWORD=$COMP_CWORD \\
        BOOTCTL_COMP_LINE="${COMP_LINE:0:COMP_POINT}" %(complete_var)s=bash_complete "$1")
    # What bash replaces is what follows the last of its breaks: less than the word that was completed.
    local whole="${COMP_LINE:0:COMP_POINT}"
    whole="${whole##*[[:space:]]}"
    whole="${whole#--*=}"
    local prefix="${whole%%"${whole##*[$COMP_WORDBREAKS]}"}"
    for completion in $response; do
        IFS=',' read -r type value <<< "$completion"
        case $type in
            dir) COMPREPLY=(); compopt -o dirnames 2>/dev/null ;;
            file) COMPREPLY=(); compopt -o default 2>/dev/null ;;
            plain)
                COMPREPLY+=("${value#"$prefix"}")
                [[ $value == *[=/] ]] && compopt -o nospace 2>/dev/null ;;
        esac
    done
    return 0
}

%(complete_func)s_setup() {
    complete -o nosort -F %(complete_func)s %(prog_name)s
}

%(complete_func)s_setup;
"""


class Bash(BashComplete):
    """Completes by the line, where the script has given it, and not by bash's own words."""

    source_template = _SCRIPT

    def get_completion_args(self) -> tuple[list[str], str]:
        """Return the words before, and the beginning of the one that is typed."""
        line = os.environ.get("BOOTCTL_COMP_LINE", "")
        if not line:
            return super().get_completion_args()
        found = split_arg_string(line)
        start = "" if line[-1:].isspace() or len(found) < 2 else found.pop()
        return found[1:], start
