/** A unit's database with just enough around it to back up and restore. */
import { CID } from '#base'
import { type Blocks, openBlocks } from '#blocks'
import { type Change, type Disk, handClock, keyspace, memoryDisk, seededRandom } from '#world'
import { openOverlay, type Overlay } from '../overlay.js'
import { foldDatabase } from './fold.js'
import type { WorkingDatabase } from './sources.js'
import { openWorkingDatabase } from './working.js'

export const unitId = new Uint8Array(20).fill(7)
const rootKey = Uint8Array.of(keyspace.units, 1)

const rootRow = (root: CID | null): Change => ({ key: rootKey, value: root?.bytes })

export class Workbench {
  root: CID | null
  readonly clock = handClock()
  /** names that were told to have changed */
  readonly told: string[] = []
  readonly database: WorkingDatabase

  private constructor(
    readonly disk: Disk,
    readonly blocks: Blocks,
    readonly overlay: Overlay,
  ) {
    const stored = disk.get(rootKey)
    this.root = stored === undefined ? null : CID.decode(stored)
    this.database = openWorkingDatabase({
      blocks,
      overlay,
      clock: this.clock,
      random: seededRandom(1),
      root: () => this.root,
      onChange: (keys) => this.told.push(...keys),
    })
  }

  static async open(disk: Disk = memoryDisk()): Promise<Workbench> {
    return new Workbench(disk, openBlocks({ disk }), await openOverlay(disk, unitId))
  }

  /** @param during runs between freezing and settling */
  async backup(during?: () => Promise<void>): Promise<CID> {
    const frozen = this.overlay.freeze()
    const folding = foldDatabase(this.blocks, this.root, frozen)
    await during?.()
    const { root } = await folding
    await this.disk.write([rootRow(root), ...frozen.settle()])
    this.root = root
    frozen.settled()
    return root
  }

  async failedBackup(during?: () => Promise<void>): Promise<void> {
    const frozen = this.overlay.freeze()
    await foldDatabase(this.blocks, this.root, frozen)
    await during?.()
    frozen.thaw()
  }

  async restore(root: CID | null): Promise<void> {
    const dropped = this.overlay.drop()
    this.root = root
    this.database.reset()
    await this.disk.write([rootRow(root), ...dropped.settle()])
    dropped.settled()
  }
}
