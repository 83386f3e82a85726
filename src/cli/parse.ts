/** From the words of a command line to a command with its arguments and options. */
import { parseArgs } from 'node:util'
import { type AnyValues, type Command, commonOptions, type Options } from './command.js'
import { UsageError } from './errors.js'

export interface Parsed {
  readonly args: readonly string[]
  readonly options: AnyValues
}

const setting = ({ type, multiple = false, short }: Options[string]) => ({
  type,
  multiple,
  ...(short === undefined ? {} : { short }),
})

const isOptional = (name: string): boolean => name.startsWith('[')
const isMany = (name: string): boolean => name.replace(/[[\]]/g, '').endsWith('...')

// "-1" is a number, and one id of 64 begins with "-": they are no options, so the parser does not
// see them as they are.
const hide = (word: string): string => (/^-(\d|[\w-]{26}(:|$))/.test(word) ? `\0${word}` : word)
const show = (word: string): string => (word.startsWith('\0') ? word.slice(1) : word)
const shown = (value: unknown): unknown =>
  Array.isArray(value) ? value.map(shown) : typeof value === 'string' ? show(value) : value

/** @throws UsageError where there are too few or too many arguments */
function checkCount(command: Command, args: readonly string[]): void {
  const least = command.args.filter((name) => !isOptional(name)).length
  const most = command.args.some(isMany) ? Infinity : command.args.length
  const usage = `leither ${command.name} ${command.args.join(' ')}`.trim()
  if (args.length < least) {
    throw new UsageError(`${command.args[args.length]} is missing; it is ${usage}`)
  }
  if (args.length > most) throw new UsageError(`"${args[most]}" is too much; it is ${usage}`)
}

/**
 * Reads the words behind a command's name.
 * @throws UsageError
 */
export function parseWords(command: Command, words: readonly string[]): Parsed {
  const options = { ...commonOptions, ...command.options }
  const settings = Object.fromEntries(
    Object.entries(options).map(([name, option]) => [name, setting(option)]),
  )
  let parsed: { values: Record<string, unknown>; positionals: string[] }
  try {
    parsed = parseArgs({ args: words.map(hide), options: settings, allowPositionals: true })
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('. ')[0] : String(error)
    throw new UsageError(`${reason}; see leither ${command.name} --help`)
  }
  const values = Object.fromEntries(
    Object.entries(parsed.values).map(([name, value]) => [name, shown(value)]),
  ) as AnyValues
  const args = parsed.positionals.map(show)
  if (values.help !== true) checkCount(command, args)
  return { args, options: values }
}

/** A whole number from an option. @throws UsageError */
export function wholeNumber(
  name: string,
  text: string,
  { min = 0, max = Number.MAX_SAFE_INTEGER } = {},
): number {
  const number = Number(text)
  if (/^-?\d+$/.test(text) && number >= min && number <= max) return number
  throw new UsageError(`${name} is a whole number from ${min} to ${max}, not "${text}"`)
}

/** `mid` or `mid:version`, as people write units. @throws UsageError */
export function unitOf(text: string): { mid: string; version?: string } {
  const [mid, version, ...rest] = text.split(':')
  if (rest.length > 0 || version === '') {
    throw new UsageError(`"${text}" is no unit; write MID or MID:VERSION`)
  }
  return version === undefined ? { mid } : { mid, version }
}

/** A version given as `MID:VERSION` or as an argument of its own. @throws UsageError */
export function versionArgument(inUnit: string | undefined, alone: string | undefined): string {
  if (inUnit !== undefined && alone !== undefined) {
    throw new UsageError('the version is given twice; write MID:VERSION')
  }
  const version = inUnit ?? alone
  if (version === undefined) throw new UsageError('the version is missing; write MID:VERSION')
  return version
}
