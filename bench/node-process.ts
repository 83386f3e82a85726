/** A real node in a process of its own, as a user starts it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface NodeProcess {
  readonly child: ChildProcess
  readonly home: string
  /** address of the desktop, such as `http://localhost:40123/` */
  readonly address: string
  /** milliseconds from the start of the process to its first answered request */
  readonly startMillis: number
  stop(): Promise<void>
}

const exited = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    if (child.exitCode !== null) resolve()
    else child.once('exit', () => resolve())
  })

function firstAddress(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    child.stdout?.on('data', (piece: Buffer) => {
      text += piece.toString()
      const found = /https?:\/\/[^\s"?#]+:\d+\/?/.exec(text)
      if (found !== null) resolve(found[0])
    })
    child.once('exit', (code) => reject(new Error(`the node ended with ${code}: ${text}`)))
  })
}

/** Starts a node on a fresh home (or the one given) and a free port. */
export async function startNode(
  args: readonly string[] = [],
  givenHome?: string,
): Promise<NodeProcess> {
  const home = givenHome ?? (await mkdtemp(join(tmpdir(), 'leither-bench-')))
  const began = performance.now()
  const command = ['bin/leither.js', 'start', '--home', home, '--port', '0', '--no-mdns', ...args]
  const child = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'inherit'] })
  const address = (await firstAddress(child)).replace(/\/?$/, '/')
  const answer = await fetch(`${address}api/node.id`, { method: 'POST', body: '{}' })
  await answer.text()
  const startMillis = performance.now() - began
  if (!answer.ok) throw new Error(`the node answered ${answer.status}`)
  return {
    child,
    home,
    address,
    startMillis,
    async stop() {
      child.kill('SIGTERM')
      await exited(child)
      if (givenHome === undefined) await rm(home, { recursive: true, force: true })
    },
  }
}
