/**
 * apps: an app is a file unit with the ext "app". Its web origin, its title, and what people let
 * it do. White paper: Part I, VII (application system).
 */
export { type AppAddress, appAddress, pageAddress } from './address.js'
export { NoAppOrigin, NotAnApp } from './errors.js'
export { type Grant, type Grants, openGrants } from './grants.js'
export { appTitle } from './title.js'
