/** Short news at the edge of the window, and deletions that can still be taken back. */
import { store } from './store'
import { t } from '../texts/texts'
import { wordsOf } from '../texts/errors'

export interface Toast {
  readonly id: number
  readonly text: string
  readonly tone: 'plain' | 'wrong'
  readonly action?: { readonly label: string; readonly run: () => void }
}

export const toasts = store<readonly Toast[]>([])

/** milliseconds that news stay */
const stay = 6000
let nextId = 1

export const dismissToast = (id: number): void =>
  toasts.change((all) => all.filter((toast) => toast.id !== id))

export function tell(
  text: string,
  action?: Toast['action'],
  tone: Toast['tone'] = 'plain',
): number {
  const id = nextId++
  const toast = { id, text, tone, ...(action === undefined ? {} : { action }) }
  toasts.change((all) => [...all.slice(-2), toast])
  setTimeout(() => dismissToast(id), tone === 'wrong' ? stay * 2 : stay)
  return id
}

/** Tells what went wrong and what to do next. */
export function tellError(error: unknown): void {
  const { what, next } = wordsOf(error)
  tell(`${what} ${next}`, undefined, 'wrong')
}

/** Runs work and tells where it fails. @returns whether it went well */
export async function attempt(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work()
    return true
  } catch (error) {
    tellError(error)
    return false
  }
}

const pending = new Set<() => void>()

/**
 * Does something destructive after a while, in which it can be undone. A page that is left does it
 * at once.
 * @param show hides or shows again what is about to go
 */
export function withUndo(
  text: string,
  show: (there: boolean) => void,
  work: () => Promise<unknown>,
) {
  let open = true
  const end = (): void => {
    if (!open) return
    open = false
    pending.delete(end)
    void attempt(work).then((well) => {
      if (!well) show(true)
    })
  }
  show(false)
  pending.add(end)
  const id = tell(text, {
    label: t.undo,
    run: () => {
      open = false
      pending.delete(end)
      dismissToast(id)
      show(true)
    },
  })
  setTimeout(end, stay)
}

addEventListener('pagehide', () => {
  for (const end of [...pending]) end()
})
