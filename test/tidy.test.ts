/** The house rules, checked: imports as docs/ARCHITECTURE.md draws them, sizes, doors, dead files. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const src = join(root, 'src')

interface Row {
  folder: string
  mayImport: string[]
  libraries: string[]
}

const words = (cell: string): string[] =>
  cell.split(/\s+/).filter((word) => word !== '' && word !== '-')

function readTable(): Row[] {
  const text = readFileSync(join(root, 'docs/ARCHITECTURE.md'), 'utf8')
  const rows = text
    .split('\n')
    .filter((line) => /^\| [a-z]+ \|/.test(line) && !line.startsWith('| folder'))
  return rows.map((line) => {
    const cells = line.split('|').map((cell) => cell.trim())
    return { folder: cells[1], mayImport: words(cells[2]), libraries: words(cells[3]) }
  })
}

function filesUnder(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    return statSync(path).isDirectory() ? filesUnder(path) : [path]
  })
}

interface Source {
  path: string
  folder: string
  text: string
  imports: string[]
  isTest: boolean
}

const importPattern = /(?:\bfrom\s+|^import\s+|\bimport\s*\(\s*)'([^']+)'/gm

const table = readTable()
const sources: Source[] = filesUnder(src)
  .filter((path) => path.endsWith('.ts'))
  .map((path) => {
    const text = readFileSync(path, 'utf8')
    return {
      path: relative(root, path),
      folder: relative(src, path).split('/')[0],
      text,
      imports: [...text.matchAll(importPattern)].map(([, name]) => name),
      isTest: /\.(test|contract)\.ts$/.test(path),
    }
  })
const shipped = sources.filter(({ isTest }) => !isTest)

const libraryOf = (name: string): string =>
  name.startsWith('@') ? name.split('/').slice(0, 2).join('/') : name.split('/')[0]
const owns = (row: Row, library: string): boolean =>
  row.libraries.some(
    (own) => own === library || (own.endsWith('/*') && library.startsWith(own.slice(0, -1))),
  )
const isForeign = (name: string): boolean => !/^(\.|#|node:)/.test(name)

/** Node modules that are computation only. */
const pureNodeModules = new Set(['node:crypto', 'node:buffer', 'node:assert'])
/** Folders that live in the real world: `host` by design, `cli` at the terminal, `server` on a socket. */
const worldly = new Set(['host', 'cli', 'server'])

describe('the map', () => {
  it('has a row for every folder', () => {
    const folders = [...new Set(sources.map(({ folder }) => folder))].sort()
    expect(folders.filter((folder) => !table.some((row) => row.folder === folder))).toEqual([])
  })

  it('lets a row import only rows above it', () => {
    const order = table.map(({ folder }) => folder)
    const wrong = table.flatMap(({ folder, mayImport }) =>
      mayImport
        .filter((other) => !(order.indexOf(other) < order.indexOf(folder)))
        .map((o) => `${folder} -> ${o}`),
    )
    // `host` stands low in the world but late in the reading order.
    expect(wrong).toEqual([])
  })

  it('is what the code does', () => {
    const wrong = shipped.flatMap(({ path, folder, imports }) => {
      const row = table.find((candidate) => candidate.folder === folder)
      const own = (door: string): boolean => door === 'digest' && folder === 'base'
      return imports
        .filter((name) => name.startsWith('#'))
        .map((name) => name.slice(1))
        .filter((door) => !own(door) && !row?.mayImport.includes(door))
        .map((door) => `${path} imports #${door}`)
    })
    expect(wrong).toEqual([])
  })

  it('keeps relative imports inside their folder', () => {
    // A contract suite is there for every maker's test.
    const wrong = sources.flatMap(({ path, folder, imports, isTest }) =>
      imports
        .filter((name) => name.startsWith('.') && !(isTest && name.endsWith('.contract.js')))
        .filter((name) => {
          const target = relative(src, join(root, dirname(path), name))
          return target.split('/')[0] !== folder
        })
        .map((name) => `${path} imports ${name}`),
    )
    expect(wrong).toEqual([])
  })

  it('gives each library one owner', () => {
    const wrong = shipped.flatMap(({ path, folder, imports }) =>
      imports
        .filter(isForeign)
        .map(libraryOf)
        .filter((library) => !table.some((row) => row.folder === folder && owns(row, library)))
        .map((library) => `${path} imports ${library}`),
    )
    expect(wrong).toEqual([])
  })
})

