/** What a command is: a value. Help, the reference page and all checks come from it. */
import type { Client } from '#client'
import type { Terminal } from './terminal.js'

export interface Option {
  readonly type: 'string' | 'boolean'
  /** may be given several times */
  readonly multiple?: boolean
  /** what stands for the value in help, such as `DIR` */
  readonly value?: string
  readonly short?: string
  readonly describe: string
}

export type Options = Readonly<Record<string, Option>>

/** The values of any command's options. */
export type AnyValues = Readonly<Record<string, string | boolean | readonly string[] | undefined>>

/** The values of options: texts, lists of texts, or switches. */
export type Values<O extends Options> = {
  readonly [K in keyof O]?: O[K]['type'] extends 'boolean'
    ? boolean
    : O[K]['multiple'] extends true
      ? readonly string[]
      : string
}

/** What a command has to say: for programs and for people. */
export interface Answer {
  readonly json: unknown
  readonly text: string
}

export interface Context<O extends Options = Options> {
  /** arguments without options, checked against `args` */
  readonly args: readonly string[]
  readonly options: Values<O> & Values<typeof commonOptions>
  /** folder of the node */
  readonly home: string
  readonly json: boolean
  readonly terminal: Terminal
  /** A client, signed in as the options say. @throws NodeNotRunning, LOGIN_REFUSED … */
  connect(): Promise<Client>
  /** Prints the answer: once per command, or nothing where the content itself was printed. */
  answer(answer: Answer): void
}

export interface Command<O extends Options = Options> {
  /** as typed, such as `mimei add` */
  readonly name: string
  /** one sentence */
  readonly describe: string
  /** arguments: `MID`, `[PATH]` where it may be left out, `PATH...` where there may be many */
  readonly args: readonly string[]
  readonly examples: readonly string[]
  readonly options: O
  run(context: Context<O>): Promise<void>
}

/** Keeps the types of the options for `run`. */
export const command = <const O extends Options>(value: Command<O>): Command =>
  value as unknown as Command

/** Options that every command has. */
export const commonOptions = {
  home: {
    type: 'string',
    value: 'DIR',
    describe: 'folder of the node ($LEITHER_HOME, or ~/.leither)',
  },
  node: { type: 'string', value: 'URL', describe: 'another node, by its web address' },
  user: {
    type: 'string',
    value: 'NAME',
    describe: 'sign in there by name; the password is asked for, or in $LEITHER_PASSWORD',
  },
  key: { type: 'string', value: 'FILE', describe: 'sign in with a key file' },
  json: { type: 'boolean', describe: 'print one JSON value and nothing else' },
  help: { type: 'boolean', short: 'h', describe: 'show this help' },
} as const satisfies Options
