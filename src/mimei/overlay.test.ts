import { expect, it } from 'vitest'
import { fromText, toText } from '#base'
import { memoryDisk } from '#world'
import { openOverlay, openOverlays, type Overlay } from './overlay.js'

const idOf = (unit: number): Uint8Array => new Uint8Array(20).fill(unit)
const textOf = (value: Uint8Array | null): string => (value === null ? 'removed' : toText(value))

async function contentOf(overlay: Overlay): Promise<string[]> {
  const all: string[] = []
  for await (const [key, value] of overlay.scan()) all.push(`${toText(key)}=${textOf(value)}`)
  return all
}

it('opens the overlays of many units as it opens each alone', async () => {
  const disk = memoryDisk()
  // Few entries are read past, many are jumped over; a unit without changes lies between.
  const sizes = [0, 1, 31, 32, 33, 0, 200, 5]
  const expected: string[][] = []
  for (const [unit, size] of sizes.entries()) {
    const overlay = await openOverlay(disk, idOf(unit))
    const write = async (generation: string, removed: number): Promise<void> => {
      const changes = Array.from({ length: size }, (_, i) => ({
        key: fromText(`${generation}/${1000 + i}`),
        value: i < removed ? undefined : fromText(`${unit}`),
      }))
      await overlay.write(changes)
    }
    await write('settled', 0)
    const backup = overlay.freeze()
    await write('kept', 3)
    // A node may end here: the batch is written, the dead generation not swept.
    await disk.write(backup.settle())
    expected.push(
      Array.from({ length: size }, (_, i) => `kept/${1000 + i}=${i < 3 ? 'removed' : unit}`),
    )
  }
  const together = await openOverlays(disk)
  for (const [unit, entries] of expected.entries()) {
    const overlay = together(idOf(unit))
    expect(overlay.isEmpty()).toBe(entries.length === 0)
    expect(await contentOf(overlay)).toEqual(entries)
    await overlay.swept()
    expect(await contentOf(await openOverlay(disk, idOf(unit)))).toEqual(entries)
  }
})
