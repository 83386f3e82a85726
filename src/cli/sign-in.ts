/** Connects a command to its node: the one of this home, or another by address. */
import { WebSocket } from 'ws'
import { type Client, connect, type ConnectOptions } from '#client'
import { type Key, signPassport } from '#identity'
import { NodeNotRunning } from './errors.js'
import { isAlive, nodeKey, readKey, readNote } from './home.js'
import type { Terminal } from './terminal.js'

export interface SignInOptions {
  readonly home: string
  readonly node?: string
  readonly user?: string
  readonly key?: string
}

/** How long a passport that the command line signs for itself is valid. */
const passportMillis = 5 * 60 * 1000

const socketMaker = WebSocket as unknown as NonNullable<ConnectOptions['WebSocket']>

/** The loopback address where a name would be looked up first. */
const direct = (address: string): string => address.replace('//localhost', '//127.0.0.1')

/** Address of the node that runs on a home. @throws NodeNotRunning */
export function runningAddress(home: string): string {
  const note = readNote(home)
  if (note === undefined || !isAlive(note.pid)) throw new NodeNotRunning(home)
  return direct(note.address)
}

async function showPassport(client: Client, key: Key): Promise<void> {
  const { id } = await client.call('node.id')
  const signed = Date.now()
  const passport = signPassport(key, {
    certFor: 'self',
    node: id as Key['id'],
    bearer: null,
    units: [],
    signed,
    expires: signed + passportMillis,
  })
  await client.call('session.passport', { passport })
}

async function passwordOf(terminal: Terminal, name: string): Promise<string> {
  return process.env.LEITHER_PASSWORD ?? (await terminal.askSecret(`Password of ${name}: `))
}

/**
 * A client that is signed in: with a name, with a key file, or, on this machine, as the node.
 * A remote node without either is met as a guest.
 */
export async function signIn(options: SignInOptions, terminal: Terminal): Promise<Client> {
  const { home, node, user, key } = options
  const address = node === undefined ? runningAddress(home) : node
  const client = await connect({ address, WebSocket: socketMaker })
  try {
    if (user !== undefined) await client.login(user, await passwordOf(terminal, user))
    else if (key !== undefined) await showPassport(client, readKey(key))
    else if (node === undefined) await showPassport(client, nodeKey(home))
    return client
  } catch (error) {
    client.close()
    throw error
  }
}
