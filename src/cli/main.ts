/** Finds the command, runs it, answers. */
import { LeitherError, toJson } from '#base'
import type { Client } from '#client'
import type { Answer, Command, Context, Options, Values } from './command.js'
import { allCommands, commandsOf, findCommand } from './commands.js'
import { UsageError } from './errors.js'
import { commandHelp, overview } from './help.js'
import { homeOf } from './home.js'
import { parseWords } from './parse.js'
import { processTerminal, type Terminal } from './terminal.js'

/** Writes and waits until the pipe has taken it: what exits early would cut a long answer. */
const print = (terminal: Terminal, text: string): Promise<void> =>
  new Promise((resolve) => {
    terminal.stdout.write(text, () => resolve())
  })

/** Ends the session too: a script that calls us often must not fill the node with sessions. */
async function leave(client: Client): Promise<void> {
  if (client.session !== undefined) {
    await client.call('session.logout', {}, { timeout: 1000 }).catch(() => undefined)
  }
  client.close()
}

async function runCommand(
  command: Command,
  words: readonly string[],
  terminal: Terminal,
): Promise<void> {
  const { args, options } = parseWords(command, words)
  if (options.help === true) {
    await print(terminal, `${commandHelp(command)}\n`)
    return
  }
  const text = (name: string): string | undefined => options[name] as string | undefined
  const common = (name: string): string | undefined =>
    Object.hasOwn(command.options, name) ? undefined : text(name)
  const home = homeOf(text('home'))
  const json = options.json === true
  const clients: Client[] = []
  const printed: Promise<void>[] = []
  const context: Context<Options> = {
    args,
    options: options as Values<Options>,
    home,
    json,
    terminal,
    async connect() {
      const { signIn } = await import('./sign-in.js')
      // A command may mean something else by one of these names.
      const given = { node: common('node'), user: common('user'), key: common('key') }
      const client = await signIn({ home, ...given }, terminal)
      clients.push(client)
      return client
    },
    answer(answer: Answer) {
      const line = json ? toJson(answer.json) : answer.text
      if (line !== '') printed.push(print(terminal, `${line}\n`))
    },
  }
  try {
    await command.run(context)
    await Promise.all(printed)
  } finally {
    for (const client of clients) await leave(client)
  }
}

function sayError(error: unknown, terminal: Terminal): number {
  if (error instanceof UsageError) {
    terminal.note(`error ${error.code}: ${error.message}`)
    return 2
  }
  if (error instanceof LeitherError) {
    terminal.note(`error ${error.code}: ${error.message}`)
    return 1
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  terminal.note(`error INTERNAL: ${text}`)
  return 1
}

/**
 * Runs one command line.
 * @param words what stands behind `leither`
 * @returns the exit status: 0 done, 1 failed, 2 the command line is wrong
 */
export async function main(
  words: readonly string[],
  terminal: Terminal = processTerminal(),
): Promise<number> {
  try {
    if (words.length === 0 || ['--help', '-h', 'help'].includes(words[0])) {
      await print(terminal, `${overview(await allCommands())}\n`)
      return 0
    }
    if (words.length <= 2 && (words[1] ?? '--help').match(/^(--help|-h)$/) !== null) {
      // A group, such as `mimei`, is no command of its own.
      const group = await commandsOf(words[0])
      if (group.length > 0 && group.every(({ name }) => name !== words[0])) {
        await print(terminal, `${overview(group)}\n`)
        return words.length === 2 ? 0 : 2
      }
    }
    const { command, rest } = await findCommand(words)
    await runCommand(command, rest, terminal)
    return 0
  } catch (error) {
    return sayError(error, terminal)
  }
}
