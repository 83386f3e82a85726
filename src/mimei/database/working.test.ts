import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Change, type Disk, memoryDisk } from '#world'
import { openOverlay } from '../overlay.js'
import { type Command, answerOf, anyCommand, contentOf } from './commands.contract.js'
import type { Transaction } from './database.js'
import { Model } from './model.contract.js'
import { openVersionDatabase } from './version.js'
import { Workbench, unitId } from './workbench.contract.js'

type Step =
  | { do: 'command'; command: Command }
  | { do: 'begin' | 'commit' | 'rollback'; at: number }
  | { do: 'inside'; at: number; command: Command }
  | { do: 'backup' | 'failed backup'; command: Command }
  | { do: 'together'; commands: Command[] }

const slots = 3
const at = fc.nat(slots - 1)
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 24, arbitrary: anyCommand.map((command): Step => ({ do: 'command', command })) },
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant('inside' as const), at, command: anyCommand }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom('begin' as const, 'commit' as const), at }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('rollback' as const), at }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom('backup' as const, 'failed backup' as const),
      command: anyCommand,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('together' as const),
      commands: fc.array(anyCommand, { maxLength: 5 }),
    }),
  },
)

interface Open {
  readonly transaction: Transaction
  readonly model: Model
  /** names that others wrote since it began */
  readonly others: Set<string>
}

/** A bench, the model of what it holds, and transactions on both. */
class Play {
  readonly model = new Model()
  readonly open: (Open | undefined)[] = []

  constructor(readonly bench: Workbench) {}

  async step(step: Step): Promise<void> {
    switch (step.do) {
      case 'command':
        return this.command(step.command)
      case 'backup':
        await this.bench.backup(() => this.command(step.command))
        return
      case 'failed backup':
        return this.bench.failedBackup(() => this.command(step.command))
      case 'together':
        return this.together(step.commands)
      case 'begin':
        return this.begin(step.at)
    }
    const open = this.open[step.at]
    if (open === undefined) return
    if (step.do === 'inside') return this.same(open.transaction, open.model, step.command)
    if (step.do === 'commit') return this.commit(step.at, open)
    open.transaction.rollback()
    this.open[step.at] = undefined
  }

  private async same(target: object, model: Model, command: Command): Promise<void> {
    const expected = await answerOf(model, command)
    expect({ command, answer: await answerOf(target, command) }).toEqual({
      command,
      answer: expected,
    })
  }

  private async command(command: Command): Promise<void> {
    this.model.touched.clear()
    await this.same(this.bench.database, this.model, command)
    this.tellOthers(this.model.touched)
  }

  /** Commands that nobody waits for, one after another; ranges are removed when they come to it. */
  private async together(commands: Command[]): Promise<void> {
    const swift = commands.filter(({ name }) => name !== 'clear' && name !== 'zremrangebyscore')
    this.model.touched.clear()
    const expected = swift.map((command) => answerOf(this.model, command))
    const answers = swift.map((command) => answerOf(this.bench.database, command))
    expect(await Promise.all(answers)).toEqual(await Promise.all(expected))
    this.tellOthers(this.model.touched)
  }

  private tellOthers(names: ReadonlySet<string>): void {
    for (const open of this.open) for (const name of names) open?.others.add(name)
  }

  private begin(slot: number): void {
    this.open[slot]?.transaction.rollback()
    const transaction = this.bench.database.begin(1000)
    this.open[slot] = { transaction, model: this.model.clone(), others: new Set() }
  }

  private async commit(slot: number, { transaction, model, others }: Open): Promise<void> {
    this.open[slot] = undefined
    const conflict = [...model.touched].some((name) => others.has(name))
    const outcome = await transaction.commit().then(
      () => 'done',
      (error) => error.code,
    )
    expect(outcome).toBe(conflict ? 'TRANSACTION_CONFLICT' : 'done')
    if (conflict) return
    for (const name of model.touched) this.model.adopt(name, model)
    this.tellOthers(model.touched)
  }
}

describe('the database of a working copy', () => {
  it('answers as the model, with backups and transactions in between', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyStep, { minLength: 30, maxLength: 80, size: 'max' }),
        async (steps) => {
          const play = new Play(await Workbench.open())
          for (const step of steps) await play.step(step)
          const expected = await contentOf(play.model)
          expect(await contentOf(play.bench.database)).toEqual(expected)
          for (const open of play.open) {
            if (open !== undefined)
              expect(await contentOf(open.transaction)).toEqual(await contentOf(open.model))
          }
          const root = await play.bench.backup()
          expect(await contentOf(play.bench.database)).toEqual(expected)
          const version = openVersionDatabase({ blocks: play.bench.blocks, root })
          expect(await contentOf(version)).toEqual(expected)
          await play.bench.overlay.swept()
          const reopened = await openOverlay(play.bench.disk, unitId)
          expect(reopened.isEmpty()).toBe(true)
        },
      ),
      { numRuns: 150 },
    )
  }, 120_000)

  it('loses nothing that was acknowledged, whenever the power fails', async () => {
    const anyMoment = fc.oneof(
      { weight: 5, arbitrary: anyCommand },
      { weight: 1, arbitrary: fc.constantFrom('backup' as const, 'failed backup' as const) },
    )
    const anyLife = fc.array(anyMoment, { minLength: 10, maxLength: 20 })
    await fc.assert(
      fc.asyncProperty(anyLife, async (moments) => {
        const inner = memoryDisk()
        const crashes: { disk: Promise<Disk>; before: unknown }[] = []
        let before: unknown
        const disk: Disk = {
          ...inner,
          write(...call) {
            const written = inner.write(...call)
            crashes.push({ disk: copyOf(inner), before })
            return written
          },
        }
        const bench = await Workbench.open(disk)
        for (const moment of moments) {
          before = await contentOf(bench.database)
          crashes.length = 0
          if (moment === 'backup') await bench.backup()
          else if (moment === 'failed backup') await bench.failedBackup()
          else await answerOf(bench.database, moment)
          await bench.overlay.swept()
          const after = await contentOf(bench.database)
          for (const crash of crashes) {
            const reopened = await Workbench.open(await crash.disk)
            const found = await contentOf(reopened.database)
            // What was not acknowledged may be there or not, but whole.
            expect([crash.before, after]).toContainEqual(found)
          }
        }
      }),
      { numRuns: 25 },
    )
  }, 60_000)
})

async function copyOf(disk: Disk): Promise<Disk> {
  const copy = memoryDisk()
  const changes: Change[] = []
  for await (const [key, value] of disk.scan({})) changes.push({ key, value })
  await copy.write(changes)
  return copy
}
