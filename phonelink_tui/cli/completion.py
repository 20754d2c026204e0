"""How does a shell complete our commands? By a script that holds them all: TAB starts no interpreter of ours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from phonelink_tui.cli.command_table import CommandRow

PROGRAMS: Final = ("phonelink", "phonelink-tui")


def _bash(rows: Sequence[CommandRow]) -> str:
    known = "|".join(f'"{_key(row)}"' for row in rows if row.path)
    cases = "\n".join(f'    "{_key(row)}") words="{" ".join(_words(row))}" ;;' for row in rows)
    return f"""\
# bash completion of phonelink: eval "$(phonelink completion bash)"
_phonelink() {{
  local at="" words="" i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$at ${{COMP_WORDS[i]}}" in
      {known}) at="$at ${{COMP_WORDS[i]}}" ;;
    esac
  done
  case "$at" in
{cases}
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "${{COMP_WORDS[COMP_CWORD]}}")
}}
complete -o bashdefault -o default -F _phonelink {" ".join(PROGRAMS)}
"""


def _zsh(rows: Sequence[CommandRow]) -> str:
    known = "|".join(f'"{_key(row)}"' for row in rows if row.path)
    cases = "\n".join(f'    "{_key(row)}") compadd -- {" ".join(_words(row))} ;;' for row in rows)
    return f"""\
#compdef {" ".join(PROGRAMS)}
# zsh completion of phonelink: put it as _phonelink into a directory of $fpath, or
# source <(phonelink completion zsh)
_phonelink() {{
  local at="" word
  for word in "${{(@)words[2,CURRENT-1]}}"; do
    case "$at $word" in
      {known}) at="$at $word" ;;
    esac
  done
  case "$at" in
{cases}
  esac
}}
if [ "$funcstack[1]" = "_phonelink" ]; then
  _phonelink "$@"
else
  compdef _phonelink {" ".join(PROGRAMS)}
fi
"""


def _fish(rows: Sequence[CommandRow]) -> str:
    known = " ".join(f"'{_key(row)}'" for row in rows if row.path)
    lines = [line for row in rows for line in _fish_lines(row)]
    head = f"""\
# fish completion of phonelink: phonelink completion fish > ~/.config/fish/completions/phonelink.fish
function __phonelink_at
  set -l at ''
  for word in (commandline -opc)[2..-1]
    if contains -- "$at $word" {known}
      set at "$at $word"
    end
  end
  test "$at" = "$argv[1]"
end
complete -c phonelink-tui -w phonelink
complete -c phonelink -f
"""
    return head + "\n".join(lines) + "\n"


def _fish_lines(row: CommandRow) -> list[str]:
    here = f"complete -c phonelink -n '__phonelink_at \"{_key(row)}\"'"
    lines = [f"{here} -a {word}" for word in (*row.commands, *row.choices)]
    for option in row.options:
        names = " ".join(f"-l {n[2:]}" if n.startswith("--") else f"-s {n[1:]}" for n in option.names)
        described = option.help.replace("\\", "\\\\").replace("'", "\\'")
        lines.append(f"{here} {names}{' -r' if option.value else ''} -d '{described}'")
    return lines


SHELLS: Final[dict[str, Callable[[Sequence[CommandRow]], str]]] = {"bash": _bash, "zsh": _zsh, "fish": _fish}


def _key(row: CommandRow) -> str:
    return "".join(f" {word}" for word in row.path)


def _words(row: CommandRow) -> list[str]:
    return [*row.commands, *row.choices, *(name for option in row.options for name in option.names)]
