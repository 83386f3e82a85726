import type { ComponentChildren, JSX } from 'preact'
import { Icon, type IconName } from './icon'

interface Look {
  /** one main action per place is `primary`; `danger` is for what cannot be taken back */
  tone?: 'primary' | 'plain' | 'danger' | 'ghost'
  icon?: IconName
  /** works on it: the button keeps its size and takes no second press */
  busy?: boolean
}

type ButtonProps = Look & Omit<JSX.IntrinsicElements['button'], 'icon' | 'size'>

/** A button with words. */
export function Button({ tone = 'plain', icon, busy = false, children, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      class={`button ${tone} ${busy ? 'busy' : ''}`}
      aria-busy={busy}
      disabled={busy || Boolean(rest.disabled)}
    >
      {icon !== undefined && <Icon name={icon} size={18} />}
      {children}
    </button>
  )
}

interface ButtonLinkProps extends Look {
  href: string
  children: ComponentChildren
}

/** A link that looks like a button, because it leads somewhere. */
export function ButtonLink({ tone = 'plain', icon, href, children }: ButtonLinkProps) {
  return (
    <a href={href} class={`button ${tone}`}>
      {icon !== undefined && <Icon name={icon} size={18} />}
      {children}
    </a>
  )
}

/** A button without words on it: the label is read out and shown on hover. */
export function IconButton({
  icon,
  label,
  ...rest
}: { icon: IconName; label: string } & Omit<JSX.IntrinsicElements['button'], 'icon' | 'label'>) {
  return (
    <button type="button" title={label} aria-label={label} {...rest} class="icon-button">
      <Icon name={icon} />
    </button>
  )
}

/** What stands in a row of actions. */
export function Actions({ children }: { children: ComponentChildren }) {
  return <div class="actions">{children}</div>
}