describe('the doors', () => {
  it('name one file per folder, and each is there', () => {
    const { imports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      imports: Record<string, string | Record<string, string>>
    }
    const doors = Object.keys(imports).filter((door) => door !== '#digest')
    const folders = [...new Set(sources.map(({ folder }) => folder))]
    expect(doors.map((door) => door.slice(1)).sort()).toEqual(folders.sort())
    for (const door of doors) expect(imports[door]).toBe(`./dist/${door.slice(1)}/index.js`)
  })
})

describe('every file', () => {
  it('has at most 400 lines', () => {
    const long = sources.filter(({ text }) => text.split('\n').length > 401)
    expect(long.map(({ path }) => path)).toEqual([])
  })

  it('has lines of at most 100 columns', () => {
    const wide = sources.flatMap(({ path, text }) =>
      text.split('\n').flatMap((line, i) => ([...line].length > 100 ? [`${path}:${i + 1}`] : [])),
    )
    expect(wide).toEqual([])
  })

  it('is reached from a face or a test', () => {
    const reached = new Set(
      sources.flatMap(({ path, imports }) =>
        imports
          .filter((name) => name.startsWith('.'))
          .map((name) => relative(root, join(root, dirname(path), name)).replace(/\.js$/, '.ts')),
      ),
    )
    const isRoot = (path: string): boolean =>
      /^src\/[a-z]+\/(index|main|digest-\w+)\.ts$/.test(path)
    const dead = shipped.filter(({ path }) => !isRoot(path) && !reached.has(path))
    expect(dead.map(({ path }) => path)).toEqual([])
  })

  it('takes time, chance, files and sockets only by the doors', () => {
    const banned =
      /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bset(Timeout|Interval|Immediate)\(/
    const browserToo = new Set([...worldly, 'client'])
    const wrong = shipped.flatMap(({ path, folder, text, imports }) => {
      const nodeModules = imports.filter(
        (name) => name.startsWith('node:') && !pureNodeModules.has(name),
      )
      return [
        ...(!worldly.has(folder) && nodeModules.length > 0
          ? [`${path}: ${nodeModules.join(' ')}`]
          : []),
        ...(!browserToo.has(folder) && banned.test(text)
          ? [`${path}: ${banned.exec(text)?.[0]}`]
          : []),
      ]
    })
    expect(wrong).toEqual([])
  })

  it('has a name that says something', () => {
    const vague = /(^|\/)(utils?|helpers?|manager|common|misc)(\.ts|\/)/
    expect(sources.map(({ path }) => path).filter((path) => vague.test(path))).toEqual([])
  })

  it('holds no unfinished words and keeps the checkers on', () => {
    const unfinished =
      /\b(TODO|FIXME|XXX|HACK)\b|@ts-(ignore|expect-error|nocheck)|(ox|es)lint-disable|\bas any\b/
    const wrong = sources.filter(({ text }) => unfinished.test(text))
    expect(wrong.map(({ path }) => path)).toEqual([])
  })
})

describe('tests', () => {
  it('are all run', () => {
    const skipping = /\b(it|test|describe)\.(skip|only|todo)\b/
    const tests = [
      ...sources.filter(({ isTest }) => isTest).map(({ path }) => path),
      ...filesUnder(join(root, 'test')),
    ]
    expect(
      tests.filter(
        (path) =>
          path.endsWith('.ts') &&
          skipping.test(readFileSync(join(root, path.replace(root, '')), 'utf8')),
      ),
    ).toEqual([])
  })
})
