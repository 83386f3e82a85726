/** Real nodes in processes of their own, and the command line as a user types it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const program = join(root, 'bin/leither.js')

const folders: string[] = []
const children = new Set<ChildProcess>()

afterAll(async () => {
  const ended = [...children].map((child) => over(child))
  for (const child of children) child.kill('SIGKILL')
  await Promise.all(ended)
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

/** A fresh folder, removed after the test file. */
export function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'leither-test-'))
  folders.push(folder)
  return folder
}

/** Resolves with the exit status, or with the signal's name. */
const over = (child: ChildProcess): Promise<number | string> =>
  new Promise((resolve) => {
    if (child.exitCode !== null) resolve(child.exitCode)
    else if (child.signalCode !== null) resolve(child.signalCode)
    else child.once('exit', (code, signal) => resolve(code ?? signal ?? 'unknown'))
  })

export interface Said {
  readonly status: number | string
  readonly stdout: string
  readonly stderr: string
}

export interface SayOptions {
  readonly input?: string | Uint8Array
  readonly env?: Readonly<Record<string, string>>
  /** network namespace to run in */
  readonly namespace?: string | undefined
}

/** A command line, in a network namespace of its own where one is named. */
const inNamespace = (namespace: string | undefined, words: readonly string[]): string[] =>
  namespace === undefined ? [...words] : ['ip', 'netns', 'exec', namespace, ...words]

/** Runs one command to its end. */
export async function say(args: readonly string[], options: SayOptions = {}): Promise<Said> {
  const env = { ...process.env, ...options.env }
  const [file, ...words] = inNamespace(options.namespace, [process.execPath, program, ...args])
  const child = spawn(file, words, { cwd: root, env })
  children.add(child)
  const out: Buffer[] = []
  const err: Buffer[] = []
  child.stdout.on('data', (piece: Buffer) => out.push(piece))
  child.stderr.on('data', (piece: Buffer) => err.push(piece))
  // A command that refuses early closes its input while we still write.
  child.stdin.on('error', () => undefined)
  child.stdin.end(options.input)
  const status = await new Promise<number | string>((resolve) => {
    child.once('close', (code, signal) => resolve(code ?? signal ?? 'unknown'))
  })
  children.delete(child)
  return {
    status,
    stdout: Buffer.concat(out).toString(),
    stderr: Buffer.concat(err).toString(),
  }
}

/** What a command answers with `--json`; it must succeed and print one JSON value, nothing else. */
export async function ask<T = Record<string, unknown>>(
  args: readonly string[],
  options: SayOptions = {},
): Promise<T> {
  const { status, stdout, stderr } = await say([...args, '--json'], options)
  if (status !== 0) throw new Error(`leither ${args.join(' ')} ended with ${status}: ${stderr}`)
  return JSON.parse(stdout) as T
}

export interface NodeProcess {
  readonly home: string
  /** such as `http://localhost:40123` */
  readonly address: string
  readonly id: string
  readonly child: ChildProcess
  /** `leither ARGS --home HOME` */
  say(args: readonly string[], options?: SayOptions): Promise<Said>
  ask<T = Record<string, unknown>>(args: readonly string[], options?: SayOptions): Promise<T>
  /** `POST /api/<method>` as a guest, or with a session */
  call(method: string, params?: unknown, sid?: string): Promise<{ status: number; body: Answer }>
  /** multiaddr at which other nodes reach it; waits until the network is there */
  wireAddress(): Promise<string>
  /** SIGTERM, and waits. @returns the exit status */
  stop(): Promise<number | string>
  /** SIGKILL, and waits */
  kill(): Promise<void>
}

export interface Answer {
  readonly error?: { readonly code: string; readonly message: string }
  readonly [key: string]: unknown
}

/** All on this machine, and found by nobody else. */
const alone = ['--no-mdns', '--wire-host', '127.0.0.1']

interface Greeting {
  readonly address: string
  readonly id: string
}

/** The first line that `start --json` prints. */
function greeting(child: ChildProcess): Promise<Greeting> {
  return new Promise((resolve, reject) => {
    let text = ''
    let errors = ''
    child.stderr?.on('data', (piece: Buffer) => {
      errors += piece.toString()
    })
    child.stdout?.on('data', (piece: Buffer) => {
      text += piece.toString()
      if (!text.includes('\n')) return
      resolve(JSON.parse(text) as Greeting)
    })
    child.once('exit', (code, signal) =>
      reject(new Error(`the node ended with ${code ?? signal} before it was up: ${errors}`)),
    )
  })
}

/** Starts a node on a fresh home, or on the one given, and waits until it answers. */
export async function startNode(
  args: readonly string[] = [],
  home: string = freshFolder(),
  namespace?: string,
): Promise<NodeProcess> {
  const reach = namespace === undefined ? alone : []
  const start = [program, 'start', '--home', home, '--port', '0', ...reach, ...args, '--json']
  const [file, ...words] = inNamespace(namespace, [process.execPath, ...start])
  const child = spawn(file, words, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
  children.add(child)
  child.once('exit', () => children.delete(child))
  const { address, id } = await greeting(child)
  const node: NodeProcess = {
    home,
    address,
    id,
    child,
    say: (words, options) => say([...words, '--home', home], { namespace, ...options }),
    ask: (words, options) => ask([...words, '--home', home], { namespace, ...options }),
    async call(method, params = {}, sid) {
      const headers = new Headers(sid === undefined ? {} : { authorization: `Bearer ${sid}` })
      const body = JSON.stringify(params)
      const answer = await fetch(`${address}/api/${method}`, { method: 'POST', body, headers })
      return { status: answer.status, body: (await answer.json()) as Answer }
    },
    async wireAddress() {
      for (let tries = 0; tries < 100; tries++) {
        const { addresses } = await node.ask<{ addresses: string[] }>(['status'])
        const local = addresses.find((text) => text.startsWith('/ip4/127.0.0.1/tcp/'))
        if (local !== undefined) return local
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
      throw new Error('the node has no wire address after ten seconds')
    },
    async stop() {
      child.kill('SIGTERM')
      return over(child)
    },
    async kill() {
      child.kill('SIGKILL')
      await over(child)
    },
  }
  return node
}

/** Waits until a condition holds; fails with `what` after `millis`. */
export async function until(
  what: string,
  condition: () => Promise<boolean> | boolean,
  millis = 30_000,
): Promise<void> {
  const end = Date.now() + millis
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`not within ${millis} ms: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
