import { compare, concat, toHex } from '#base'
import type { Disk, Entry, Files, ScanRange } from '../disk.js'
import { DiskClosed, DiskFull, FileMissing } from '../errors.js'

export interface MemoryDiskOptions {
  /** bytes it holds before it says that it is full */
  readonly capacity?: number
}

/** A Disk that forgets: for tests and simulators. */
export function memoryDisk(options: MemoryDiskOptions = {}): Disk {
  const capacity = options.capacity ?? Infinity
  const values = new Map<string, Entry>()
  const files = new Map<string, Uint8Array>()
  let closed = false
  let used = 0

  const check = (): void => {
    if (closed) throw new DiskClosed()
  }
  const reserve = (bytes: number): void => {
    if (used + bytes > capacity) throw new DiskFull(Math.max(0, capacity - used))
    used += bytes
  }
  const within = ({ from, to }: ScanRange, key: Uint8Array): boolean =>
    (from === undefined || compare(key, from) >= 0) && (to === undefined || compare(key, to) < 0)

  return {
    get(key) {
      check()
      return values.get(toHex(key))?.[1]
    },
    async write(changes) {
      check()
      let added = 0
      for (const { key, value } of changes) added += value === undefined ? 0 : key.length + value.length
      reserve(added)
      for (const { key, value } of changes) {
        if (value === undefined) values.delete(toHex(key))
        else values.set(toHex(key), [key, value])
      }
    },
    scan(range) {
      check()
      const entries = [...values.values()].filter(([key]) => within(range, key))
      entries.sort((a, b) => compare(a[0], b[0]))
      if (range.reverse === true) entries.reverse()
      return (async function* () {
        yield* entries.slice(0, range.limit ?? entries.length)
      })()
    },
    files: memoryFiles(files, check, reserve),
    flush: async () => check(),
    usage: async () => ({ usedBytes: used, freeBytes: capacity - used }),
    close: async () => {
      closed = true
    },
  }
}

function memoryFiles(
  files: Map<string, Uint8Array>,
  check: () => void,
  reserve: (bytes: number) => void,
): Files {
  const write: Files['write'] = async (name, content) => {
    check()
    const parts: Uint8Array[] = []
    if (content instanceof Uint8Array) parts.push(content)
    else for await (const part of content) parts.push(part)
    const whole = concat(...parts)
    reserve(whole.length)
    files.set(name, whole)
    return whole.length
  }
  return {
    write,
    async writeAll(list) {
      for (const { name, content } of list) await write(name, content)
    },
    async read(name) {
      check()
      return files.get(name)
    },
    async *stream(name, range = {}) {
      check()
      const content = files.get(name)
      if (content === undefined) throw new FileMissing(name)
      yield content.subarray(range.start ?? 0, range.end)
    },
    async size(name) {
      check()
      return files.get(name)?.length
    },
    async remove(name) {
      check()
      files.delete(name)
    },
    async *list(folder) {
      check()
      const prefix = folder.endsWith('/') ? folder : `${folder}/`
      for (const name of [...files.keys()]) if (name.startsWith(prefix)) yield name
    },
  }
}
