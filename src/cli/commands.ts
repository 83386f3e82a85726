/** All commands by name; each file is loaded when its command is called. */
import type { Command } from './command.js'
import { UsageError } from './errors.js'

type Load = () => Promise<Command>

const loaders: Readonly<Record<string, Load>> = {
  start: async () => (await import('./commands/start.js')).start,
  id: async () => (await import('./commands/id.js')).id,
  status: async () => (await import('./commands/status.js')).status,
  stop: async () => (await import('./commands/stop.js')).stop,
  doctor: async () => (await import('./commands/doctor.js')).doctor,
  'user add': async () => (await import('./commands/user/add.js')).add,
  'user list': async () => (await import('./commands/user/list.js')).list,
  'user passwd': async () => (await import('./commands/user/passwd.js')).passwd,
  'mimei create': async () => (await import('./commands/mimei/create.js')).create,
  'mimei list': async () => (await import('./commands/mimei/list.js')).list,
  'mimei show': async () => (await import('./commands/mimei/show.js')).show,
  'mimei add': async () => (await import('./commands/mimei/add.js')).add,
  'mimei ls': async () => (await import('./commands/mimei/ls.js')).ls,
  'mimei get': async () => (await import('./commands/mimei/get.js')).get,
  'mimei put': async () => (await import('./commands/mimei/put.js')).put,
  'mimei mkdir': async () => (await import('./commands/mimei/mkdir.js')).mkdir,
  'mimei mv': async () => (await import('./commands/mimei/mv.js')).mv,
  'mimei rm': async () => (await import('./commands/mimei/rm.js')).rm,
  'mimei backup': async () => (await import('./commands/mimei/backup.js')).backup,
  'mimei release': async () => (await import('./commands/mimei/release.js')).release,
  'mimei restore': async () => (await import('./commands/mimei/restore.js')).restore,
  'mimei log': async () => (await import('./commands/mimei/log.js')).log,
  'mimei diff': async () => (await import('./commands/mimei/diff.js')).diff,
  'mimei right': async () => (await import('./commands/mimei/right.js')).right,
  'mimei publish': async () => (await import('./commands/mimei/publish.js')).publish,
  'mimei unpublish': async () => (await import('./commands/mimei/unpublish.js')).unpublish,
  'mimei provide': async () => (await import('./commands/mimei/provide.js')).provide,
  'mimei unprovide': async () => (await import('./commands/mimei/unprovide.js')).unprovide,
  'mimei providers': async () => (await import('./commands/mimei/providers.js')).providers,
  'mimei sync': async () => (await import('./commands/mimei/sync.js')).sync,
  'mimei remove': async () => (await import('./commands/mimei/remove.js')).remove,
  'app upload': async () => (await import('./commands/app/upload.js')).upload,
  'app list': async () => (await import('./commands/app/list.js')).list,
  'app open': async () => (await import('./commands/app/open.js')).open,
  key: async () => (await import('./commands/key.js')).key,
  passport: async () => (await import('./commands/passport.js')).passport,
  'passport verify': async () => (await import('./commands/passport.js')).verify,
}

async function databaseCommands(): Promise<Command[]> {
  const { databaseCommand, databaseNames } = await import('./commands/db.js')
  return databaseNames.map((name) => databaseCommand(name))
}

/** Every command, in the order of the help. */
export async function allCommands(): Promise<Command[]> {
  const own = await Promise.all(Object.values(loaders).map((load) => load()))
  return [...own, ...(await databaseCommands())]
}

/** The commands whose names begin with a word. */
export async function commandsOf(group: string): Promise<Command[]> {
  return (await allCommands()).filter(({ name }) => name.split(' ')[0] === group)
}

/** The command that the first words name, and the words behind it. @throws UsageError */
export async function findCommand(
  words: readonly string[],
): Promise<{ command: Command; rest: readonly string[] }> {
  for (const count of [2, 1]) {
    const name = words.slice(0, count).join(' ')
    if (words.length >= count && Object.hasOwn(loaders, name)) {
      return { command: await loaders[name](), rest: words.slice(count) }
    }
  }
  const called = words.slice(0, 2).join(' ')
  if (words[0] === 'db') {
    const command = (await databaseCommands()).find(({ name }) => name === called)
    if (command !== undefined) return { command, rest: words.slice(2) }
  }
  const group = (await commandsOf(words[0])).length > 0 ? ` ${words[0]}` : ''
  throw new UsageError(`there is no command "${called}"; see leither${group} --help`)
}
