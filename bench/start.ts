/** Start-up to the first answered request, memory at rest, and what the desktop weighs. */
import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { type Figure, figure, median } from './figure.js'
import { startNode } from './node-process.js'

const rounds = 5
const restMillis = 10_000

/** Resident memory of a process, in MB (10^6 bytes). */
function residentMegabytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return (Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024) / 1e6
}

/** Starts of a node that has been there before: what its owner meets every day. */
async function startUp(): Promise<Figure> {
  const home = await mkdtemp(join(tmpdir(), 'leither-bench-'))
  const millis: number[] = []
  for (let round = 0; round <= rounds; round++) {
    const node = await startNode([], home)
    if (round > 0) millis.push(node.startMillis)
    await node.stop()
  }
  await rm(home, { recursive: true, force: true })
  return figure('start-up', median(millis), 'ms', 900)
}

async function idleMemory(): Promise<Figure> {
  const node = await startNode()
  await wait(restMillis)
  const megabytes = residentMegabytes(node.child.pid ?? 0)
  await node.stop()
  return figure('idle-rss', megabytes, 'MB', 120)
}

/** What a browser loads before the first screen: the page, its scripts and styles. */
function consoleLoad(): Figure {
  const folder = 'console/dist'
  const page = readFileSync(join(folder, 'index.html'), 'utf8')
  const linked = [...page.matchAll(/(?:src|href)="\/?([^"]+\.(?:js|css))"/g)].map(
    ([, path]) => path,
  )
  const all = new Set(['index.html', ...linked])
  let bytes = 0
  for (const path of all) bytes += gzipSync(readFileSync(join(folder, path))).length
  if (readdirSync(folder).length === 0) throw new Error('build the desktop first: npm run build')
  return figure('console-load', bytes / 1000, 'KB', 200)
}

export async function startFigures(): Promise<Figure[]> {
  return [await startUp(), await idleMemory(), consoleLoad()]
}
