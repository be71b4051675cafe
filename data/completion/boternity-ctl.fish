# SPDX-License-Identifier: LGPL-2.1-or-later
# Completion for fish. The program knows its words, and asks a running daemon for names.
function __boternity_ctl_complete
    set -l words (commandline -opc)
    set -l program $words[1]
    set -e words[1]
    command $program __describe $words (commandline -ct) 2> /dev/null
end
complete -c boternity-ctl -f -a '(__boternity_ctl_complete)'
