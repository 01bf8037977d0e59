import type { CommandWords, OptionWords, Values } from './command-words.ts';

/** Returns the script that has zsh complete the commands; `source` it, or keep it as `_cloister` in a folder of `fpath`. */
export function zshCompletion(commands: readonly CommandWords[]): string {
  return `#compdef cloister

_cloister() {
  local curcontext="$curcontext" state line
  typeset -A opt_args
  _arguments -C '1: :->command' '*:: :->argument'
  case $state in
    command)
      local -a commands
      commands=(
${commands.map(({ name, description }) => `        ${quote(`${name}:${description.replaceAll(':', '\\:')}`)}`).join('\n')}
      )
      _describe 'command' commands
      ;;
    argument)
      case $words[1] in
${commands.map(describeCommand).join('\n')}
      esac
      ;;
  esac
}

if [ "$funcstack[1]" = "_cloister" ]; then
  _cloister "$@"
else
  compdef _cloister cloister
fi
`;
}

function describeCommand({ name, options, values }: CommandWords): string {
  const specifications = [
    ...options.map(describeOption),
    ...(values === null ? [] : [quote(`*: :${actionOf(values)}`)]),
  ];
  return `        ${name})\n          _arguments ${specifications.join(' \\\n            ')}\n          ;;`;
}

/** \`'(-o --output)'{-o,--output}'[output format]:value:(text json)'\`; without the first part where it can be repeated. */
function describeOption({ flags, description, values, isVariadic }: OptionWords): string {
  const excluded = isVariadic ? '*' : `(${flags.join(' ')})`;
  const spelled = flags.length > 1 ? `{${flags.join(',')}}` : (flags[0] ?? '');
  const text = description.replaceAll(/[[\]\\]/g, '\\$&');
  const value = values === null ? '' : `:value:${actionOf(values)}`;
  return `${quote(excluded)}${spelled}${quote(`[${text}]${value}`)}`;
}

function actionOf(values: NonNullable<Values>): string {
  if (values === 'Files') return '_files';
  return values === 'Text' ? ' ' : `(${values.words.join(' ')})`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
