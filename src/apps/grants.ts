/**
 * What people let apps do, remembered so that they are asked once; in the store under
 * `keyspace.apps`: 0x01, user, app.
 */
import {
  afterPrefix,
  concat,
  decodeCbor,
  encodeCbor,
  fromText,
  type Id,
  type KeyId,
  toText,
} from '#base'
import { type Clock, type Disk, keyspace } from '#world'

/** One person's word to one app: it may act for them on its own units and on those named. */
export interface Grant {
  readonly units: readonly Id[]
  /** milliseconds since 1970 */
  readonly time: number
}

export interface Grants {
  /** undefined where the person was not asked yet */
  of(user: KeyId, app: string): Grant | undefined
  /** Grants, units beside those granted before; durable when resolved. */
  add(user: KeyId, app: string, units: readonly Id[]): Promise<Grant>
  /** Takes all back; durable when resolved. */
  remove(user: KeyId, app: string): Promise<void>
  /** Forgets what anybody let the app do. */
  forgetApp(app: string): Promise<void>
}

interface GrantParts {
  readonly disk: Pick<Disk, 'get' | 'scan' | 'write'>
  readonly clock: Pick<Clock, 'now'>
}

const prefix = Uint8Array.of(keyspace.apps, 0x01)
const keyOf = (user: KeyId, app: string): Uint8Array =>
  concat(prefix, fromText(user), fromText(app))

export function openGrants({ disk, clock }: GrantParts): Grants {
  const of = (user: KeyId, app: string): Grant | undefined => {
    const value = disk.get(keyOf(user, app))
    return value === undefined ? undefined : decodeCbor<Grant>(value)
  }
  return {
    of,
    async add(user, app, units) {
      const before = of(user, app)?.units ?? []
      const grant = { units: [...new Set([...before, ...units])].sort(), time: clock.now() }
      // One fsync, before anybody is told that the app is let in.
      await disk.write([{ key: keyOf(user, app), value: encodeCbor(grant) }])
      return grant
    },
    async remove(user, app) {
      await disk.write([{ key: keyOf(user, app), value: undefined }])
    },
    async forgetApp(app) {
      const changes: { key: Uint8Array; value: undefined }[] = []
      for await (const [key] of disk.scan({ from: prefix, to: afterPrefix(prefix) })) {
        if (toText(key).endsWith(app)) changes.push({ key, value: undefined })
      }
      await disk.write(changes)
    },
  }
}
