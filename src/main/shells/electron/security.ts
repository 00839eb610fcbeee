/**
 * What the page may do: nothing but draw itself, talk to main through the bridge, and read its own origin.
 */
import type { App, Session, WebContents } from 'electron';
import { shell } from 'electron';

export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob:",
  "media-src 'self' blob:",
  "font-src 'self'",
  "worker-src 'self'",
  "connect-src 'self'",
  "object-src 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');

/** Pages that "Licence terms" and similar links may open in the person's browser. */
const externalHosts = new Set(['github.com', 'huggingface.co', 'opensource.org', 'www.apache.org']);

export function denyPermissions(session: Session): void {
  // The viewer may fill the screen; nothing else that is asked for is given.
  session.setPermissionRequestHandler((_contents, permission, decide) => decide(permission === 'fullscreen'));
  // Writing text to the clipboard ("copy recipe") is the one thing asked without a request.
  session.setPermissionCheckHandler((_contents, permission) => permission === 'clipboard-sanitized-write');
}

export function denyNavigation(app: App, isOwnUrl: (url: string) => boolean): void {
  app.on('web-contents-created', (_event, contents: WebContents) => {
    const stay = (event: { preventDefault(): void; url: string }): void => {
      if (!isOwnUrl(event.url)) event.preventDefault();
    };
    contents.on('will-navigate', stay);
    contents.on('will-redirect', stay);
    contents.on('will-attach-webview', (event) => event.preventDefault());
    contents.setWindowOpenHandler(({ url }) => {
      const target = URL.canParse(url) ? new URL(url) : null;
      if (target?.protocol === 'https:' && externalHosts.has(target.host)) void shell.openExternal(target.href);
      return { action: 'deny' };
    });
  });
}
