/**
 * What the node said, by key, kept while a screen shows it or may come back to it. A key that is
 * refreshed keeps its old value until the new one is there: lists change in place, nothing jumps.
 */
import { useEffect, useState } from 'preact/hooks'

export interface Loaded<T> {
  readonly value: T | undefined
  readonly error: unknown
  readonly loading: boolean
  reload(): void
}

interface Entry {
  value: unknown
  error: unknown
  loading: boolean
  stale: boolean
  load: () => Promise<unknown>
  readonly watchers: Set<() => void>
}

/** Keys that no screen shows are forgotten, oldest first, beyond this many. */
const kept = 200
const entries = new Map<string, Entry>()

function entryOf(key: string, load: () => Promise<unknown>): Entry {
  const found = entries.get(key)
  if (found !== undefined) return found
  const made: Entry = {
    value: undefined,
    error: undefined,
    loading: false,
    stale: true,
    load,
    watchers: new Set(),
  }
  entries.set(key, made)
  for (const [old, entry] of entries) {
    if (entries.size <= kept) break
    if (entry.watchers.size === 0 && old !== key) entries.delete(old)
  }
  return made
}

const tell = (entry: Entry): void => {
  for (const watcher of [...entry.watchers]) watcher()
}

async function fetchInto(entry: Entry): Promise<void> {
  if (entry.loading) return
  entry.loading = true
  entry.stale = false
  try {
    entry.value = await entry.load()
    entry.error = undefined
  } catch (error) {
    entry.error = error
  }
  entry.loading = false
  // Something changed while the answer was on its way.
  if (entry.stale && entry.watchers.size > 0) void fetchInto(entry)
  tell(entry)
}

/**
 * Shows what is behind a key, loading it when needed.
 * @param key undefined while it is not known what to load
 * @param load asks the node; the same for the same key
 */
export function useData<T>(key: string | undefined, load: () => Promise<T>): Loaded<T> {
  const [, draw] = useState(0)
  const entry = key === undefined ? undefined : entryOf(key, load)
  if (entry !== undefined) entry.load = load
  useEffect(() => {
    if (entry === undefined) return
    const watcher = (): void => draw((count) => count + 1)
    entry.watchers.add(watcher)
    if (entry.stale && !entry.loading) {
      void fetchInto(entry)
      watcher()
    }
    return () => void entry.watchers.delete(watcher)
  }, [entry])
  return {
    value: entry?.value as T | undefined,
    error: entry?.error,
    loading: entry === undefined || entry.loading || entry.stale,
    reload: () => {
      if (entry !== undefined) void fetchInto(entry).then(() => tell(entry))
    },
  }
}

/** Asks again for every key that starts so: now where a screen shows it, else when one will. */
export function refresh(prefix: string): void {
  for (const [key, entry] of entries) {
    if (!key.startsWith(prefix)) continue
    entry.stale = true
    if (entry.watchers.size > 0) void fetchInto(entry)
  }
}

/** Changes a shown value at once, ahead of the node's answer. */
export function amend<T>(key: string, make: (now: T) => T): void {
  const entry = entries.get(key)
  if (entry?.value === undefined) return
  entry.value = make(entry.value as T)
  tell(entry)
}

/** Forgets everything: another person signs in. */
export function forgetAll(): void {
  entries.clear()
}
