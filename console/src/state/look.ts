/** Light, dark, or as the system has it; kept on this device. */
import { store } from './store'

export type Look = 'system' | 'light' | 'dark'

const key = 'leither.look'
const kept = localStorage.getItem(key)

export const look = store<Look>(kept === 'light' || kept === 'dark' ? kept : 'system')

export function applyLook(): void {
  const apply = (now: Look): void => {
    document.documentElement.dataset['look'] = now
    if (now === 'system') localStorage.removeItem(key)
    else localStorage.setItem(key, now)
  }
  apply(look.get())
  look.watch(apply)
}
