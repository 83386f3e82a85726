/** Whether the palette is open, and what the screen of the moment adds to it. */
import type { IconName } from '../parts/icon'
import { store } from './store'

export interface Command {
  readonly label: string
  readonly icon: IconName
  readonly run: () => void
}

export const palette = store(false)
/** actions of the screen that is open, such as "Back up" on a unit */
export const screenCommands = store<readonly Command[]>([])

export const openPalette = (): void => palette.set(true)
export const closePalette = (): void => palette.set(false)
