/** All commands by name; each file is loaded when its command is called. */
import type { Command } from './command.js'
import { UsageError } from './errors.js'

type Load = () => Promise<Command>

const loaders: Readonly<Record<string, Load>> = {
  start: async () => (await import('./commands/start.js')).start,
}

/** Every command, in the order of the help. */
export async function allCommands(): Promise<Command[]> {
  return Promise.all(Object.values(loaders).map((load) => load()))
}

/** The command that the first words name, and the words behind it. @throws UsageError */
export async function findCommand(
  words: readonly string[],
): Promise<{ command: Command; rest: readonly string[] }> {
  for (const count of [2, 1]) {
    const name = words.slice(0, count).join(' ')
    if (Object.hasOwn(loaders, name)) {
      return { command: await loaders[name](), rest: words.slice(count) }
    }
  }
  throw new UsageError(`there is no command "${words.slice(0, 2).join(' ')}"; see leither --help`)
}
