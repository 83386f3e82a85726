/** Help texts, made from the commands. */
import { type Command, commonOptions, type Options } from './command.js'

function optionRow([name, option]: readonly [string, Options[string]]): [string, string] {
  const short = option.short === undefined ? '' : `-${option.short}, `
  const value = option.type === 'boolean' ? '' : ` ${option.value ?? 'TEXT'}`
  return [`${short}--${name}${value}${option.multiple === true ? '...' : ''}`, option.describe]
}

function rows(pairs: readonly (readonly [string, string])[]): string {
  const width = Math.max(...pairs.map(([left]) => left.length))
  return pairs.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join('\n')
}

export const usageOf = ({ name, args, options }: Command): string =>
  ['leither', name, ...args, ...(Object.keys(options).length > 0 ? ['[OPTIONS]'] : [])].join(' ')

/** Help of one command. */
export function commandHelp(command: Command): string {
  const own = Object.entries(command.options).map(optionRow)
  return [
    command.describe,
    '',
    `Usage: ${usageOf(command)}`,
    '',
    command.examples.length > 1 ? 'Examples:' : 'Example:',
    ...command.examples.map((example) => `  ${example}`),
    ...(own.length > 0 ? ['', 'Options:', rows(own)] : []),
    '',
    'Everywhere:',
    rows(Object.entries(commonOptions).map(optionRow)),
  ].join('\n')
}

/** The list of commands. */
export function overview(commands: readonly Command[]): string {
  return [
    'leither: a node that holds, serves and shares your units.',
    '',
    'Usage: leither COMMAND [ARGUMENTS] [OPTIONS]',
    '',
    rows(commands.map(({ name, describe }) => [name, describe])),
    '',
    '`leither COMMAND --help` shows an example. Start with: leither start',
  ].join('\n')
}

const code = (text: string): string => `\`${text.replace(/\|/g, '\\|')}\``

function reference(command: Command): string {
  const own = Object.entries(command.options).map(optionRow)
  return [
    `## leither ${command.name}`,
    '',
    command.describe,
    '',
    '```sh',
    `${usageOf(command)}`,
    '```',
    '',
    ...(own.length > 0
      ? ['| option | |', '| --- | --- |', ...own.map(([o, d]) => `| ${code(o)} | ${d} |`), '']
      : []),
    ...command.examples.map((example) => `    ${example}`),
    '',
  ].join('\n')
}

/** The reference page, `docs/reference/cli.md`. */
export function referencePage(commands: readonly Command[]): string {
  const common = Object.entries(commonOptions).map(optionRow)
  return [
    '# The command line',
    '',
    'Made from the commands themselves by `npm run reference`; a test checks that it is current.',
    '',
    'Exit status: 0 done, 1 failed, 2 the command line is wrong. Errors are one line on stderr,',
    '`error CODE: message`. With `--json` stdout holds exactly one JSON value.',
    '',
    '| everywhere | |',
    '| --- | --- |',
    ...common.map(([option, describe]) => `| ${code(option)} | ${describe} |`),
    '',
    ...commands.map(reference),
  ].join('\n')
}
