/** How much a volume still takes, and what its errors mean. */
import { DiskFull } from '#world'
import { diskError } from '../disk/failure.js'

export interface Room {
  /** @throws DiskFull where so many bytes more would not leave the reserve free */
  demand(bytes: number): void
  /** The same promise, its failures shown as the disk's. @param what such as `a file` */
  during<T>(what: string, action: Promise<T>): Promise<T>
}

/**
 * @param freeBytes bytes free on the volume now
 * @param reserveBytes bytes of the volume that are left free
 */
export const roomOf = (freeBytes: () => number, reserveBytes: number): Room => ({
  demand(bytes) {
    const free = freeBytes()
    if (free - bytes < reserveBytes) throw new DiskFull(free)
  },
  async during(what, action) {
    try {
      return await action
    } catch (error) {
      throw diskError(what, error, freeBytes())
    }
  },
})
