import type { CommandWords, OptionWords, Values } from './command-words.ts';

/** Returns the script that has bash complete the commands. It needs no more than the bash 3.2 of macOS. */
export function bashCompletion(commands: readonly CommandWords[]): string {
  return `# bash completion of cloister

_cloister_words() {
  local IFS=$' \\t\\n'
  COMPREPLY=($(compgen -W "$1" -- "$cur"))
}

_cloister_files() {
  local IFS=$'\\n'
  compopt -o filenames 2>/dev/null
  COMPREPLY=($(compgen -f -- "$cur"))
}

_cloister() {
  local cur=\${COMP_WORDS[COMP_CWORD]}
  local command=\${COMP_WORDS[1]}
  local at=$((COMP_CWORD - 1))
  COMPREPLY=()
  # bash splits --output=json into three words.
  if [[ $cur == '=' ]]; then cur=''; elif [[ \${COMP_WORDS[at]} == '=' ]]; then at=$((at - 1)); fi
  if ((COMP_CWORD == 1)); then
    _cloister_words '${commands.map(({ name }) => name).join(' ')}'
    return
  fi
  if [[ $cur == -* ]]; then
    case $command in
${commands.map(({ name, options }) => `      ${name}) _cloister_words '${flagsOf(options).join(' ')}' ;;`).join('\n')}
    esac
    return
  fi
  case "$command \${COMP_WORDS[at]}" in
${commands.flatMap((command) => command.options.flatMap((option) => valueCase(command, option))).join('\n')}
  esac
  # Several values may follow some options.
  while ((at > 1)) && [[ \${COMP_WORDS[at]} != -* ]]; do at=$((at - 1)); done
  case "$command \${COMP_WORDS[at]}" in
${commands
  .flatMap((command) =>
    command.options.filter(({ isVariadic }) => isVariadic).flatMap((option) => valueCase(command, option)),
  )
  .join('\n')}
  esac
  case $command in
${commands.flatMap(({ name, values }) => (values === null ? [] : [`    ${name}) ${complete(values)} ;;`])).join('\n')}
  esac
}

complete -F _cloister cloister
`;
}

function flagsOf(options: readonly OptionWords[]): readonly string[] {
  return options.flatMap(({ flags }) => flags);
}

function valueCase({ name }: CommandWords, { flags, values }: OptionWords): readonly string[] {
  if (values === null) return [];
  const patterns = flags.map((flag) => `'${name} ${flag}'`).join(' | ');
  return [`    ${patterns}) ${complete(values)}; return ;;`];
}

function complete(values: NonNullable<Values>): string {
  if (values === 'Files') return '_cloister_files';
  return values === 'Text' ? ':' : `_cloister_words '${values.words.join(' ')}'`;
}
