import { concat } from '#base'
import type { Files } from '../disk.js'
import { FileMissing } from '../errors.js'
import { checkFileName } from '../file-name.js'

/**
 * The file half of a memory disk.
 * @param check throws once the disk is closed
 * @param take takes room in bytes, or gives it back where negative; throws on a full disk
 */
export function memoryFiles(check: () => void, take: (bytes: number) => void): Files {
  const files = new Map<string, Uint8Array>()
  const checkName = (name: string): void => {
    check()
    checkFileName(name)
  }
  const sizeOf = (name: string): number => files.get(name)?.length ?? 0
  return {
    async write(name, content) {
      checkName(name)
      const whole = await wholeOf(content)
      take(whole.length - sizeOf(name))
      files.set(name, whole)
      return whole.length
    },
    async writeAll(list) {
      const contents = new Map(list.map(({ name, content }) => [name, content]))
      for (const name of contents.keys()) checkName(name)
      let added = 0
      for (const [name, content] of contents) added += content.length - sizeOf(name)
      take(added)
      for (const [name, content] of contents) files.set(name, content)
    },
    async read(name) {
      checkName(name)
      return files.get(name)
    },
    async *stream(name, range = {}) {
      checkName(name)
      const content = files.get(name)
      if (content === undefined) throw new FileMissing(name)
      const { start = 0, end = content.length } = range
      const piece = content.subarray(Math.max(0, start), Math.max(0, end))
      if (piece.length > 0) yield piece
    },
    async size(name) {
      checkName(name)
      return files.get(name)?.length
    },
    async remove(name) {
      checkName(name)
      take(-sizeOf(name))
      files.delete(name)
    },
    async *list(folder) {
      const name = folder.endsWith('/') ? folder.slice(0, -1) : folder
      if (name === '') check()
      else checkName(name)
      const prefix = name === '' ? '' : `${name}/`
      for (const found of [...files.keys()]) if (found.startsWith(prefix)) yield found
    },
  }
}

async function wholeOf(content: Uint8Array | AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  if (content instanceof Uint8Array) return content
  const parts: Uint8Array[] = []
  for await (const part of content) parts.push(part)
  return concat(...parts)
}
