import type { ComponentChildren } from 'preact'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'

interface VirtualListProps<T> {
  label: string
  items: readonly T[]
  /** height of every row in px */
  rowHeight: number
  keyOf: (item: T) => string
  row: (item: T, index: number) => ComponentChildren
  /** asked for when the end comes near */
  onNearEnd?: (() => void) | undefined
  /** keys pressed on a row, beside the arrows */
  onKey?: (event: KeyboardEvent, item: T, index: number) => void
}

/** rows drawn beyond the window, on each side */
const spare = 8

/**
 * A list that draws only the rows in the window; the page itself scrolls. Arrow keys, Home, End
 * and Page keys move between rows: each row's first link or button takes the focus.
 */
export function VirtualList<T>(props: VirtualListProps<T>) {
  const { items, rowHeight, keyOf, row, onNearEnd, onKey } = props
  const list = useRef<HTMLUListElement>(null)
  const [range, setRange] = useState({ from: 0, to: 40 })
  const wanted = useRef<number | undefined>(undefined)

  useLayoutEffect(() => {
    const measure = (): void => {
      const top = list.current?.getBoundingClientRect().top ?? 0
      const from = Math.max(0, Math.floor(-top / rowHeight) - spare)
      const to = Math.ceil((innerHeight - top) / rowHeight) + spare
      setRange((now) => (now.from === from && now.to === to ? now : { from, to }))
    }
    measure()
    addEventListener('scroll', measure, { passive: true })
    addEventListener('resize', measure)
    return () => {
      removeEventListener('scroll', measure)
      removeEventListener('resize', measure)
    }
  }, [rowHeight, items.length])

  useEffect(() => {
    if (range.to >= items.length - spare) onNearEnd?.()
  }, [range.to, items.length, onNearEnd])

  const focus = (index: number): boolean => {
    const at = list.current?.querySelector<HTMLElement>(`[data-index="${index}"]`)
    const target = at?.querySelector<HTMLElement>('a, button')
    at?.scrollIntoView({ block: 'nearest' })
    target?.focus({ preventScroll: true })
    return target !== null && target !== undefined
  }

  useEffect(() => {
    if (wanted.current !== undefined && focus(wanted.current)) wanted.current = undefined
  })

  const onKeyDown = (event: KeyboardEvent): void => {
    const place = (event.target as Element).closest<HTMLElement>('[data-index]')
    if (place === null || event.metaKey || event.ctrlKey || event.altKey) return
    const index = Number(place.dataset['index'])
    const page = Math.max(1, Math.floor(innerHeight / rowHeight) - 2)
    const steps: Record<string, number> = {
      ArrowDown: index + 1,
      ArrowUp: index - 1,
      PageDown: index + page,
      PageUp: index - page,
      Home: 0,
      End: items.length - 1,
    }
    const step = steps[event.key]
    const item = items[index]
    if (step === undefined) {
      if (item !== undefined) onKey?.(event, item, index)
      return
    }
    event.preventDefault()
    const next = Math.min(items.length - 1, Math.max(0, step))
    if (focus(next)) return
    // Not drawn yet: the page scrolls there first, and the effect above gives it the focus.
    wanted.current = next
    scrollBy(0, (next - index) * rowHeight)
  }

  const from = Math.min(range.from, Math.max(0, items.length - 1))
  const shown = items.slice(from, range.to)
  return (
    <ul
      ref={list}
      class="rows"
      aria-label={props.label}
      style={{ height: `${items.length * rowHeight}px` }}
      onKeyDown={onKeyDown}
    >
      {shown.map((item, offset) => (
        <li
          key={keyOf(item)}
          class="row"
          data-index={from + offset}
          aria-setsize={items.length}
          aria-posinset={from + offset + 1}
          style={{ height: `${rowHeight}px`, top: `${(from + offset) * rowHeight}px` }}
        >
          {row(item, from + offset)}
        </li>
      ))}
    </ul>
  )
}

/** The height of a row, as the style sheet has it for this width of the window. */
export function useRowHeight(): number {
  const phone = matchMedia('(max-width: 719px)')
  const [height, setHeight] = useState(phone.matches ? 64 : 56)
  useEffect(() => {
    const update = (): void => setHeight(phone.matches ? 64 : 56)
    phone.addEventListener('change', update)
    return () => phone.removeEventListener('change', update)
  }, [])
  return height
}
