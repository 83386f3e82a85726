/** The file tree against a plain model: whatever is done, both hold the same. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { fromText, toText } from '#base'
import { seededRandom } from '#world'
import type { Unit } from '../unit.js'
import { collect, openTestUnits, owner, slowDisk } from '../test-units.contract.js'
import type { FileTree } from './tree.js'

/** Path -> text of a file, or null for a directory. */
class Model {
  constructor(public nodes = new Map<string, string | null>()) {}

  copyOf(): Model {
    return new Model(new Map(this.nodes))
  }

  #is(path: string, type: 'file' | 'directory'): boolean {
    if (path === '') return type === 'directory'
    const node = this.nodes.get(path)
    return node !== undefined && (node === null) === (type === 'directory')
  }

  /** Makes the directories on the way; false where a file is in it. */
  #parents(path: string): boolean {
    const names = path.split('/').slice(0, -1)
    const ways = names.map((_, i) => names.slice(0, i + 1).join('/'))
    if (ways.some((way) => this.#is(way, 'file'))) return false
    for (const way of ways) this.nodes.set(way, null)
    return true
  }

  write(path: string, text: string): boolean {
    if (this.#is(path, 'directory') || !this.#parents(path)) return false
    this.nodes.set(path, text)
    return true
  }

  append(path: string, text: string): boolean {
    const old = this.nodes.get(path)
    return this.write(path, (old ?? '') + text)
  }

  truncate(path: string, size: number): boolean {
    const old = this.nodes.get(path)
    if (typeof old !== 'string') return false
    return this.write(path, old.slice(0, size).padEnd(size, '\0'))
  }

  mkdir(path: string): boolean {
    if (this.#is(path, 'file') || !this.#parents(path)) return false
    this.nodes.set(path, null)
    return true
  }

  #below(path: string): string[] {
    return [...this.nodes.keys()].filter((key) => key.startsWith(`${path}/`))
  }

  remove(path: string, recursive: boolean): boolean {
    if (!this.nodes.has(path)) return false
    const below = this.#below(path)
    if (below.length > 0 && !recursive) return false
    for (const key of [path, ...below]) this.nodes.delete(key)
    return true
  }

  copy(from: string, to: string): boolean {
    const source = this.nodes.get(from)
    if (source === undefined) return false
    if (from === to) return true
    const target = this.nodes.get(to)
    if (target !== undefined && (source === null || target === null)) return false
    if (`${to}/`.startsWith(`${from}/`)) return false
    const copied = [from, ...this.#below(from)].map((key) => [key, this.nodes.get(key)] as const)
    if (!this.#parents(to)) return false
    for (const [key, node] of copied) this.nodes.set(to + key.slice(from.length), node ?? null)
    return true
  }

  rename(from: string, to: string): boolean {
    if (!this.copy(from, to)) return false
    return from === to || this.remove(from, true)
  }
}

type Step =
  | { readonly do: 'write' | 'append'; readonly path: string; readonly text: string }
  | { readonly do: 'mkdir'; readonly path: string }
  | { readonly do: 'truncate'; readonly path: string; readonly size: number }
  | { readonly do: 'remove'; readonly path: string; readonly recursive: boolean }
  | { readonly do: 'rename' | 'copy'; readonly path: string; readonly to: string }
  | { readonly do: 'backup' | 'reopen' | 'beside' }
  | { readonly do: 'restore'; readonly back: number }

const path = fc
  .array(fc.constantFrom('a', 'b', 'é', 'a.b'), { minLength: 1, maxLength: 3 })
  .map((names) => names.join('/'))
const text = fc.string({ maxLength: 5 }).map((text) => toText(fromText(text)).replace(/\W/g, '.'))

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('write' as const), path, text }) },
  fc.record({ do: fc.constant('append' as const), path, text }),
  fc.record({ do: fc.constant('truncate' as const), path, size: fc.nat(6) }),
  { weight: 2, arbitrary: fc.record({ do: fc.constant('mkdir' as const), path }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('remove' as const), path, recursive: fc.boolean() }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom('rename' as const, 'copy' as const),
      path,
      to: path,
    }),
  },
  { weight: 2, arbitrary: fc.constant({ do: 'backup' as const }) },
  fc.constantFrom<Step>({ do: 'reopen' }, { do: 'beside' }),
  fc.record({ do: fc.constant('restore' as const), back: fc.nat(3) }),
)

async function contentOf(tree: FileTree): Promise<Map<string, string | null>> {
  const found = new Map<string, string | null>()
  const open = ['']
  for (let directory = open.pop(); directory !== undefined; directory = open.pop()) {
    for await (const entry of tree.list(directory)) {
      const { path, name, type } = entry
      expect(await tree.stat(path)).toMatchObject({ path, name, type })
      if (entry.type === 'directory') open.push(entry.path)
      const bytes = entry.type === 'file' ? await collect(tree.read(entry.path)) : undefined
      const content = bytes === undefined ? null : bytes.map(toText).join('')
      if (content !== null) expect(entry.size).toBe(fromText(content).length)
      found.set(entry.path, content)
    }
  }
  return found
}

