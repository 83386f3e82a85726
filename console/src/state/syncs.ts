/** Units that are on their way to this node. */
import type { ApiProgress } from 'leither/client'
import { call } from './node'
import { store } from './store'
import { t } from '../texts/texts'
import { shortId, size } from '../texts/format'

export interface Sync {
  readonly id: number
  readonly mid: string
  readonly title: string
  readonly state: 'running' | 'done' | 'failed'
  readonly progress?: ApiProgress
  readonly bytes: string
  readonly error?: unknown
}

export const syncs = store<readonly Sync[]>([])
let nextId = 1

const update = (id: number, changes: Partial<Sync>): void =>
  syncs.change((all) => all.map((sync) => (sync.id === id ? { ...sync, ...changes } : sync)))

export const dismissSync = (id: number): void =>
  syncs.change((all) => all.filter((sync) => sync.id !== id))

/**
 * Brings a unit here, with progress; it never rejects.
 * @param from address or id of a node to ask first
 * @param keep hold it from now on, with each new version
 */
export async function bring(mid: string, from: string | undefined, keep: boolean): Promise<void> {
  const id = nextId++
  const title = t.sync.title(shortId(mid))
  syncs.change((all) => [...all, { id, mid, title, state: 'running', bytes: '' }])
  const onProgress = (progress: ApiProgress): void => update(id, { progress })
  const source = from === undefined ? { mid } : { mid, from }
  try {
    const { bytes } = await call('mimei.sync', source, { onProgress })
    if (keep) await call('mimei.provide', source, { onProgress })
    const { mark } = await call('mimei.show', { mid })
    update(id, { state: 'done', bytes: size(bytes), title: t.sync.doneTitle(mark) })
  } catch (error) {
    update(id, { state: 'failed', error })
  }
}
