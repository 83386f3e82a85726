/** The smallest thing that can be watched: a value, and those who want to know when it changes. */
import { useEffect, useState } from 'preact/hooks'

export interface Store<T> {
  get(): T
  set(next: T): void
  change(make: (now: T) => T): void
  /** @returns a function that stops it */
  watch(listener: (now: T) => void): () => void
}

export function store<T>(initial: T): Store<T> {
  let value = initial
  const listeners = new Set<(now: T) => void>()
  const set = (next: T): void => {
    if (Object.is(next, value)) return
    value = next
    for (const listener of [...listeners]) listener(next)
  }
  return {
    get: () => value,
    set,
    change: (make) => set(make(value)),
    watch(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** The value of a store, now and whenever it changes. */
export function useStore<T>(source: Store<T>): T {
  const [value, setValue] = useState(source.get())
  useEffect(() => {
    // It may have changed between the first drawing and this effect.
    setValue(() => source.get())
    return source.watch((next) => setValue(() => next))
  }, [source])
  return value
}