const sorted = (nodes: Map<string, string | null>): [string, string | null][] =>
  [...nodes].sort(([a], [b]) => (a < b ? -1 : 1))

function applyToModel(model: Model, step: Step): boolean {
  switch (step.do) {
    case 'write':
    case 'append':
      return model[step.do](step.path, step.text)
    case 'truncate':
      return model.truncate(step.path, step.size)
    case 'mkdir':
      return model.mkdir(step.path)
    case 'remove':
      return model.remove(step.path, step.recursive)
    case 'rename':
    case 'copy':
      return model[step.do](step.path, step.to)
    default:
      return true
  }
}

async function applyToTree(tree: FileTree, step: Step): Promise<unknown> {
  switch (step.do) {
    case 'write':
    case 'append':
      return tree[step.do](step.path, fromText(step.text))
    case 'truncate':
      return tree.truncate(step.path, step.size)
    case 'mkdir':
      return tree.mkdir(step.path)
    case 'remove':
      return tree.remove(step.path, step.recursive)
    case 'rename':
    case 'copy':
      return tree[step.do](step.path, step.to)
    default:
      return undefined
  }
}

it('holds what a plain model holds, in cur and in every version', { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 5, maxLength: 30 }),
      fc.nat(),
      async (steps, seed) => {
        const random = seededRandom(seed)
        const disk = slowDisk(() => random.bytes(1)[0] % 3)
        let unit: Unit = await (
          await openTestUnits(disk)
        ).units.create(owner, {
          mark: 'm',
          kind: 'file',
        })
        let model = new Model()
        const versions = [new Model()]
        let backing: Promise<unknown> = Promise.resolve()
        for (const step of steps) {
          if (step.do === 'beside') {
            // The steps that follow run while the backup does.
            await backing
            const frozen = model.copyOf()
            backing = unit.backup(owner).then(({ number }) => (versions[number] = frozen))
          }
          if (step.do === 'backup' || step.do === 'reopen' || step.do === 'restore') await backing
          if (step.do === 'backup') versions[(await unit.backup(owner)).number] = model.copyOf()
          if (step.do === 'reopen') unit = (await openTestUnits(disk)).units.get(unit.mid)
          if (step.do === 'restore') {
            const number = Math.max(0, unit.versions().length - step.back)
            await unit.restore(number)
            model = versions[number].copyOf()
          }
          const before = model.copyOf()
          const possible = applyToModel(model, step)
          if (!possible) model = before
          const done = applyToTree(unit.files(), step)
          if (possible) await done
          else await expect(done).rejects.toMatchObject({ code: expect.any(String) })
          expect(sorted(await contentOf(unit.files()))).toEqual(sorted(model.nodes))
        }
        await backing
        expect(sorted(await contentOf(unit.files()))).toEqual(sorted(model.nodes))
        for (const { number, size } of unit.versions()) {
          const nodes = await contentOf(unit.files(number))
          expect(sorted(nodes)).toEqual(sorted(versions[number].nodes))
          const bytes = [...nodes.values()].map((text) => fromText(text ?? '').length)
          expect(size).toBe(bytes.reduce((sum, one) => sum + one, 0))
        }
      },
    ),
    { numRuns: 60 },
  )
})

it('holds what a plain model holds while backups never rest', { timeout: 60_000 }, async () => {
  const plain = fc
    .array(step, { minLength: 60, maxLength: 200, size: 'max' })
    .map((all) => all.filter((one) => !['backup', 'beside', 'reopen', 'restore'].includes(one.do)))
  await fc.assert(
    fc.asyncProperty(plain, fc.nat(), async (steps, seed) => {
      const random = seededRandom(seed)
      const { units, blocks } = await openTestUnits(slowDisk(() => random.bytes(1)[0] % 2))
      const { get } = blocks
      // Reading takes its time as well, so that a backup may end anywhere in a step.
      blocks.get = async (cid) => {
        for (let left = random.bytes(1)[0] % 4; left > 0; left--) {
          await new Promise((resolve) => setImmediate(resolve))
        }
        return get(cid)
      }
      const unit = await units.create(owner, { mark: 'm', kind: 'file' })
      let done = false
      const backups = (async () => {
        while (!done) await unit.backup(owner)
      })()
      let model = new Model()
      for (const step of steps) {
        const before = model.copyOf()
        const possible = applyToModel(model, step)
        if (!possible) model = before
        const doing = applyToTree(unit.files(), step).then(
          () => true,
          () => false,
        )
        expect(await doing).toBe(possible)
      }
      done = true
      await backups
      expect(sorted(await contentOf(unit.files()))).toEqual(sorted(model.nodes))
      await unit.backup(owner)
      expect(sorted(await contentOf(unit.files('last')))).toEqual(sorted(model.nodes))
    }),
    // Shrinking what depends on the moment takes long and finds little.
    { numRuns: 30, endOnFailure: true },
  )
})
