/** New passwords, from a person or from the environment. */
import { UsageError } from './errors.js'
import type { Terminal } from './terminal.js'

/** @param who whose it is @throws UsageError where the two differ */
export async function newPassword(terminal: Terminal, who: string): Promise<string> {
  const given = process.env.LEITHER_NEW_PASSWORD ?? process.env.LEITHER_PASSWORD
  if (given !== undefined) return given
  const password = await terminal.askSecret(`New password of ${who}: `)
  const again = await terminal.askSecret('Once more: ')
  if (password !== again) throw new UsageError('the two passwords differ; nothing was changed')
  return password
}

/** The password that is in use. */
export async function oldPassword(terminal: Terminal, who: string): Promise<string> {
  return process.env.LEITHER_PASSWORD ?? (await terminal.askSecret(`Password of ${who}: `))
}
