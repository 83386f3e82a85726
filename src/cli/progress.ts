/** Long calls: no time limit of their own, and a bar for what the node reports. */
import type { CallOptions } from '#client'
import type { Bar, Terminal } from './terminal.js'

/** Runs a call with a progress bar. */
export async function patient<T>(
  terminal: Terminal,
  label: string,
  call: (how: CallOptions) => Promise<T>,
): Promise<T> {
  let bar: Bar | undefined
  try {
    return await call({
      timeout: 0,
      onProgress: ({ done, total, unit, note }) => {
        bar ??= terminal.bar(label, unit)
        bar.show(done, total, note)
      },
    })
  } finally {
    bar?.end()
  }
}
