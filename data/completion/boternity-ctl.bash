# SPDX-License-Identifier: LGPL-2.1-or-later
# Completion for bash. The program knows its words, and asks a running daemon for names.
_boternity_ctl ()
{
  local word=${COMP_WORDS[COMP_CWORD]} line=${COMP_LINE:0:COMP_POINT} words last head i
  # FIELD=VALUE is one word to the program, whatever characters bash breaks words at.
  read -r -a words <<< "$line"
  [[ $line == *[[:space:]] ]] && words+=('')
  [ ${#words[@]} -gt 1 ] || return 0
  mapfile -t COMPREPLY < <("${words[0]}" __complete "${words[@]:1}" 2> /dev/null)
  last=${words[-1]}
  head=${last%"${last##*[=:]}"}
  if [ -n "$head" ] && [ "$word" != "$last" ]; then
    COMPREPLY=("${COMPREPLY[@]#"$head"}")
  fi
  # A word that goes on gets no space, and a file's name may need quoting.
  for i in "${!COMPREPLY[@]}"; do
    case ${COMPREPLY[i]} in *[=/]) [[ ${#COMPREPLY[@]} -eq 1 ]] && compopt -o nospace ;; esac
    case ${COMPREPLY[i]} in *[\ \'\"\$\&\;\(\)\|\<\>\*\?\`]*) COMPREPLY[i]=$(printf '%q' "${COMPREPLY[i]}") ;; esac
  done
  return 0
}
complete -F _boternity_ctl boternity-ctl
