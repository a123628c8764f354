/** Completion for bash and zsh: both ask the hidden command `__complete`, which answers from the tables. */
import { aliases, commands } from './commands.ts';
import { usageError } from './exit.ts';
import { type OptionSpec, optionsFor } from './options.ts';

const bash = `_redfishctl() {
  local IFS=$'\\n'
  COMPREPLY=( $(redfishctl __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null) )
  if [ "\${#COMPREPLY[@]}" -eq 0 ]; then COMPREPLY=( $(compgen -f -- "\${COMP_WORDS[COMP_CWORD]}") ); fi
}
complete -F _redfishctl redfishctl
`;

const zsh = `#compdef redfishctl
_redfishctl() {
  local -a answers
  answers=("\${(@f)$(redfishctl __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "\${answers[1]}" ]]; then compadd -a answers; else _files; fi
}
if [[ "\${funcstack[1]}" == _redfishctl ]]; then _redfishctl "$@"; else compdef _redfishctl redfishctl; fi
`;

/** The script to load. @throws CommandError `usage` for another shell */
export function completionScript(shell: string | undefined): string {
  if (shell === 'bash') return bash;
  if (shell === 'zsh') return zsh;
  throw usageError('completion: give bash or zsh, as in: source <(redfishctl completion bash)');
}

/** The option that an argument names, by its long or short form. */
function optionOf(table: Readonly<Record<string, OptionSpec>>, arg: string): OptionSpec | undefined {
  if (arg.startsWith('--')) return table[arg.slice(2)];
  return arg.length === 2 && arg.startsWith('-')
    ? Object.values(table).find(({ short }) => short === arg.slice(1))
    : undefined;
}

/** The words that may stand where the last one is being typed. */
function candidates(words: readonly string[]): readonly string[] {
  const typed = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  const word = before.find((arg) => Object.hasOwn(commands, arg) || Object.hasOwn(aliases, arg));
  const command = word === undefined ? undefined : commands[aliases[word] ?? word];
  const table = optionsFor(command?.options ?? {});
  const previous = optionOf(table, before.at(-1) ?? '');
  if (previous?.value !== undefined) return previous.words ?? [];
  if (typed.startsWith('-'))
    return Object.entries(table).flatMap(([name, { hidden }]) => (hidden ? [] : [`--${name}`]));
  if (before[0] === 'completion') return ['bash', 'zsh'];
  if (before[0] === 'help') return [...Object.keys(commands), 'options', 'exit-codes', 'environment'];
  if (!command) return [...Object.keys(commands), 'exec', 'completion', 'help'];
  return before.at(-1) === word ? (command.words ?? []) : wordsAfter(word, before.at(-1));
}

/** Second words. */
function wordsAfter(command: string | undefined, word: string | undefined): readonly string[] {
  if (command === 'boot' && word === 'next')
    return ['pxe', 'disk', 'cd', 'setup', 'http', 'usb', 'diag', 'none'];
  if (command === 'wait' && word === 'power') return ['on', 'off'];
  if (command === 'manager' && word === 'reset') return ['graceful', 'force'];
  return [];
}

/** What fits the words that were typed, one per line. */
export function complete(words: readonly string[]): string {
  const typed = words.at(-1) ?? '';
  const found = candidates(words).filter((candidate) => candidate.startsWith(typed));
  return found.map((candidate) => `${candidate}\n`).join('');
}
