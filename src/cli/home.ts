/** The folder of a node: its key, and the note of the process that runs. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { fromHex, toHex } from '#base'
import { type Key, keyFromSeed, makeKey } from '#identity'
import type { Random } from '#world'
import { FileUnusable, NoNodeHere } from './errors.js'

/** What a running node says of itself in `node.json`. */
export interface RunningNode {
  readonly pid: number
  readonly port: number
  /** web address of the desktop */
  readonly address: string
  /** null while the network is off or starting */
  readonly wirePort: number | null
}

/** @param option value of `--home` */
export function homeOf(option: string | undefined): string {
  return resolve(option ?? process.env.LEITHER_HOME ?? join(homedir(), '.leither'))
}

const keyFile = (home: string): string => join(home, 'node.key')
const noteFile = (home: string): string => join(home, 'node.json')

/** Writes a file that only its owner reads, at once or not at all; it outlasts a power cut. */
export function writeSecret(file: string, text: string): void {
  replaceFile(file, text, true)
}

function replaceFile(file: string, text: string, flush: boolean): void {
  const unfinished = `${file}.new`
  writeFileSync(unfinished, text, { mode: 0o600, flush })
  chmodSync(unfinished, 0o600)
  renameSync(unfinished, file)
}

/** Text of a key file: one line, the seed in hexadecimal. */
export const keyText = (key: Key): string => `leither-key ${toHex(key.seed)}\n`

/** Reads a key file. @throws FileUnusable */
export function readKey(file: string): Key {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new FileUnusable(file, error)
  }
  const hex = /^leither-key ([0-9a-f]{64})\s*$/.exec(text)?.[1]
  const seed = hex === undefined ? undefined : fromHex(hex)
  if (seed === undefined) throw new FileUnusable(file, 'it holds no key')
  return keyFromSeed(seed)
}

/** The node's own key. @throws NoNodeHere, FileUnusable */
export function nodeKey(home: string): Key {
  if (!existsSync(keyFile(home))) throw new NoNodeHere(home)
  return readKey(keyFile(home))
}

/** The node's own key, made at the first start. */
export function nodeKeyOrNew(home: string, random: Random): { key: Key; isNew: boolean } {
  mkdirSync(home, { recursive: true, mode: 0o700 })
  if (existsSync(keyFile(home))) return { key: readKey(keyFile(home)), isNew: false }
  const key = makeKey(random)
  writeSecret(keyFile(home), keyText(key))
  return { key, isNew: true }
}

/** Notes which process serves the home. After a power cut it would say nothing true: no fsync. */
export function writeNote(home: string, note: RunningNode): void {
  replaceFile(noteFile(home), `${JSON.stringify(note)}\n`, false)
}

/** Forgets the note, where it is still ours. */
export function removeNote(home: string, pid: number): void {
  if (readNote(home)?.pid === pid) rmSync(noteFile(home), { force: true })
}

/** The note of the process that ran last; it may be gone. */
export function readNote(home: string): RunningNode | undefined {
  try {
    return JSON.parse(readFileSync(noteFile(home), 'utf8')) as RunningNode
  } catch {
    return undefined
  }
}

/** Whether a process lives. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
