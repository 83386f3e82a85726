import type { ComponentChildren } from 'preact'
import { useRef } from 'preact/hooks'
import { Icon, type IconName } from './icon'

export interface MenuItem {
  readonly label: string
  readonly icon?: IconName
  readonly danger?: boolean
  readonly disabled?: boolean
  readonly run: () => void
}

const margin = 8

/** Puts the menu under its button, or above it where there is no room, inside the window. */
function place(menu: HTMLElement, button: HTMLElement): void {
  const at = button.getBoundingClientRect()
  const { offsetWidth: width, offsetHeight: height } = menu
  const below = at.bottom + 4 + height < innerHeight
  const left = Math.min(Math.max(margin, at.right - width), innerWidth - width - margin)
  menu.style.left = `${left}px`
  menu.style.top = `${below ? at.bottom + 4 : Math.max(margin, at.top - height - 4)}px`
}

function moveFocus(menu: HTMLElement, key: string): boolean {
  const items = [...menu.querySelectorAll<HTMLElement>('[role=menuitem]:not(:disabled)')]
  const at = items.indexOf(document.activeElement as HTMLElement)
  const steps: Record<string, number> = {
    ArrowDown: (at + 1) % items.length,
    ArrowUp: (at - 1 + items.length) % items.length,
    Home: 0,
    End: items.length - 1,
  }
  const next = steps[key]
  if (next === undefined) return false
  items[next]?.focus()
  return true
}

/** A menu behind a button. The browser's popover closes it on Escape and on a click elsewhere. */
export function Menu(props: {
  label: string
  items: readonly MenuItem[]
  /** the button's face; three dots unless given */
  children?: ComponentChildren
  class?: string
  tabIndex?: number
}) {
  const button = useRef<HTMLButtonElement>(null)
  const menu = useRef<HTMLDivElement>(null)
  const run = (item: MenuItem): void => {
    menu.current?.hidePopover()
    button.current?.focus()
    item.run()
  }
  return (
    <>
      <button
        ref={button}
        type="button"
        class={props.class ?? 'icon-button'}
        aria-haspopup="menu"
        aria-label={props.label}
        title={props.label}
        tabIndex={props.tabIndex}
        onClick={(event) => {
          event.stopPropagation()
          menu.current?.togglePopover()
        }}
      >
        {props.children ?? <Icon name="more" />}
      </button>
      <div
        ref={menu}
        popover="auto"
        role="menu"
        aria-label={props.label}
        class="menu"
        onToggle={(event) => {
          if ((event as ToggleEvent).newState !== 'open') return
          if (button.current !== null) place(event.currentTarget, button.current)
          moveFocus(event.currentTarget, 'Home')
        }}
        onKeyDown={(event) => {
          event.stopPropagation()
          if (moveFocus(event.currentTarget, event.key)) event.preventDefault()
          if (event.key === 'Tab') event.currentTarget.hidePopover()
        }}
      >
        {props.items.map((item) => (
          <button
            key={item.label}
            type="button"
            role="menuitem"
            tabIndex={-1}
            class={item.danger === true ? 'danger' : ''}
            disabled={item.disabled}
            onClick={(event) => {
              event.stopPropagation()
              run(item)
            }}
          >
            {item.icon !== undefined && <Icon name={item.icon} size={18} />}
            {item.label}
          </button>
        ))}
      </div>
    </>
  )
}
