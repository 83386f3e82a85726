/**
 * What a node says, one line per event:
 *
 *     2031-05-04T10:20:30.456Z warn network/sync peer went away peer=12D3Koo… seconds=4
 *
 * Lines are written at once, so that the last ones before a crash are there. A log that cannot be
 * written loses lines; it never stops the node.
 */
import { closeSync, fstatSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock, Log, LogFacts, LogLevel } from '#world'

const order: readonly LogLevel[] = ['debug', 'info', 'warn', 'error']

type Sink = (level: LogLevel, part: string, message: string, facts: LogFacts) => void

function logOver(sink: Sink, part = ''): Log {
  const at =
    (level: LogLevel) =>
    (message: string, facts: LogFacts = {}) => {
      sink(level, part, message, facts)
    }
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    named: (inner) => logOver(sink, part === '' ? inner : `${part}/${inner}`),
  }
}

/** A log that nobody reads. */
export const silentLog = (): Log => logOver(() => undefined)

export interface FileLogOptions {
  /** folder of the log files; made where there is none */
  readonly dir: string
  readonly clock: Pick<Clock, 'now'>
  /** the least that is written (info) */
  readonly level?: LogLevel
  /** the least that goes to stderr as well; nothing unless given */
  readonly stderr?: LogLevel
  /** bytes after which a new file begins (4 MiB) */
  readonly fileBytes?: number
  /** files kept besides the newest (4) */
  readonly keep?: number
}

/** A log in `leither.log`, the older files beside it as `leither.log.1` and so on. */
export function fileLog(options: FileLogOptions): Log & { close(): void } {
  const { dir, clock, level = 'info', stderr, fileBytes = 4 * 1024 * 1024, keep = 4 } = options
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const file = rotatingFile(join(dir, 'leither.log'), fileBytes, keep)
  const reaches = (least: LogLevel | undefined, of: LogLevel): boolean =>
    least !== undefined && order.indexOf(of) >= order.indexOf(least)

  const log = logOver((of, part, message, facts) => {
    const [toFile, toStderr] = [reaches(level, of), reaches(stderr, of)]
    if (!toFile && !toStderr) return
    const line = formatLine(clock.now(), of, part, message, facts)
    if (toFile) file.append(line)
    if (toStderr) process.stderr.write(line)
  })
  return { ...log, close: () => file.close() }
}

/** One line of the log, with its end. @param time milliseconds since 1970 */
export function formatLine(
  time: number,
  level: LogLevel,
  part: string,
  message: string,
  facts: LogFacts,
): string {
  const said = [new Date(time).toISOString(), level, part === '' ? '-' : part, onOneLine(message)]
  for (const [name, value] of Object.entries(facts)) {
    if (value !== undefined) said.push(`${name}=${secretName.test(name) ? '***' : shown(value)}`)
  }
  return `${said.join(' ')}\n`
}

/** A last net: whoever names a fact so has put into the log what does not belong there. */
const secretName = /pass|secret|token|private|seed|credential|authorization|cookie/i

// Line and paragraph separators break lines in some viewers.
const breaking = /[\p{Cc}\u2028\u2029]/gu

const onOneLine = (text: string): string =>
  text.replace(breaking, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)

function shown(value: string | number | boolean | null): string {
  if (typeof value !== 'string') return String(value)
  return /^[^\s"=\\]+$/u.test(value) ? onOneLine(value) : onOneLine(JSON.stringify(value))
}

interface RotatingFile {
  append(line: string): void
  close(): void
}

function rotatingFile(path: string, fileBytes: number, keep: number): RotatingFile {
  let file: number | undefined
  let size = 0
  let closed = false
  const close = (): void => {
    if (file !== undefined) closeSync(file)
    file = undefined
  }
  const open = (): number => {
    const opened = openSync(path, 'a', 0o600)
    size = fstatSync(opened).size
    file = opened
    return opened
  }
  const rotate = (): void => {
    close()
    rmSync(keep === 0 ? path : `${path}.${keep}`, { force: true })
    for (let i = keep; i >= 1; i--) moveIfThere(i === 1 ? path : `${path}.${i - 1}`, `${path}.${i}`)
  }
  return {
    append(line) {
      if (closed) return
      try {
        let target = file ?? open()
        if (size >= fileBytes) {
          rotate()
          target = open()
        }
        size += writeSync(target, line)
      } catch {
        // A full disk: the line is lost, the node goes on.
      }
    },
    close() {
      closed = true
      close()
    },
  }
}

function moveIfThere(from: string, to: string): void {
  try {
    renameSync(from, to)
  } catch {
    // There are fewer old files than are kept.
  }
}
