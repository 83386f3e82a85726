/** Numbers, sizes and times as the person's own language writes them. */
import { t } from './texts'

const language = (): string => document.documentElement.lang || 'en'

/** Decimal steps, as disks are sold and as people count them. */
const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte', 'petabyte']

/** "12 MB". @param bytes not negative */
export function size(bytes: number): string {
  const step = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3))
  const amount = bytes / 1000 ** step
  return new Intl.NumberFormat(language(), {
    style: 'unit',
    unit: units[step] ?? 'byte',
    unitDisplay: step === 0 ? 'long' : 'short',
    maximumFractionDigits: step === 0 || amount >= 100 ? 0 : 1,
  }).format(amount)
}

export const count = (amount: number): string => new Intl.NumberFormat(language()).format(amount)

const spans: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 365 * 86_400],
  ['month', 30 * 86_400],
  ['week', 7 * 86_400],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
]

/** "3 minutes ago". @param time milliseconds since 1970 */
export function ago(time: number): string {
  const seconds = (time - Date.now()) / 1000
  const format = new Intl.RelativeTimeFormat(language(), { numeric: 'auto' })
  for (const [unit, length] of spans) {
    if (Math.abs(seconds) >= length) return format.format(Math.trunc(seconds / length), unit)
  }
  return t.justNow
}

export const dateTime = (time: number): string =>
  new Intl.DateTimeFormat(language(), { dateStyle: 'medium', timeStyle: 'short' }).format(time)

/** "2 min 10 sec". @param seconds of waiting, estimated */
export function span(seconds: number): string {
  const part = (amount: number, unit: string): string =>
    new Intl.NumberFormat(language(), { style: 'unit', unit, unitDisplay: 'short' }).format(amount)
  if (seconds < 60) return part(Math.max(1, Math.ceil(seconds)), 'second')
  if (seconds < 3600) return part(Math.ceil(seconds / 60), 'minute')
  return `${part(Math.floor(seconds / 3600), 'hour')} ${part(Math.ceil((seconds % 3600) / 60), 'minute')}`
}

/** Start and end of an id: enough to tell two apart. */
export const shortId = (id: string): string =>
  id.length <= 14 ? id : `${id.slice(0, 6)}…${id.slice(-4)}`
