/** Nodes for tests: the real parts on a disk and a network in memory. */
import { type MethodName, methods, type Params, type Result } from '#api'
import { makeKey, signPassport, type Key, type PassportWords } from '#identity'
import {
  type Disk,
  handClock,
  type HandClock,
  memoryDisk,
  memoryLog,
  type MemoryNetwork,
  seededRandom,
  type Wire,
} from '#world'
import { type CallContext, type Caller, createNode, type RunningNode } from './index.js'

export const password = 'correct horse battery'

export const guest: Caller = {
  sid: undefined,
  address: '192.0.2.7',
  local: false,
  origin: undefined,
}
export const localGuest: Caller = { ...guest, address: '127.0.0.1', local: true }

/** A call whose result is checked against the contract. */
export type Ask = <M extends MethodName>(
  name: M,
  params?: Params<M>,
  context?: Partial<CallContext>,
) => Promise<Result<M>>

export interface Scene {
  readonly node: RunningNode
  readonly key: Key
  readonly disk: Disk
  readonly clock: HandClock
  readonly random: ReturnType<typeof seededRandom>
  readonly log: ReturnType<typeof memoryLog>
  readonly as: (who: Caller | string) => Ask
  /** sid of the owner, claimed from this machine */
  readonly claim: () => Promise<string>
  /** sid of a user that the owner adds */
  readonly addUser: (owner: string, name: string) => Promise<string>
  /** sid of a session by passport */
  readonly show: (key: Key, words?: Partial<PassportWords>) => Promise<string>
}

export interface SceneOptions {
  readonly seed?: number
  readonly disk?: Disk
  readonly clock?: HandClock
  readonly key?: Key
  readonly claimCode?: string
  readonly address?: string
  readonly network?: MemoryNetwork | 'later'
}

function asker(node: RunningNode): Scene['as'] {
  return (who) => async (name, params, context) => {
    const caller = typeof who === 'string' ? { ...guest, sid: who } : who
    const result = await node.call(name, params, { caller, ...context })
    // The contract is what is promised: a result must be exactly of its shape.
    expectShape(name, result)
    return result
  }
}

function expectShape(name: MethodName, result: unknown): void {
  const read = methods[name].result.safeParse(result)
  if (!read.success) throw new Error(`result of ${name}: ${read.error.message}`)
  const extra = Object.keys(result as object).filter(
    (field) => !Object.hasOwn(read.data as object, field),
  )
  if (extra.length > 0) throw new Error(`result of ${name} has more: ${extra.join(' ')}`)
}

export function passportOf(key: Key, words: Partial<PassportWords>, now: number): string {
  return signPassport(key, {
    certFor: 'self',
    node: null,
    bearer: null,
    units: [],
    signed: now,
    expires: now + 60_000,
    ...words,
  })
}

export async function makeScene(options: SceneOptions = {}): Promise<Scene> {
  const random = seededRandom(options.seed ?? 1)
  const { disk = memoryDisk(), clock = handClock(), key = makeKey(random) } = options
  const log = memoryLog()
  const node = await createNode(
    {
      key,
      name: 'test node',
      version: '1.2.3',
      address: options.address ?? 'http://localhost:4800/',
      network: options.network !== undefined,
      ...(options.claimCode === undefined ? {} : { claimCode: options.claimCode }),
    },
    { disk, clock, random, log, wire: undefined },
  )
  if (typeof options.network === 'object') {
    const wire: Wire = options.network.join({
      records: node.recordRules,
      publicKey: key.publicKey,
    })
    await node.attachWire(wire)
  }
  const as = asker(node)
  return {
    node,
    key,
    disk,
    clock,
    random,
    log,
    as,
    claim: async () => (await as(localGuest)('user.claim', { name: 'Ann', password })).sid,
    async addUser(owner, name) {
      await as(owner)('user.add', { name, password })
      return (await as(guest)('session.login', { name, password })).sid
    },
    async show(signer, words = {}) {
      const passport = passportOf(signer, words, clock.now())
      return (await as(guest)('session.passport', { passport })).sid
    },
  }
}
