/** The terminal: answers on stdout, everything else on stderr. */
import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'

export interface Bar {
  /** @param total where it is known */
  show(done: number, total: number | null, note?: string): void
  end(): void
}

export interface Terminal {
  readonly stdout: NodeJS.WritableStream
  readonly stdin: NodeJS.ReadableStream
  /** A line for people, on stderr. */
  note(text: string): void
  /** A progress bar on stderr; silent where nobody watches. */
  bar(label: string, unit: 'bytes' | 'blocks' | 'files'): Bar
  /** Asks for a secret, without echo. */
  askSecret(question: string): Promise<string>
}

const sizes = ['B', 'KB', 'MB', 'GB', 'TB'] as const

/** A size as people read it. */
export function readableBytes(bytes: number): string {
  let size = bytes
  let unit = 0
  while (size >= 1000 && unit < sizes.length - 1) {
    size /= 1000
    unit++
  }
  return `${unit === 0 ? size : size.toFixed(1)} ${sizes[unit]}`
}

const barWidth = 24
const redrawMillis = 80

function drawn(label: string, unit: string, done: number, total: number | null): string {
  const amount = (n: number): string => (unit === 'bytes' ? readableBytes(n) : `${n} ${unit}`)
  if (total === null || total <= 0) return `${label}  ${amount(done)}`
  const part = Math.min(1, done / total)
  const filled = Math.round(part * barWidth)
  const line = '█'.repeat(filled) + '░'.repeat(barWidth - filled)
  return `${label}  ${line} ${Math.floor(part * 100)}%  ${amount(done)} of ${amount(total)}`
}

function barOn(stream: NodeJS.WriteStream, label: string, unit: string): Bar {
  let last = 0
  let shown = false
  return {
    show(done, total, note = '') {
      const now = performance.now()
      if (shown && now - last < redrawMillis && done !== total) return
      last = now
      shown = true
      const text = `${drawn(label, unit, done, total)}${note === '' ? '' : `  ${note}`}`
      stream.write(`\r${text.slice(0, Math.max(20, stream.columns - 1))}\x1b[K`)
    },
    end() {
      if (shown) stream.write('\r\x1b[K')
    },
  }
}

const silentBar: Bar = { show: () => undefined, end: () => undefined }

function ask(question: string): Promise<string> {
  return new Promise((resolve) => {
    process.stderr.write(question)
    const mute = new Writable({ write: (_chunk, _encoding, done) => done() })
    const lines = createInterface({ input: process.stdin, output: mute, terminal: true })
    lines.question('', (answer) => {
      lines.close()
      process.stderr.write('\n')
      resolve(answer)
    })
  })
}

export function processTerminal(): Terminal {
  // A reader such as `head` may leave before we are done: that is no fault of a running node.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)
  return {
    stdout: process.stdout,
    stdin: process.stdin,
    note: (text) => void process.stderr.write(`${text}\n`),
    bar: (label, unit) => (process.stderr.isTTY ? barOn(process.stderr, label, unit) : silentBar),
    askSecret: ask,
  }
}

/** Rows as columns, the first row a heading. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows.reduce<number[]>(
    (widest, row) => row.map((cell, i) => Math.max(widest[i] ?? 0, [...cell].length)),
    [],
  )
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell + ' '.repeat(widths[i] - [...cell].length))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
