#compdef boternity-ctl
# SPDX-License-Identifier: LGPL-2.1-or-later
# Completion for zsh. The program knows its words, and asks a running daemon for names.
_boternity_ctl ()
{
  local line word
  local -a given plain open
  given=("${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}")
  for line in "${(@f)$(${(Q)words[1]} __describe "${given[@]}" 2> /dev/null)}"; do
    [[ -n $line ]] || continue
    word=${line%%$'\t'*}
    # In _describe a colon ends the word.
    local entry=${word//:/\\:}
    [[ $line == *$'\t'* ]] && entry+=":${line#*$'\t'}"
    if [[ $word == *[=/] ]]; then open+=("$entry"); else plain+=("$entry"); fi
  done
  local found=1
  (( ${#plain} )) && _describe -t values 'boternity-ctl' plain && found=0
  (( ${#open} )) && _describe -t values 'boternity-ctl' open -S '' && found=0
  return found
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  _boternity_ctl "$@"
else
  compdef _boternity_ctl boternity-ctl
fi
